package org.edgevlm.plugin.cache.gear;

import org.edgevlm.spi.cache.AttentionTracking;
import org.edgevlm.spi.cache.CacheObservation;
import org.edgevlm.spi.cache.RetentionSettings;
import org.edgevlm.spi.cache.ScoringCachePolicy;

/** The attention of the last query alone: TOVA (Oren et al., arXiv 2401.06104). */
final class LastQuery extends ScoringCachePolicy {

  LastQuery(RetentionSettings settings) {
    super(settings);
  }

  @Override
  public AttentionTracking attention() {
    return new AttentionTracking(false, 1);
  }

  @Override
  protected void score(CacheObservation observation, int layer, float[] scores) {
    observation.cache().recentAttention(layer, scores);
  }
}
