package org.edgevlm.plugin.cache.gear;

import org.edgevlm.spi.ConfigKey;
import org.edgevlm.spi.ConfigValues;
import org.edgevlm.spi.cache.CachePolicy;
import org.edgevlm.spi.cache.Protection;
import org.edgevlm.spi.cache.RetentionSettings;

/** Registers {@code gear}: {@link HeavyHitters}. */
public final class GearProvider extends ScoringProvider {

  private static final ConfigKey<HeavyHitters.Fairness> FAIRNESS =
      ConfigKey.choice(
          "fairness",
          HeavyHitters.Fairness.SUM,
          "attention summed over all queries, as published, or its mean over those that saw an"
              + " entry");

  private static final ConfigKey<Boolean> VALUES =
      ConfigKey.flag("values", true, "weigh attention by the size of an entry's values");

  /** Called by {@link java.util.ServiceLoader}. */
  public GearProvider() {
    super(
        "gear",
        "keeps the entries that got most attention, and the latest",
        new Protection(0.25, 0, 1, false, false),
        FAIRNESS,
        VALUES);
  }

  @Override
  CachePolicy create(RetentionSettings settings, ConfigValues config) {
    return new HeavyHitters(settings, config.get(FAIRNESS), config.get(VALUES));
  }
}
