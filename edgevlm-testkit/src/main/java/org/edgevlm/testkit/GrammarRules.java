package org.edgevlm.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.stream.IntStream;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.inference.Grammar;
import org.edgevlm.spi.inference.GrammarException;
import org.edgevlm.spi.inference.TokenConstraint;
import org.edgevlm.spi.inference.Tokenizer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Answers that a grammar constrains. */
abstract class GrammarRules extends BackendRules {

  private static final Grammar YES_NO = new Grammar(Grammar.Kind.GBNF, "root ::= \"yes\" | \"no\"");
  private static final Grammar BOOLEAN =
      new Grammar(Grammar.Kind.JSON_SCHEMA, "{\"type\":\"boolean\"}");

  GrammarRules(BackendFixture fixture) {
    super(fixture);
  }

  private TokenConstraint constrain(Grammar grammar) {
    backend().assumeHas(Capability.GRAMMAR);
    return backend().model().constrain(grammar);
  }

  private Tokenizer tokenizer() {
    return backend().model().tokenizer();
  }

  private int[] allowed(TokenConstraint constraint) {
    return IntStream.range(0, tokenizer().size()).filter(constraint::allows).toArray();
  }

  /** Answers at random, by what the constraint allows. */
  private String answer(TokenConstraint constraint, Random random) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < 40; i++) {
      int[] allowed = allowed(constraint);
      assertTrue(allowed.length > 0, "nothing may come after '" + bytes + "'");
      int token = allowed[random.nextInt(allowed.length)];
      if (tokenizer().isEndOfGeneration(token)) {
        return bytes.toString(StandardCharsets.UTF_8);
      }
      bytes.writeBytes(tokenizer().piece(token));
      constraint.accept(token);
    }
    throw new AssertionError("no end after '" + bytes + "'");
  }

  @Test
  @DisplayName("Whatever is chosen among the allowed tokens, the answer is one of the grammar's")
  void answersAreTheGrammars() {
    Random random = new Random(1);
    for (int i = 0; i < 12; i++) {
      try (TokenConstraint constraint = constrain(YES_NO)) {
        String answer = answer(constraint, random);
        assertTrue(answer.equals("yes") || answer.equals("no"), "the answer '" + answer + "'");
      }
      try (TokenConstraint constraint = constrain(BOOLEAN)) {
        String answer = answer(constraint, random).strip();
        assertTrue(answer.equals("true") || answer.equals("false"), "the answer '" + answer + "'");
      }
    }
  }

  @Test
  @DisplayName("mask bars exactly the tokens that allows says no to")
  void maskAgreesWithAllows() {
    try (TokenConstraint constraint = constrain(YES_NO)) {
      for (int step = 0; step < 2; step++) {
        float[] logits = new float[tokenizer().size()];
        for (int i = 0; i < logits.length; i++) {
          logits[i] = i % 7 - 3;
        }
        constraint.mask(logits);
        for (int token = 0; token < logits.length; token++) {
          float expected = constraint.allows(token) ? token % 7 - 3 : Float.NEGATIVE_INFINITY;
          assertEquals(expected, logits[token], "the masked logit of token " + token);
        }
        constraint.accept(allowed(constraint)[0]);
      }
    }
  }

  @Test
  @DisplayName("A token that isn't allowed is an IllegalArgumentException, constraint as before")
  void aTokenThatIsNotAllowedIsRefused() {
    try (TokenConstraint constraint = constrain(YES_NO)) {
      int[] before = allowed(constraint);
      int refused =
          IntStream.range(0, tokenizer().size())
              .filter(token -> !constraint.allows(token))
              .findFirst()
              .orElseThrow();
      assertThrows(IllegalArgumentException.class, () -> constraint.accept(refused));
      assertEquals(
          IntStream.of(before).boxed().toList(),
          IntStream.of(allowed(constraint)).boxed().toList(),
          "what is allowed after a refusal");
    }
  }

  @Test
  @DisplayName("A copy goes its own way")
  void aCopyGoesItsOwnWay() {
    try (TokenConstraint constraint = constrain(YES_NO)) {
      int[] before = allowed(constraint);
      try (TokenConstraint copy = constraint.copy()) {
        copy.accept(before[0]);
        assertEquals(
            IntStream.of(before).boxed().toList(),
            IntStream.of(allowed(constraint)).boxed().toList(),
            "what the original allows when its copy has gone on");
        constraint.accept(before[0]);
        assertEquals(
            IntStream.of(allowed(constraint)).boxed().toList(),
            IntStream.of(allowed(copy)).boxed().toList(),
            "what both allow after the same token");
      }
      allowed(constraint);
    }
  }

  @Test
  @DisplayName("An answer may end where it is complete, and not before")
  void anAnswerEndsWhereItIsComplete() {
    int end =
        IntStream.range(0, tokenizer().size())
            .filter(tokenizer()::isEndOfGeneration)
            .reduce((first, last) -> last)
            .orElseThrow();
    try (TokenConstraint constraint = constrain(YES_NO)) {
      assertFalse(constraint.allows(end), "the end before anything is said");
      String said = "";
      while (!said.equals("yes") && !said.equals("no")) {
        assertFalse(constraint.allows(end), "the end after '" + said + "'");
        int token = allowed(constraint)[0];
        said += new String(tokenizer().piece(token), StandardCharsets.UTF_8);
        constraint.accept(token);
      }
      assertTrue(constraint.allows(end), "the end after '" + said + "'");
    }
  }

  @Test
  @DisplayName("A grammar that can't be read is a GrammarException")
  void aBrokenGrammarIsRefused() {
    backend().assumeHas(Capability.GRAMMAR);
    for (String text : new String[] {"", "root ::= \"open", "root := \"a\"", "root ::= (\"a\""}) {
      assertThrows(
          GrammarException.class,
          () -> backend().model().constrain(new Grammar(Grammar.Kind.GBNF, text)).close(),
          "the grammar '" + text + "'");
    }
    assertThrows(
        GrammarException.class,
        () -> backend().model().constrain(new Grammar(Grammar.Kind.JSON_SCHEMA, "{")).close(),
        "half a JSON schema");
  }

  @Test
  @DisplayName("A constraint can be closed twice, and doesn't take its copy with it")
  void closingAConstraintIsIdempotent() {
    TokenConstraint constraint = constrain(YES_NO);
    try (TokenConstraint copy = constraint.copy()) {
      constraint.close();
      constraint.close();
      assertTrue(allowed(copy).length > 0, "the copy of a closed constraint allows something");
    }
  }

  @Test
  @DisplayName("Without GRAMMAR, a grammar is a PluginException")
  void grammarsAreRefusedWithoutTheCapability() {
    backend().assumeLacks(Capability.GRAMMAR);
    assertThrows(PluginException.class, () -> backend().model().constrain(YES_NO).close());
  }
}
