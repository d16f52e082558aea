package org.edgevlm.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.edgevlm.reference.BmpVisionProvider;
import org.edgevlm.runtime.reference.ReferenceHome;
import org.edgevlm.spi.CancelToken;
import org.edgevlm.spi.decoding.FinishReason;
import org.edgevlm.spi.decoding.SamplingParameters;
import org.edgevlm.spi.decoding.TokenListener;
import org.edgevlm.spi.inference.ContextFullException;
import org.edgevlm.spi.inference.Grammar;
import org.edgevlm.spi.inference.GrammarException;
import org.edgevlm.spi.vision.ImageException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Answers under a grammar, through a whole set. The reference model can't be closed while one of
 * its constraints is open, so each of these tests also shows that all of them were closed.
 */
class GrammarTest {

  private static final ByteBuffer IMAGE = BmpVisionProvider.bmp(9, 5, 0xff0000, 0x0000ff);

  private static final Grammar COLOURS =
      gbnf("root ::= \"a \" (\"red\" | \"green\" | \"blue\") (\" \" [a-z]+)? \".\"");

  @TempDir Path folder;
  private ReferenceHome home;

  @BeforeEach
  void writeModels() throws Exception {
    home = new ReferenceHome(folder);
  }

  private static Grammar gbnf(String text) {
    return new Grammar(Grammar.Kind.GBNF, text);
  }

  private static Answer ask(EdgeVlm vlm, AnswerRequest request) {
    return vlm.answer(request, TokenListener.NONE, CancelToken.NEVER);
  }

  private static AnswerRequest request(int i, int maxTokens, Grammar grammar) {
    SamplingParameters sampling =
        i % 3 == 0
            ? SamplingParameters.GREEDY
            : new SamplingParameters(i % 3 == 1 ? 2 : 0, 40, 0.99, 0, 1.3, i);
    return new AnswerRequest(
        IMAGE, Optional.of("Number " + i), maxTokens, sampling, Optional.of(grammar));
  }

  @Test
  void everyAnswerIsOneThatTheGrammarAccepts() {
    try (EdgeVlm vlm = home.open()) {
      Set<String> texts = new HashSet<>();
      for (int i = 0; i < 60; i++) {
        Answer answer = ask(vlm, request(i, 200, COLOURS));
        assertEquals(List.of(), answer.warnings());
        if (answer.finishReason() == FinishReason.STOP) {
          assertTrue(answer.text().matches("a (red|green|blue)( [a-z]+)?\\."), answer.text());
          texts.add(answer.text());
        }
      }
      assertTrue(texts.size() > 5, texts.toString());
      Answer free = ask(vlm, AnswerRequest.question(IMAGE, "Number 0", 200));
      assertFalse(texts.contains(free.text()), "without a grammar it says something else");
    }
  }

  @Test
  void whatIsCutIsTheBeginningOfOne() {
    try (EdgeVlm vlm = home.open()) {
      for (int i = 0; i < 12; i++) {
        Answer answer = ask(vlm, request(i, 4, COLOURS));
        assertEquals(FinishReason.LENGTH, answer.finishReason());
        assertTrue(answer.text().matches("a (re|gr|bl)"), answer.text());
      }
    }
  }

  /** Constrains the draft's verification too: every token is the sampler's choice at its place. */
  @Test
  void draftsNeverChangeAnAnswerUnderAGrammar() {
    Grammar loose = gbnf("root ::= \" \"? [a-zA-Z ]+ (\".\" | \"!\")?");
    for (String draft : List.of("tiny", "other")) {
      try (EdgeVlm plain = home.open();
          EdgeVlm drafting =
              home.open("decoding", "reference-draft", "reference-draft.model", draft)) {
        long accepted = 0;
        for (int i = 0; i < 30; i++) {
          AnswerRequest request = request(i, 3 + 3 * i, i % 2 == 0 ? loose : COLOURS);
          Answer drafted = ask(drafting, request);
          Answer expected = ask(plain, request);
          assertEquals(expected.text(), drafted.text());
          assertEquals(expected.finishReason(), drafted.finishReason());
          accepted += drafted.counters().get("accepted");
        }
        assertTrue(accepted > 30, draft + " had " + accepted + " tokens accepted");
      }
    }
  }

  @Test
  void jsonSchemasAreGrammarsToo() {
    Grammar schema = new Grammar(Grammar.Kind.JSON_SCHEMA, "{\"type\": \"boolean\"}");
    try (EdgeVlm vlm = home.open()) {
      for (int i = 0; i < 6; i++) {
        assertTrue(Set.of("true", "false").contains(ask(vlm, request(i, 20, schema)).text()));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "colour ::= \"red\"", "root ::= (\"red\"", "root ::= [z-a]", "root ::= \"a"})
  void aGrammarThatCannotBeReadIsItsAuthorsError(String text) {
    try (EdgeVlm vlm = home.open()) {
      AnswerRequest request = AnswerRequest.caption(IMAGE, 5).withGrammar(gbnf(text));
      assertThrows(GrammarException.class, () -> ask(vlm, request));
      assertEquals(1, vlm.metrics().errors());
    }
  }

  /** Before the picture is looked at, so that it costs nothing. */
  @Test
  void aGrammarIsReadFirst() {
    try (EdgeVlm vlm = home.open()) {
      ByteBuffer noImage = ByteBuffer.wrap(new byte[10]);
      assertThrows(
          GrammarException.class,
          () -> ask(vlm, AnswerRequest.caption(noImage, 5).withGrammar(gbnf("nonsense"))));
    }
  }

  @Test
  void theConstraintIsClosedWhereverARequestEnds() {
    try (EdgeVlm vlm = home.open()) {
      ByteBuffer noImage = ByteBuffer.wrap(new byte[10]);
      assertThrows(
          ImageException.class,
          () -> ask(vlm, AnswerRequest.caption(noImage, 5).withGrammar(COLOURS)));
      assertThrows(
          ContextFullException.class,
          () -> ask(vlm, AnswerRequest.question(IMAGE, "x".repeat(5000), 5).withGrammar(COLOURS)));
      AnswerRequest request = AnswerRequest.caption(IMAGE, 50).withGrammar(COLOURS);
      TokenListener failing =
          event -> {
            throw new IllegalStateException("the listener fails");
          };
      assertThrows(
          IllegalStateException.class, () -> vlm.answer(request, failing, CancelToken.NEVER));
      for (int after = 0; after < 8; after++) {
        int[] asked = new int[1];
        int limit = after;
        Answer answer = vlm.answer(request, TokenListener.NONE, () -> asked[0]++ >= limit);
        assertEquals(FinishReason.CANCELLED, answer.finishReason());
      }
    }
  }
}
