package org.edgevlm.runtime.pipeline;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
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
 * The providers that a configuration selects. Exists only where all of them are there, run on this
 * machine, and find in the backend what they need.
 */
record PluginSet(
    VisionProcessorProvider vision,
    ImageEncoderProvider encoder,
    InferenceBackendProvider backend,
    List<CachePolicyProvider> cache,
    DecodingStrategyProvider decoding) {

  /** What the runtime itself asks of a backend. */
  private static final Set<Capability> BASIC =
      EnumSet.of(Capability.TOKEN_STEPPING, Capability.IMAGE_EMBEDDINGS);

  /** Selects the providers and checks that they fit each other. */
  static PluginSet select(Settings settings, PluginRegistry plugins, Platform platform) {
    Selector selector = new Selector(plugins, platform);
    InferenceBackendProvider backend =
        selector.find(InferenceBackendProvider.class, "backend", settings.backend());
    PluginSet set =
        new PluginSet(
            selector.find(VisionProcessorProvider.class, "vision", settings.vision()),
            selector.encoder(settings.encoder(), backend.id()),
            backend,
            selector.cache(settings.cache()),
            selector.find(DecodingStrategyProvider.class, "decoding", settings.decoding()));
    set.check(plugins);
    return set;
  }

  private void check(PluginRegistry plugins) {
    require("an answer about an image", BASIC, plugins);
    for (CachePolicyProvider policy : cache) {
      require(needs("cache policy", policy), policy.requires(), plugins);
    }
    require(needs("decoding strategy", decoding), decoding.requires(), plugins);
  }

  /** How a message begins that says what a plugin lacks. */
  static String needs(String kind, PluginProvider provider) {
    return kind + " '" + provider.id() + "'";
  }

  /**
   * Refuses the set if the backend lacks something.
   *
   * @param who what needs it, as the message begins
   */
  void require(String who, Set<Capability> needed, PluginRegistry plugins) {
    Set<Capability> missing = EnumSet.noneOf(Capability.class);
    missing.addAll(needed);
    missing.removeAll(backend.capabilities());
    if (missing.isEmpty()) {
      return;
    }
    String having =
        plugins.all(InferenceBackendProvider.class).stream()
            .filter(other -> other.capabilities().containsAll(needed))
            .map(PluginProvider::id)
            .collect(Collectors.joining(", "));
    throw new PluginException(
        who
            + " needs a backend that "
            + missing.stream()
                .map(capability -> capability.description() + " (" + capability + ")")
                .collect(Collectors.joining(" and "))
            + ", which '"
            + backend.id()
            + "' does not; "
            + (having.isEmpty() ? "no installed backend does" : "backends that do: " + having));
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
