package org.edgevlm.dist;

import java.util.List;
import java.util.Set;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.ConfigKey;
import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.Spi;
import org.edgevlm.spi.cache.AttentionTracking;
import org.edgevlm.spi.cache.CacheObservation;
import org.edgevlm.spi.cache.CachePolicy;
import org.edgevlm.spi.cache.CachePolicyProvider;
import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.cache.RetentionPlan;

/** Keeps a few entries by their attention, from the prefill on or again after every token. */
final class TightPolicyProvider implements CachePolicyProvider {

  private static final int BUDGET = 24;
  private static final ConfigKey<CacheObservation.Phase> PHASE =
      ConfigKey.choice("phase", CacheObservation.Phase.PREFILL, "when entries are dropped");

  @Override
  public String id() {
    return "tight";
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
    return "Drops all but a few entries, for tests";
  }

  @Override
  public Set<Capability> requires() {
    return Set.of(Capability.LAYERWISE_KV, Capability.ATTENTION_SCORES);
  }

  @Override
  public List<ConfigKey<?>> configKeys() {
    return List.of(PHASE);
  }

  @Override
  public CachePolicy create(PluginContext context) {
    CacheObservation.Phase phase = context.config().get(PHASE);
    return new CachePolicy() {
      @Override
      public AttentionTracking attention() {
        return new AttentionTracking(true, 0);
      }

      @Override
      public boolean isDue(CacheObservation observation) {
        return observation.phase() == phase && observation.cache().length(0) > BUDGET;
      }

      @Override
      public void plan(CacheObservation observation, RetentionPlan plan) {
        KvCache cache = observation.cache();
        for (int layer = 0; layer < cache.layers(); layer++) {
          float[] attention = new float[cache.length(layer)];
          cache.accumulatedAttention(layer, attention);
          for (int entry = 0; entry < attention.length; entry++) {
            plan.score(layer, entry, attention[entry]);
          }
          plan.limit(layer, BUDGET);
        }
      }
    };
  }
}
