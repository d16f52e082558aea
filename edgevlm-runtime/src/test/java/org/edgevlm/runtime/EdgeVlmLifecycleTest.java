package org.edgevlm.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.edgevlm.reference.BmpVisionProvider;
import org.edgevlm.runtime.reference.ReferenceHome;
import org.edgevlm.spi.CancelToken;
import org.edgevlm.spi.decoding.SamplingParameters;
import org.edgevlm.spi.decoding.TokenListener;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several requests at a time, requests that fail, and the end. */
class EdgeVlmLifecycleTest {

  private static final ByteBuffer RED_BLUE = BmpVisionProvider.bmp(9, 5, 0xff0000, 0x0000ff);
  private static final ByteBuffer GREEN = BmpVisionProvider.bmp(31, 40, 0x00ff00, 0x00a000);

  @TempDir Path folder;
  private ReferenceHome home;

  @BeforeEach
  void writeModels() throws Exception {
    home = new ReferenceHome(folder);
  }

  private static Answer ask(EdgeVlm vlm, AnswerRequest request) {
    return vlm.answer(request, TokenListener.NONE, CancelToken.NEVER);
  }

  private static AnswerRequest sampled(String question, long seed) {
    return new AnswerRequest(
        RED_BLUE, Optional.of(question), 80, new SamplingParameters(2.5, 0, 1, 0, 1, seed));
  }

  @Test
  @Timeout(60)
  void requestsAtTheSameTimeDoNotSeeEachOther() throws Exception {
    try (EdgeVlm vlm = home.open()) {
      List<String> alone = new ArrayList<>();
      for (long seed = 0; seed < 16; seed++) {
        alone.add(ask(vlm, sampled("How many?", seed)).text());
      }
      ExecutorService threads = Executors.newFixedThreadPool(8);
      List<Future<String>> together = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        long seed = i % 16;
        together.add(
            threads.submit((Callable<String>) () -> ask(vlm, sampled("How many?", seed)).text()));
      }
      for (int i = 0; i < 64; i++) {
        assertEquals(alone.get(i % 16), together.get(i).get());
      }
      threads.shutdown();
      assertEquals(80, vlm.metrics().requests());
    }
  }

  @Test
  void aListenerThatFailsEndsTheRequestAndNothingElse() {
    try (EdgeVlm vlm = home.open()) {
      TokenListener failing =
          event -> {
            if (event.index() == 3) {
              throw new IllegalStateException("client gone");
            }
          };
      assertThrows(
          IllegalStateException.class,
          () -> vlm.answer(AnswerRequest.caption(GREEN, 9), failing, CancelToken.NEVER));
      assertEquals(9, ask(vlm, AnswerRequest.caption(GREEN, 9)).tokens());
      assertEquals(1, vlm.metrics().errors());
      assertEquals(2, vlm.metrics().requests());
    }
    // Closing the reference model fails if a session is open: it was closed.
  }

  @Test
  @Timeout(60)
  void closingWaitsForRequests() throws Exception {
    EdgeVlm vlm = home.open();
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    Future<Answer> answer =
        threads.submit(
            () ->
                vlm.answer(
                    AnswerRequest.caption(RED_BLUE, 80),
                    event -> {
                      started.countDown();
                      assertThrows(IllegalStateException.class, vlm::close);
                      try {
                        go.await();
                      } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                      }
                    },
                    CancelToken.NEVER));
    started.await();
    Future<?> closing = threads.submit(vlm::close);
    assertThrows(
        java.util.concurrent.TimeoutException.class, () -> closing.get(100, TimeUnit.MILLISECONDS));
    go.countDown();
    assertFalse(answer.get().text().isEmpty());
    closing.get();
    vlm.close();
    threads.shutdown();
    assertThrows(IllegalStateException.class, () -> ask(vlm, AnswerRequest.caption(RED_BLUE, 80)));
  }
}
