package org.edgevlm.plugin.llamacpp.jni;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.cache.AttentionTracking;
import org.edgevlm.spi.inference.ContextFullException;
import org.edgevlm.spi.inference.EarlyExit;
import org.edgevlm.spi.inference.ImageEmbedding;
import org.edgevlm.spi.inference.InferenceBackend;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.inference.ModelFiles;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.spi.inference.StepResult;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Sessions of the default model. */
class SessionTest {

  private static LanguageModel model;

  @BeforeAll
  static void open() {
    model = Stock.open(Stock.MODEL);
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static int[] tokens(int count) {
    return new Random(1).ints(count, 3, model.info().vocabularySize()).toArray();
  }

  @Test
  void promptsLongerThanTheBatchAreSplit() {
    int[] tokens = tokens(150);
    try (LanguageModel small = Stock.open(Stock.MODEL, "batch", 16, "micro_batch", 8);
        InferenceSession one = Stock.session(model);
        InferenceSession other = Stock.session(small)) {
      float[][] expected = Stock.rows(one.step(tokens, 0, 150, Outputs.ALL));
      float[][] rows = Stock.rows(other.step(tokens, 0, 150, Outputs.ALL));
      assertEquals(150, rows.length);
      for (int i = 0; i < 150; i++) {
        assertTrue(Stock.difference(expected[i], rows[i]) < 0.3, "row " + i);
      }
      other.rewind(0);
      StepResult last = other.step(tokens, 0, 150, Outputs.LAST);
      assertEquals(1, last.rows());
      assertTrue(Stock.difference(expected[149], Stock.row(last, 0)) < 0.3);
      assertEquals(150, other.position());
      // A short step after a long one shows llama.cpp's own memory again.
      assertEquals(1, Stock.feed(other, 5).rows());
    }
  }

  @Test
  void sessionsDontSeeEachOther() {
    int[] a = tokens(40);
    int[] b = new Random(2).ints(40, 3, 900).toArray();
    try (InferenceSession first = Stock.session(model);
        InferenceSession second = Stock.session(model);
        InferenceSession mixedA = Stock.session(model);
        InferenceSession mixedB = Stock.session(model)) {
      List<Integer> expectedA = Stock.greedy(first, Stock.feed(first, a), 20);
      List<Integer> expectedB = Stock.greedy(second, Stock.feed(second, b), 20);
      assertNotEquals(expectedA, expectedB);
      int nextA = Stock.feed(mixedA, a).argmax(0);
      int nextB = Stock.feed(mixedB, b).argmax(0);
      List<Integer> actualA = new ArrayList<>();
      List<Integer> actualB = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        actualA.add(nextA);
        nextA = Stock.feed(mixedA, nextA).argmax(0);
        actualB.add(nextB);
        nextB = Stock.feed(mixedB, nextB).argmax(0);
      }
      assertEquals(expectedA, actualA);
      assertEquals(expectedB, actualB);
    }
  }

