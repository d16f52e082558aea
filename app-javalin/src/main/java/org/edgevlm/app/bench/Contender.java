package org.edgevlm.app.bench;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.edgevlm.app.score.Share;
import org.edgevlm.runtime.Answer;
import org.edgevlm.runtime.AnswerRequest;
import org.edgevlm.runtime.EdgeVlm;
import org.edgevlm.spi.CancelToken;
import org.edgevlm.spi.decoding.FinishReason;

/** One setting while it is measured. */
final class Contender {

  /** How an answer is judged. */
  @FunctionalInterface
  interface Judge {
    Share judge(String text);
  }

  private final BenchSetting setting;
  private final List<Observation> observations = new ArrayList<>();
  private EdgeVlm edgeVlm;
  private String failure;

  Contender(BenchSetting setting) {
    this.setting = setting;
  }

  BenchSetting setting() {
    return setting;
  }

  List<Observation> observations() {
    return observations;
  }

  /** Why it isn't measured, where it isn't. */
  Optional<String> failure() {
    return Optional.ofNullable(failure);
  }

  boolean isOpen() {
    return edgeVlm != null;
  }

  EdgeVlm edgeVlm() {
    return edgeVlm;
  }

  void open(EdgeVlm opened) {
    edgeVlm = opened;
  }

  /** Takes it out of the race. */
  void fail(String reason) {
    failure = reason;
    observations.clear();
    close();
  }

  void close() {
    if (edgeVlm != null) {
      EdgeVlm open = edgeVlm;
      edgeVlm = null;
      open.close();
    }
  }

  /** Answers, and keeps what was seen of it. */
  void answer(
      int picture, int round, ByteBuffer image, Optional<String> question, int max, Judge judge) {
    AnswerRequest request =
        question
            .map(text -> AnswerRequest.question(image, text, max))
            .orElseGet(() -> AnswerRequest.caption(image, max));
    int[] tokens = new int[max + 1];
    int[] layers = new int[max];
    Answer answer =
        edgeVlm.answer(
            request,
            event -> {
              tokens[event.index()] = event.token();
              layers[event.index()] = event.layersUsed();
            },
            CancelToken.NEVER);
    int count = answer.tokens();
    int all = count;
    if (answer.finishReason() == FinishReason.STOP) {
      tokens[all++] = Observation.END;
    }
    observations.add(
        new Observation(
            picture,
            round,
            question.isEmpty(),
            Arrays.copyOf(tokens, all),
            Arrays.copyOf(layers, count),
            answer.timings(),
            answer.counters(),
            judge.judge(answer.text())));
  }
}
