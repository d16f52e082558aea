package org.edgevlm.runtime.pipeline;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.edgevlm.runtime.Degradation;
import org.edgevlm.runtime.config.CoreKeys;
import org.edgevlm.runtime.plugin.PluginRegistry;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.Platform;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.PluginProvider;
import org.edgevlm.spi.Support;
import org.edgevlm.spi.cache.CachePolicyProvider;
import org.edgevlm.spi.decoding.DecodingStrategyProvider;
import org.edgevlm.spi.inference.ImageEncoderProvider;
import org.edgevlm.spi.inference.InferenceBackendProvider;
import org.edgevlm.spi.vision.VisionProcessorProvider;

/**
 * The providers that run. Exists only where all of them are there, run on this machine, and find in
 * the backend what they need; what didn't is an error or left out, as {@link CapabilityCheck} says.
 */
record PluginSet(
    VisionProcessorProvider vision,
    ImageEncoderProvider encoder,
    InferenceBackendProvider backend,
    List<CachePolicyProvider> cache,
    DecodingStrategyProvider decoding,
    CapabilityCheck check) {

  /** Selects the providers and checks that they fit each other. */
  static PluginSet select(Settings settings, PluginRegistry plugins, Platform platform) {
    Selector selector = new Selector(plugins, platform);
    InferenceBackendProvider backend =
        selector.find(InferenceBackendProvider.class, "backend", settings.backend());
    VisionProcessorProvider vision =
        selector.find(VisionProcessorProvider.class, "vision", settings.vision());
    ImageEncoderProvider encoder = selector.encoder(settings.encoder(), backend.id());
    List<CachePolicyProvider> policies = selector.cache(settings.cache());
    DecodingStrategyProvider strategy = selector.decoding(settings.decoding());

    CapabilityCheck check = new CapabilityCheck(backend, plugins, platform, settings.degrade());
    check.requireBasics();
    List<CachePolicyProvider> admitted =
        policies.stream().filter(policy -> admits(check, policy, policy.requires())).toList();
    if (!check.admits(
        CoreKeys.DECODING.name(),
        "decoding strategy",
        strategy,
        strategy.requires(),
        AutoregressiveProvider.ID)) {
      strategy = selector.decoding(AutoregressiveProvider.ID);
    }
    return new PluginSet(vision, encoder, backend, admitted, strategy, check);
  }

  /**
   * Whether a policy can run although it tracks attention, which shows only once it is made.
   *
   * @throws org.edgevlm.runtime.MissingCapabilityException if it can't and may not be left out
   */
  boolean admitsAttention(CachePolicyProvider policy) {
    Set<Capability> needed = EnumSet.of(Capability.ATTENTION_SCORES);
    needed.addAll(policy.requires());
    return admits(check, policy, needed);
  }

  private static boolean admits(
      CapabilityCheck check, CachePolicyProvider policy, Set<Capability> needed) {
    return check.admits(
        CoreKeys.CACHE.name(), "cache policy", policy, needed, Degradation.LEFT_OUT);
  }

  /** Looks providers up. */
  private record Selector(PluginRegistry plugins, Platform platform) {

    <P extends PluginProvider> P find(Class<P> type, String label, String id) {
      P provider = plugins.find(type, id);
      Support support = provider.supports(platform);
      if (!support.supported()) {
        throw new PluginException(
            label + " '" + id + "' does not run on " + platform + ": " + support.reason());
      }
      return provider;
    }

    /** The encoder of this id; for {@code auto} the backend's own, else the best that runs here. */
    ImageEncoderProvider encoder(String id, String backend) {
      if (!id.equals(Settings.AUTO)) {
        return find(ImageEncoderProvider.class, "encoder", id);
      }
      List<ImageEncoderProvider> usable =
          plugins.all(ImageEncoderProvider.class).stream()
              .filter(provider -> provider.supports(platform).supported())
              .toList();
      return usable.stream()
          .filter(provider -> provider.id().equals(backend))
          .findFirst()
          .or(
              () ->
                  usable.stream()
                      .max(
                          Comparator.comparingInt(PluginProvider::priority)
                              .thenComparing(
                                  (Function<PluginProvider, String>) PluginProvider::id,
                                  Comparator.reverseOrder())))
          .orElseThrow(
              () ->
                  new PluginException(
                      "encoder: auto finds no image encoder that runs on " + platform));
    }

    DecodingStrategyProvider decoding(String id) {
      return find(DecodingStrategyProvider.class, "decoding", id);
    }

    List<CachePolicyProvider> cache(List<String> ids) {
      List<CachePolicyProvider> policies = new ArrayList<>();
      Set<String> seen = new HashSet<>();
      for (String id : ids) {
        if (!seen.add(id)) {
          throw new PluginException("cache policy '" + id + "' is configured twice");
        }
        policies.add(find(CachePolicyProvider.class, "cache policy", id));
      }
      return policies;
    }
  }
}
