package org.edgevlm.reference;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.edgevlm.spi.ConfigKey;
import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.cache.CacheObservation;
import org.edgevlm.spi.cache.CachePolicy;
import org.edgevlm.spi.cache.CachePolicyProvider;
import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.cache.RetentionPlan;

/** Each layer keeps a budget of entries; a deeper layer half as many as the one before. */
public final class WindowPolicyProvider extends ReferenceProvider implements CachePolicyProvider {

  private static final ConfigKey<Integer> BUDGET =
      ConfigKey.integer("budget", 24, 1, 4096, "entries of the first layer");

  /** For the service loader. */
  public WindowPolicyProvider() {
    this(new CopyOnWriteArrayList<>());
  }

  /** For tests of closing. */
  public WindowPolicyProvider(List<String> diary) {
    super("reference-window", diary);
  }

  @Override
  public List<ConfigKey<?>> configKeys() {
    return List.of(BUDGET);
  }

  @Override
  public CachePolicy create(PluginContext context) {
    int budget = context.config().get(BUDGET);
    return new CachePolicy() {
      @Override
      public boolean isDue(CacheObservation observation) {
        KvCache cache = observation.cache();
        for (int layer = 0; layer < cache.layers(); layer++) {
          if (cache.length(layer) > entries(layer)) {
            return true;
          }
        }
        return false;
      }

      @Override
      public void plan(CacheObservation observation, RetentionPlan plan) {
        for (int layer = 0; layer < observation.cache().layers(); layer++) {
          plan.limit(layer, entries(layer));
        }
      }

      private int entries(int layer) {
        return Math.max(1, budget >> layer);
      }

      @Override
      public void close() {
        note("closes");
      }
    };
  }
}
