package org.edgevlm.spi.cache;

import java.util.List;
import org.edgevlm.spi.Api;
import org.edgevlm.spi.ConfigKey;
import org.edgevlm.spi.ConfigValues;

/**
 * The configuration keys of {@link RetentionSettings}: a provider declares {@link #protection()},
 * {@link #trigger()} and {@link #budget()}, or those of them that it uses, beside its own.
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public final class RetentionKeys {

  private static final int MANY = 1 << 20;

  private final ConfigKey<Double> share;
  private final ConfigKey<Integer> tokens;
  private final ConfigKey<RetentionBudget.Base> base;
  private final ConfigKey<RetentionBudget.Scope> scope;
  private final ConfigKey<Double> recentShare;
  private final ConfigKey<Integer> recentTokens;
  private final ConfigKey<Integer> first;
  private final ConfigKey<Boolean> image;
  private final ConfigKey<Boolean> promptText;
  private final ConfigKey<Boolean> afterPrefill;
  private final ConfigKey<Integer> every;
  private final ConfigKey<Integer> fromLength;

  /** Keys with these defaults. */
  public RetentionKeys(RetentionSettings defaults) {
    RetentionBudget budget = defaults.budget();
    share =
        ConfigKey.decimal(
            "budget", budget.share(), 0.01, 1, "share of the full cache's memory that may stay");
    tokens =
        ConfigKey.integer(
            "budget_tokens", budget.tokens(), 0, MANY, "entries a layer that may stay; 0 for any");
    base = ConfigKey.choice("budget_of", budget.base(), "what the budget is a share of");
    scope =
        ConfigKey.choice(
            "scope", budget.scope(), "a budget for each layer, or one that layers compete for");
    Protection protection = defaults.protection();
    recentShare =
        ConfigKey.decimal(
            "recent", protection.recentShare(), 0, 1, "share of the budget for the latest entries");
    recentTokens =
        ConfigKey.integer(
            "recent_tokens",
            protection.recentTokens(),
            0,
            MANY,
            "latest entries that stay at least; never more than the budget");
    first =
        ConfigKey.integer("first", protection.first(), 0, MANY, "first positions that always stay");
    image = ConfigKey.flag("keep_image", protection.image(), "keep all entries of the image");
    promptText =
        ConfigKey.flag(
            "keep_prompt", protection.promptText(), "keep all entries of the prompt's text");
    ReviewTrigger trigger = defaults.trigger();
    afterPrefill =
        ConfigKey.flag(
            "after_prefill",
            trigger.afterPrefill(),
            "drop entries before the first token; else when `every` tokens are there");
    every =
        ConfigKey.integer(
            "every",
            trigger.every(),
            0,
            MANY,
            "tokens that a review makes room for; 0 for 3 % of the budget");
    fromLength =
        ConfigKey.integer(
            "from_length", trigger.fromLength(), 0, MANY, "drop nothing from a shorter session");
  }

  /** The keys of the budget. */
  public List<ConfigKey<?>> budget() {
    return List.of(share, tokens, base, scope);
  }

  /** The keys of the protection. */
  public List<ConfigKey<?>> protection() {
    return List.of(recentShare, recentTokens, first, image, promptText);
  }

  /** The keys of the trigger. */
  public List<ConfigKey<?>> trigger() {
    return List.of(afterPrefill, every, fromLength);
  }

  /** What a configuration says about the budget. */
  public RetentionBudget budget(ConfigValues config) {
    return new RetentionBudget(
        config.get(share), config.get(tokens), config.get(base), config.get(scope));
  }

  /** What a configuration says about the protection. */
  public Protection protection(ConfigValues config) {
    return new Protection(
        config.get(recentShare),
        config.get(recentTokens),
        config.get(first),
        config.get(image),
        config.get(promptText));
  }

  /** What a configuration says about the trigger. */
  public ReviewTrigger trigger(ConfigValues config) {
    return new ReviewTrigger(config.get(afterPrefill), config.get(every), config.get(fromLength));
  }

  /** What a configuration says about all three. */
  public RetentionSettings settings(ConfigValues config) {
    return new RetentionSettings(budget(config), protection(config), trigger(config));
  }
}
