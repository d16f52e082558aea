package org.edgevlm.reference;

import java.util.concurrent.CopyOnWriteArrayList;
import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.cache.AttentionTracking;
import org.edgevlm.spi.cache.CacheObservation;
import org.edgevlm.spi.cache.CachePolicy;
import org.edgevlm.spi.cache.CachePolicyProvider;
import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.cache.RetentionPlan;

/** Scores entries by the attention they received, and leaves the budgets to another policy. */
public final class HeavyHitterPolicyProvider extends ReferenceProvider
    implements CachePolicyProvider {

  /** For the service loader. */
  public HeavyHitterPolicyProvider() {
    super("reference-heavy", new CopyOnWriteArrayList<>());
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
        KvCache cache = observation.cache();
        for (int layer = 0; layer < cache.layers(); layer++) {
          float[] attention = new float[cache.length(layer)];
          cache.accumulatedAttention(layer, attention);
          for (int entry = 0; entry < attention.length; entry++) {
            plan.score(layer, entry, attention[entry]);
          }
        }
      }
    };
  }
}
