package org.edgevlm.runtime.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.edgevlm.reference.BmpVisionProvider;
import org.edgevlm.runtime.Answer;
import org.edgevlm.runtime.AnswerRequest;
import org.edgevlm.runtime.EdgeVlm;
import org.edgevlm.runtime.reference.ReferenceHome;
import org.edgevlm.spi.CancelToken;
import org.edgevlm.spi.decoding.FinishReason;
import org.edgevlm.spi.decoding.TokenListener;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrefixCacheTest {

  private static final ByteBuffer RED = BmpVisionProvider.bmp(9, 5, 0xff0000, 0x0000ff);
  private static final ByteBuffer GREEN = BmpVisionProvider.bmp(9, 5, 0x00ff00, 0x101010);
  private static final List<String> QUESTIONS = List.of("Is it?", "Why?", "How many are there?");

  @TempDir Path folder;
  private ReferenceHome home;

  @BeforeEach
  void writeModels() throws Exception {
    home = new ReferenceHome(folder);
  }

  private static AnswerRequest ask(ByteBuffer picture, String question) {
    return AnswerRequest.question(picture, question, 12);
  }

  private static Answer fresh(EdgeVlm edgeVlm, AnswerRequest request) {
    return edgeVlm.answer(request, TokenListener.NONE, CancelToken.NEVER);
  }

  private static Answer again(EdgeVlm edgeVlm, AnswerRequest request) {
    return edgeVlm.answerAgain(request, TokenListener.NONE, CancelToken.NEVER);
  }

  private static Long reused(Answer answer) {
    return answer.counters().get(PrefixCache.REUSED);
  }

  @Test
  void furtherQuestionsAboutAPictureFeedItOnceAndGetTheSameText() {
    for (String strategy : List.of("autoregressive", "reference-draft")) {
      try (EdgeVlm edgeVlm = home.open("decoding", strategy)) {
        assertNull(reused(again(edgeVlm, ask(RED, "Is it?"))));
        for (String question : QUESTIONS) {
          Answer answer = again(edgeVlm, ask(RED, question));
          Answer alone = fresh(edgeVlm, ask(RED, question));
          assertEquals(alone.text(), answer.text(), strategy);
          assertEquals(alone.promptTokens(), answer.promptTokens());
          assertEquals(
              alone.counters().get("kv_bytes"), answer.counters().get("kv_bytes"), strategy);
          // The four rows of a picture at least.
          assertTrue(reused(answer) >= 4, answer::toString);
          assertNull(reused(alone));
        }
      }
    }
  }

  @Test
  void anotherPictureIsFedAndTheFirstOneAgainAfterIt() {
    try (EdgeVlm edgeVlm = home.open()) {
      String red = fresh(edgeVlm, ask(RED, "Why?")).text();
      String green = fresh(edgeVlm, ask(GREEN, "Why?")).text();
      for (int i = 0; i < 3; i++) {
        Answer first = again(edgeVlm, ask(RED, "Why?"));
        Answer second = again(edgeVlm, ask(GREEN, "Why?"));
        assertEquals(red, first.text());
        assertEquals(green, second.text());
        assertNull(reused(first));
        assertNull(reused(second));
      }
      edgeVlm.clearImages();
      assertNull(reused(again(edgeVlm, ask(GREEN, "Why?"))));
    }
  }

  @Test
  void whatEndedEarlyLeavesNothingBehind() {
    try (EdgeVlm edgeVlm = home.open()) {
      String text = fresh(edgeVlm, ask(RED, "Why?")).text();
      for (int stop = 0; stop < 12; stop++) {
        // So that the one that is cut has its prompt to feed.
        edgeVlm.clearImages();
        AtomicInteger left = new AtomicInteger(stop);
        Answer cut =
            edgeVlm.answerAgain(
                ask(RED, "Is it?"), TokenListener.NONE, () -> left.decrementAndGet() < 0);
        assertEquals(FinishReason.CANCELLED, cut.finishReason());
        assertEquals(text, again(edgeVlm, ask(RED, "Why?")).text(), "cancelled at " + stop);
      }
    }
  }

  @Test
  void nothingIsKeptWhereARewoundSessionIsAnother() {
    String[][] sets = {
      {"cache", "reference-window"}, {"image.cache_mb", "0"},
    };
    for (String[] set : sets) {
      try (EdgeVlm edgeVlm = home.open(set)) {
        for (int i = 0; i < 3; i++) {
          assertNull(reused(again(edgeVlm, ask(RED, "Why?"))), set[1]);
        }
      }
    }
  }
}
