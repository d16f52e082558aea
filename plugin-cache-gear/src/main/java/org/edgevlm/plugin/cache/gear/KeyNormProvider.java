package org.edgevlm.plugin.cache.gear;

import java.util.Set;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.ConfigValues;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.cache.CachePolicy;
import org.edgevlm.spi.cache.Protection;
import org.edgevlm.spi.cache.RetentionBudget;
import org.edgevlm.spi.cache.RetentionSettings;

/** Registers {@code knorm}: {@link KeyNorm}. */
public final class KeyNormProvider extends ScoringProvider {

  /** Called by {@link java.util.ServiceLoader}. */
  public KeyNormProvider() {
    super(
        "knorm",
        "keeps the entries with the smallest keys, and the latest; needs no attention",
        new Protection(0.25, 0, 1, false, false));
  }

  @Override
  public Set<Capability> requires() {
    return Set.of(Capability.LAYERWISE_KV);
  }

  @Override
  CachePolicy create(RetentionSettings settings, ConfigValues config) {
    if (settings.budget().scope() == RetentionBudget.Scope.GLOBAL) {
      throw new PluginException(
          "knorm.scope is global: the sizes of keys differ from layer to layer, so it must be"
              + " layer");
    }
    return new KeyNorm(settings);
  }
}
