package org.edgevlm.combinations;

import java.util.Map;
import java.util.Set;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.Spi;
import org.edgevlm.spi.decoding.DecodingContext;
import org.edgevlm.spi.decoding.DecodingReport;
import org.edgevlm.spi.decoding.DecodingStrategy;
import org.edgevlm.spi.decoding.DecodingStrategyProvider;
import org.edgevlm.spi.decoding.DecodingTask;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.StepResult;

/** Feeds each token twice, with a rewind in between and a look at the cache's length. */
public final class CarefulProvider implements DecodingStrategyProvider {

  /** Called by {@link java.util.ServiceLoader}. */
  public CarefulProvider() {}

  @Override
  public String id() {
    return "testing-careful";
  }

  @Override
  public String version() {
    return "1";
  }

  @Override
  public int spiVersion() {
    return Spi.VERSION;
  }

  @Override
  public String description() {
    return "needs a cache by layers, and goes back";
  }

  @Override
  public Set<Capability> requires() {
    return Set.of(Capability.TOKEN_STEPPING, Capability.REWIND, Capability.LAYERWISE_KV);
  }

  @Override
  public DecodingStrategy create(DecodingContext context) {
    return CarefulProvider::decode;
  }

  private static DecodingReport decode(DecodingTask task) {
    InferenceSession session = task.session();
    int[] token = new int[1];
    long fed = 0;
    token[0] = task.sampler().sample(task.promptLogits(), 0);
    int layers = task.promptLogits().layersUsed(0);
    while (task.emit(token[0], layers)) {
      int before = session.kvCache().orElseThrow().length(0);
      session.step(token, 0, 1, Outputs.NONE);
      session.rewind(session.position() - 1);
      if (session.kvCache().orElseThrow().length(0) != before) {
        throw new PluginException("a rewind left an entry in the cache");
      }
      StepResult logits = session.step(token, 0, 1, Outputs.LAST);
      fed += 2;
      token[0] = task.sampler().sample(logits, 0);
      layers = logits.layersUsed(0);
    }
    return new DecodingReport(Map.of("careful_steps", fed));
  }
}
