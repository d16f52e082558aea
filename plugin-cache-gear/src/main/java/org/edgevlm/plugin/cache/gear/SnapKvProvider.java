package org.edgevlm.plugin.cache.gear;

import org.edgevlm.spi.ConfigKey;
import org.edgevlm.spi.ConfigValues;
import org.edgevlm.spi.cache.CachePolicy;
import org.edgevlm.spi.cache.Protection;
import org.edgevlm.spi.cache.RetentionSettings;

/** Registers {@code snapkv}: {@link ObservationWindow}. */
public final class SnapKvProvider extends ScoringProvider {

  private static final ConfigKey<Integer> WINDOW =
      ConfigKey.integer("window", 16, 1, 1024, "latest queries whose attention counts");
  private static final ConfigKey<Integer> POOL =
      ConfigKey.integer(
          "pool", 1, 1, 255, "neighbours, itself included, whose best score an entry has; odd");

  private static final ConfigKey<Boolean> VALUES =
      ConfigKey.flag("values", true, "weigh attention by the size of an entry's values");

  /** Called by {@link java.util.ServiceLoader}. */
  public SnapKvProvider() {
    super(
        "snapkv",
        "keeps the entries that the latest queries attended to, and the latest",
        new Protection(0.25, 0, 1, false, false),
        WINDOW,
        POOL,
        VALUES);
  }

  @Override
  CachePolicy create(RetentionSettings settings, ConfigValues config) {
    return new ObservationWindow(
        settings, config.get(WINDOW), config.get(POOL), config.get(VALUES));
  }
}
