package org.edgevlm.plugin.cache.pyramid;

import org.edgevlm.spi.cache.LayerBudgetPolicy;
import org.edgevlm.spi.cache.RetentionSettings;

/**
 * Less of the cache the deeper the layer: the idea of PyramidKV (Cai et al., arXiv 2406.02069) and
 * PyramidInfer (Yang et al., arXiv 2405.12532). Sets budgets and scores nothing, so a layer keeps
 * what another policy scores highest, and its latest entries without one.
 */
final class Pyramid extends LayerBudgetPolicy {

  private final Profile profile;

  Pyramid(RetentionSettings settings, Profile profile) {
    super(settings);
    this.profile = profile;
  }

  @Override
  protected double share(int layer, int layers) {
    return profile.share(layer, layers);
  }
}
