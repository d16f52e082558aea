package org.edgevlm.combinations;

import java.util.Set;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.Spi;
import org.edgevlm.spi.cache.AttentionTracking;
import org.edgevlm.spi.cache.CacheObservation;
import org.edgevlm.spi.cache.CachePolicy;
import org.edgevlm.spi.cache.CachePolicyProvider;
import org.edgevlm.spi.cache.RetentionPlan;

/** Scores entries by attention and drops none by itself. */
public final class ScoresProvider implements CachePolicyProvider {

  /** Called by {@link java.util.ServiceLoader}. */
  public ScoresProvider() {}

  @Override
  public String id() {
    return "testing-scores";
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
    return "needs attention scores";
  }

  @Override
  public Set<Capability> requires() {
    return Set.of(Capability.LAYERWISE_KV, Capability.ATTENTION_SCORES);
  }

  @Override
  public CachePolicy create(PluginContext context) {
    return new CachePolicy() {
      @Override
      public AttentionTracking attention() {
        return new AttentionTracking(true, 0);
      }

      @Override
      public boolean isDue(CacheObservation observation) {
        return false;
      }

      @Override
      public void plan(CacheObservation observation, RetentionPlan plan) {
        for (int layer = 0; layer < observation.cache().layers(); layer++) {
          float[] attention = new float[observation.cache().length(layer)];
          observation.cache().accumulatedAttention(layer, attention);
          for (int entry = 0; entry < attention.length; entry++) {
            plan.score(layer, entry, attention[entry]);
          }
        }
      }
    };
  }
}
