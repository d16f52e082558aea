package org.edgevlm.plugin.cache.gear;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.ConfigKey;
import org.edgevlm.spi.ConfigValues;
import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.Spi;
import org.edgevlm.spi.cache.CachePolicy;
import org.edgevlm.spi.cache.CachePolicyProvider;
import org.edgevlm.spi.cache.Protection;
import org.edgevlm.spi.cache.RetentionBudget;
import org.edgevlm.spi.cache.RetentionKeys;
import org.edgevlm.spi.cache.RetentionSettings;
import org.edgevlm.spi.cache.ReviewTrigger;

/** What the providers of this plugin have in common. */
abstract class ScoringProvider implements CachePolicyProvider {

  /** The share that the published design keeps. */
  private static final double PUBLISHED_SHARE = 0.5;

  private final String id;
  private final String description;
  private final RetentionKeys common;
  private final List<ConfigKey<?>> own;

  /**
   * @param protection the default
   * @param own keys beside the common ones
   */
  ScoringProvider(String id, String description, Protection protection, ConfigKey<?>... own) {
    this.id = id;
    this.description = description;
    this.own = List.of(own);
    common =
        new RetentionKeys(
            new RetentionSettings(
                RetentionBudget.ofLayers(PUBLISHED_SHARE), protection, ReviewTrigger.DEFAULT));
  }

  @Override
  public final String id() {
    return id;
  }

  @Override
  public final String version() {
    return "0.1.0";
  }

  @Override
  public final int spiVersion() {
    return Spi.VERSION;
  }

  @Override
  public final String description() {
    return description;
  }

  @Override
  public final List<ConfigKey<?>> configKeys() {
    return Stream.of(common.budget(), common.protection(), common.trigger(), own)
        .<ConfigKey<?>>flatMap(List::stream)
        .toList();
  }

  @Override
  public Set<Capability> requires() {
    return EnumSet.of(Capability.LAYERWISE_KV, Capability.ATTENTION_SCORES);
  }

  @Override
  public final CachePolicy create(PluginContext context) {
    return create(common.settings(context.config()), context.config());
  }

  /** Makes the policy. */
  abstract CachePolicy create(RetentionSettings settings, ConfigValues config);
}
