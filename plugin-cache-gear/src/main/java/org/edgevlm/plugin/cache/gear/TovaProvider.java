package org.edgevlm.plugin.cache.gear;

import org.edgevlm.spi.ConfigValues;
import org.edgevlm.spi.cache.CachePolicy;
import org.edgevlm.spi.cache.Protection;
import org.edgevlm.spi.cache.RetentionSettings;

/** Registers {@code tova}: {@link LastQuery}. */
public final class TovaProvider extends ScoringProvider {

  /** Called by {@link java.util.ServiceLoader}. */
  public TovaProvider() {
    super("tova", "keeps the entries that the last query attended to", Protection.NONE);
  }

  @Override
  CachePolicy create(RetentionSettings settings, ConfigValues config) {
    return new LastQuery(settings);
  }
}
