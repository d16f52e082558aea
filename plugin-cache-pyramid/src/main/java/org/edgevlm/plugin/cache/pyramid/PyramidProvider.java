package org.edgevlm.plugin.cache.pyramid;

import java.util.List;
import java.util.stream.Stream;
import org.edgevlm.spi.ConfigKey;
import org.edgevlm.spi.ConfigValues;
import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.Spi;
import org.edgevlm.spi.cache.CachePolicy;
import org.edgevlm.spi.cache.CachePolicyProvider;
import org.edgevlm.spi.cache.Protection;
import org.edgevlm.spi.cache.RetentionBudget;
import org.edgevlm.spi.cache.RetentionKeys;
import org.edgevlm.spi.cache.RetentionSettings;
import org.edgevlm.spi.cache.ReviewTrigger;

/** Registers {@code pyramid}: {@link Pyramid}. */
public final class PyramidProvider implements CachePolicyProvider {

  private static final ConfigKey<List<String>> RATIOS =
      ConfigKey.list(
          "ratios",
          List.of("1.0", "0.7", "0.3"),
          "shares of the full cache, from the first group of layers to the last");
  private static final ConfigKey<List<String>> BOUNDARIES =
      ConfigKey.list(
          "boundaries",
          List.of(),
          "where groups begin, as parts of the depth, as in [0.25, 0.5]; empty for equal groups");
  private static final ConfigKey<Profile.Curve> CURVE =
      ConfigKey.choice(
          "curve", Profile.Curve.STEP, "groups of layers, or a share that falls layer by layer");

  private final RetentionKeys common =
      new RetentionKeys(
          new RetentionSettings(
              RetentionBudget.ofLayers(1),
              new Protection(0, 0, 0, false, false),
              ReviewTrigger.DEFAULT));

  /** Called by {@link java.util.ServiceLoader}. */
  public PyramidProvider() {}

  @Override
  public String id() {
    return "pyramid";
  }

  @Override
  public String version() {
    return "0.1.0";
  }

  @Override
  public int spiVersion() {
    return Spi.VERSION;
  }

  @Override
  public String description() {
    return "keeps less of the cache the deeper the layer; another policy may choose what";
  }

  @Override
  public List<ConfigKey<?>> configKeys() {
    return Stream.of(
            List.<ConfigKey<?>>of(RATIOS, BOUNDARIES, CURVE), common.protection(), common.trigger())
        .<ConfigKey<?>>flatMap(List::stream)
        .toList();
  }

  @Override
  public CachePolicy create(PluginContext context) {
    ConfigValues config = context.config();
    Profile profile =
        new Profile(
            numbers("ratios", config.get(RATIOS)),
            numbers("boundaries", config.get(BOUNDARIES)),
            config.get(CURVE));
    RetentionSettings settings =
        new RetentionSettings(
            RetentionBudget.ofLayers(1), common.protection(config), common.trigger(config));
    return new Pyramid(settings, profile);
  }

  private static List<Double> numbers(String key, List<String> texts) {
    return texts.stream()
        .map(
            text -> {
              try {
                return Double.valueOf(text);
              } catch (NumberFormatException e) {
                throw new PluginException(
                    "pyramid." + key + " has '" + text + "': it must be a list of numbers", e);
              }
            })
        .toList();
  }
}
