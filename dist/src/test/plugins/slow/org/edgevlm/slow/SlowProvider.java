package org.edgevlm.slow;

import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.edgevlm.spi.ConfigKey;
import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.Spi;
import org.edgevlm.spi.cache.CacheObservation;
import org.edgevlm.spi.cache.CachePolicy;
import org.edgevlm.spi.cache.CachePolicyProvider;
import org.edgevlm.spi.cache.RetentionPlan;

/** A cache policy that keeps everything and waits after every token, as a large model would. */
public final class SlowProvider implements CachePolicyProvider {

  private static final ConfigKey<Integer> PAUSE =
      ConfigKey.integer("pause_ms", 200, 1, 10_000, "milliseconds to wait after every token");

  /** Called by {@link java.util.ServiceLoader}. */
  public SlowProvider() {}

  @Override
  public String id() {
    return "testing-slow";
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
    return "waits after every token";
  }

  @Override
  public List<ConfigKey<?>> configKeys() {
    return List.of(PAUSE);
  }

  @Override
  public CachePolicy create(PluginContext context) {
    long nanos = context.config().get(PAUSE) * 1_000_000L;
    return new CachePolicy() {
      @Override
      public boolean isDue(CacheObservation observation) {
        return observation.phase() == CacheObservation.Phase.DECODE;
      }

      @Override
      public void plan(CacheObservation observation, RetentionPlan plan) {
        LockSupport.parkNanos(nanos);
      }
    };
  }
}
