package org.edgevlm.runtime.reference;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.inference.Grammar;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.ModelInfo;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.spi.inference.TokenConstraint;
import org.edgevlm.spi.inference.Tokenizer;

/**
 * Weights shared by sessions. Closing it before its sessions or constraints is an error, as it
 * would be in C.
 */
final class ReferenceModel implements LanguageModel {

  private final ReferenceWeights weights;
  private final Set<Capability> capabilities;
  private final int contextLength;
  private final Runnable onClose;
  private final AtomicInteger openSessions = new AtomicInteger();
  private final AtomicInteger openConstraints = new AtomicInteger();
  private boolean closed;

  ReferenceModel(
      ReferenceFile file, Set<Capability> capabilities, int contextLength, Runnable onClose) {
    weights = new ReferenceWeights(file.width(), file.seed());
    this.capabilities = capabilities;
    this.contextLength = contextLength;
    this.onClose = onClose;
  }

  @Override
  public ModelInfo info() {
    return new ModelInfo(
        "reference",
        "reference",
        ReferenceWeights.LAYERS,
        weights.width,
        1,
        1,
        weights.width,
        ReferenceTokenizer.SIZE,
        contextLength,
        1,
        List.of(),
        Map.of("edgevlm.caption_prompt", "What is there?"));
  }

  @Override
  public Tokenizer tokenizer() {
    return new ReferenceTokenizer();
  }

  @Override
  public InferenceSession openSession(SessionOptions options) {
    if (closed) {
      throw new IllegalStateException("closed");
    }
    if (options.attention().enabled() && !capabilities.contains(Capability.ATTENTION_SCORES)) {
      throw new PluginException("this backend cannot track attention");
    }
    openSessions.incrementAndGet();
    return new ReferenceSession(this, weights, capabilities, contextLength, options);
  }

  @Override
  public TokenConstraint constrain(Grammar grammar) {
    if (closed) {
      throw new IllegalStateException("closed");
    }
    if (!capabilities.contains(Capability.GRAMMAR)) {
      return LanguageModel.super.constrain(grammar);
    }
    return new ReferenceConstraint(RegularGrammar.read(grammar), openConstraints);
  }

  void sessionClosed() {
    openSessions.decrementAndGet();
  }

  @Override
  public void close() {
    if (openSessions.get() != 0) {
      throw new IllegalStateException(openSessions.get() + " sessions are still open");
    }
    if (openConstraints.get() != 0) {
      throw new IllegalStateException(openConstraints.get() + " constraints are still open");
    }
    if (!closed) {
      closed = true;
      onClose.run();
    }
  }
}
