package org.edgevlm.plugin.speculative;

import java.util.List;
import java.util.Optional;
import org.edgevlm.spi.decoding.DecodingTask;
import org.edgevlm.spi.inference.EarlyExit;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.spi.inference.Tokenizer;

/**
 * The target drafts for itself: its steps end at an exit layer while a draft is made, and the
 * layers above verify all of them together (LayerSkip, Elhoushi et al., arXiv 2404.16710).
 */
final class ExitSource implements DraftSource {

  private final Tokenizer tokenizer;
  private final int layer;
  private final double confidence;

  /**
   * @param tokenizer the target's
   * @param layer where steps end, counted from 1
   * @param confidence the largest probability there that a token must have to be drafted
   */
  ExitSource(Tokenizer tokenizer, int layer, double confidence) {
    this.tokenizer = tokenizer;
    this.layer = layer;
    this.confidence = confidence;
  }

  @Override
  public int levels() {
    return ExitDrafter.LEVELS;
  }

  @Override
  public Optional<EarlyExit> earlyExit() {
    return Optional.of(new EarlyExit(List.of(layer), new DraftGate()));
  }

  @Override
  public Verification verification(SessionOptions options) {
    return new ExitVerification(gate(options), layer);
  }

  private static DraftGate gate(SessionOptions options) {
    return (DraftGate) options.earlyExit().orElseThrow().rule();
  }

  @Override
  public Drafter open(DecodingTask task) {
    return new ExitDrafter(task, gate(task.sessionOptions()), tokenizer, layer, confidence);
  }
}
