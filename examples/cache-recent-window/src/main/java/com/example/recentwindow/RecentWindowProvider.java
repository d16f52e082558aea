package com.example.recentwindow;

import java.util.List;
import org.edgevlm.spi.ConfigKey;
import org.edgevlm.spi.ConfigValues;
import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.Spi;
import org.edgevlm.spi.cache.CachePolicy;
import org.edgevlm.spi.cache.CachePolicyProvider;

/** Registers the cache policy {@code recent-window}. */
public final class RecentWindowProvider implements CachePolicyProvider {

  private static final ConfigKey<Integer> SINKS =
      ConfigKey.integer("sinks", 4, 0, 4096, "first entries that each layer keeps");
  private static final ConfigKey<Integer> WINDOW =
      ConfigKey.integer("window", 256, 1, 1 << 20, "latest entries that each layer keeps");
  private static final ConfigKey<Boolean> KEEP_IMAGE =
      ConfigKey.flag("keep_image", true, "keep the picture's entries beside these");

  /** Called by {@link java.util.ServiceLoader}. */
  public RecentWindowProvider() {}

  @Override
  public String id() {
    return "recent-window";
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
    return "keeps the first entries, the picture's and the latest (StreamingLLM)";
  }

  @Override
  public List<ConfigKey<?>> configKeys() {
    return List.of(SINKS, WINDOW, KEEP_IMAGE);
  }

  @Override
  public CachePolicy create(PluginContext context) {
    ConfigValues config = context.config();
    return new RecentWindow(config.get(SINKS), config.get(WINDOW), config.get(KEEP_IMAGE));
  }
}
