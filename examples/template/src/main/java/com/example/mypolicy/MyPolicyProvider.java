package com.example.mypolicy;

import java.util.List;
import java.util.Set;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.ConfigKey;
import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.Spi;
import org.edgevlm.spi.cache.CachePolicy;
import org.edgevlm.spi.cache.CachePolicyProvider;

/** Registers the cache policy {@code my-policy}. */
public final class MyPolicyProvider implements CachePolicyProvider {

  private static final ConfigKey<Integer> BUDGET =
      ConfigKey.integer("budget", 256, 1, 1 << 20, "entries that each layer keeps");

  /** Called by {@link java.util.ServiceLoader}. */
  public MyPolicyProvider() {}

  @Override
  public String id() {
    return "my-policy";
  }

  @Override
  public String version() {
    return "1.0.0";
  }

  @Override
  public int spiVersion() {
    return Spi.VERSION;
  }

  @Override
  public String description() {
    return "keeps the entries that received the most attention";
  }

  @Override
  public Set<Capability> requires() {
    return Set.of(Capability.LAYERWISE_KV, Capability.ATTENTION_SCORES);
  }

  @Override
  public List<ConfigKey<?>> configKeys() {
    return List.of(BUDGET);
  }

  @Override
  public CachePolicy create(PluginContext context) {
    return new MyPolicy(context.config().get(BUDGET));
  }
}