  @Test
  void sessionsOfSeveralThreadsTakeTurns() throws Exception {
    int[] prompt = tokens(30);
    List<Integer> expected;
    try (InferenceSession session = Stock.session(model)) {
      expected = Stock.greedy(session, Stock.feed(session, prompt), 15);
    }
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<List<Integer>>> answers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        answers.add(
            threads.submit(
                () -> {
                  try (InferenceSession session = Stock.session(model)) {
                    return Stock.greedy(session, Stock.feed(session, prompt), 15);
                  }
                }));
      }
      for (Future<List<Integer>> answer : answers) {
        assertEquals(expected, answer.get());
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void aContextThatIsUsedAgainIsEmpty() {
    int[] prompt = tokens(20);
    float[] expected;
    try (LanguageModel own = Stock.open(Stock.MODEL)) {
      try (InferenceSession session = Stock.session(own)) {
        expected = Stock.row(Stock.feed(session, prompt), 0);
        Stock.feed(session, tokens(100));
      }
      for (int i = 0; i < 3; i++) {
        try (InferenceSession again = Stock.session(own)) {
          assertEquals(0, again.position());
          assertArrayEquals(expected, Stock.row(Stock.feed(again, prompt), 0));
        }
      }
    }
  }

  @Test
  void resultsAreOneObjectInPlace() {
    InferenceSession session = Stock.session(model);
    StepResult first = Stock.feed(session, 5, 6, 7);
    assertEquals(1, first.rows());
    assertEquals(model.info().layers(), first.layersUsed(0));
    assertTrue(first.logits(0).isDirect());
    assertTrue(first.logits(0).isReadOnly());
    StepResult second = Stock.feed(session, 8);
    assertSame(first, second);
    assertSame(second.logits(0), Stock.feed(session, 9).logits(0));
    assertEquals(0, session.step(new int[] {4}, 0, 1, Outputs.NONE).rows());
    assertThrows(IndexOutOfBoundsException.class, () -> second.logits(0));
    assertThrows(IndexOutOfBoundsException.class, () -> second.layersUsed(0));
    session.rewind(1);
    assertEquals(0, second.rows());
    session.close();
    assertThrows(IndexOutOfBoundsException.class, () -> second.logits(0));
  }

  @Test
  void aFullContextIsSaidSoAndChangesNothing() {
    try (LanguageModel small = Stock.open(Stock.MODEL, "context_length", 50);
        InferenceSession session = Stock.session(small)) {
      assertEquals(50, session.capacity());
      session.step(tokens(45), 0, 45, Outputs.NONE);
      ContextFullException e =
          assertThrows(
              ContextFullException.class, () -> session.step(tokens(6), 0, 6, Outputs.LAST));
      assertTrue(e.getMessage().contains("50"), e.getMessage());
      assertEquals(45, session.position());
      session.step(tokens(5), 0, 5, Outputs.LAST);
      assertThrows(ContextFullException.class, () -> Stock.feed(session, 5));
      ImageEmbedding image = ImageEmbedding.allocate(1, small.info().width());
      assertThrows(ContextFullException.class, () -> session.step(image, Outputs.NONE));
      session.rewind(49);
      Stock.feed(session, 7);
    }
  }

  @Test
  void refusesWhatNativeCodeMustNotSee() {
    try (InferenceSession session = Stock.session(model)) {
      int vocabulary = model.info().vocabularySize();
      for (int bad : new int[] {-1, vocabulary, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
        assertThrows(IllegalArgumentException.class, () -> Stock.feed(session, 5, bad));
      }
      int[] two = {5, 6};
      assertThrows(IndexOutOfBoundsException.class, () -> session.step(two, 1, 2, Outputs.LAST));
      assertThrows(IndexOutOfBoundsException.class, () -> session.step(two, -1, 1, Outputs.LAST));
      assertThrows(IndexOutOfBoundsException.class, () -> session.step(two, 0, -1, Outputs.LAST));
      assertThrows(IllegalArgumentException.class, () -> session.step(two, 0, 0, Outputs.LAST));
      assertThrows(NullPointerException.class, () -> session.step(two, 0, 1, null));
      assertThrows(NullPointerException.class, () -> session.step(null, 0, 1, Outputs.LAST));
      assertThrows(
          NullPointerException.class, () -> session.step((ImageEmbedding) null, Outputs.LAST));
      ImageEmbedding wide = ImageEmbedding.allocate(2, model.info().width() + 1);
      assertThrows(IllegalArgumentException.class, () -> session.step(wide, Outputs.LAST));
      for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
        ImageEmbedding image = ImageEmbedding.allocate(2, model.info().width());
        image.data().put(7, value);
        assertThrows(IllegalArgumentException.class, () -> session.step(image, Outputs.LAST));
      }
      assertThrows(IllegalArgumentException.class, () -> session.rewind(1));
      assertThrows(IllegalArgumentException.class, () -> session.rewind(-1));
      assertEquals(0, session.position());
      assertTrue(session.kvCache().isEmpty());
    }
    EarlyExit exit = new EarlyExit(List.of(2), (layer, confidence) -> true);
    assertThrows(
        PluginException.class,
        () -> model.openSession(new SessionOptions(AttentionTracking.NONE, Optional.of(exit))));
    AttentionTracking tracking = new AttentionTracking(true, 0);
    assertThrows(
        PluginException.class,
        () -> model.openSession(new SessionOptions(tracking, Optional.empty())));
  }

  @Test
  void nothingWorksAfterClose() {
    LanguageModel own = Stock.open(Stock.MODEL);
    InferenceSession session = Stock.session(own);
    assertTrue(session.kvBytes() > 0);
    IllegalStateException open = assertThrows(IllegalStateException.class, own::close);
    assertTrue(open.getMessage().contains("1 sessions"), open.getMessage());
    Stock.feed(session, 5);
    session.close();
    session.close();
    assertEquals(0, session.kvBytes());
    assertThrows(IllegalStateException.class, () -> Stock.feed(session, 5));
    assertThrows(IllegalStateException.class, () -> session.rewind(0));
    assertThrows(IllegalStateException.class, session::kvCache);
    own.close();
    own.close();
    assertThrows(IllegalStateException.class, () -> Stock.session(own));
    assertThrows(IllegalStateException.class, () -> own.tokenizer().encode("a", false));
    InferenceBackend backend = Stock.backend();
    backend.close();
    backend.close();
    ModelFiles files = new ModelFiles(Stock.MODEL, Optional.empty());
    assertThrows(IllegalStateException.class, () -> backend.load(files, LoadProgress.NONE));
    assertThrows(IllegalStateException.class, () -> backend.estimate(files));
  }

  @Test
  void loadingReportsProgressAndCanBeGivenUp() {
    List<Long> seen = new ArrayList<>();
    ModelFiles files = new ModelFiles(Stock.MODEL, Optional.empty());
    Stock.backend().load(files, (done, total) -> seen.add(done)).close();
    assertFalse(seen.isEmpty());
    assertEquals(Stock.MODEL.toFile().length(), seen.get(seen.size() - 1));
    assertEquals(seen.stream().sorted().toList(), seen);
    IllegalStateException given =
        assertThrows(
            IllegalStateException.class,
            () ->
                Stock.backend()
                    .load(
                        files,
                        (done, total) -> {
                          throw new IllegalStateException("no more");
                        }));
    assertEquals("no more", given.getMessage());
  }
}
