package org.edgevlm.runtime.plugin;

import java.util.List;
import java.util.Set;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.PluginProvider;
import org.edgevlm.spi.cache.CachePolicyProvider;
import org.edgevlm.spi.decoding.DecodingStrategyProvider;
import org.edgevlm.spi.inference.ImageEncoderProvider;
import org.edgevlm.spi.inference.InferenceBackendProvider;
import org.edgevlm.spi.vision.VisionProcessorProvider;

/** The five services that a plugin can provide, in the order in which an image meets them. */
enum PluginService {
  VISION("vision", VisionProcessorProvider.class),
  ENCODER("encoder", ImageEncoderProvider.class),
  BACKEND("backend", InferenceBackendProvider.class),
  CACHE("cache", CachePolicyProvider.class),
  DECODING("decoding", DecodingStrategyProvider.class);

  static final List<PluginService> ALL = List.of(values());

  private final String label;
  private final Class<? extends PluginProvider> type;

  PluginService(String label, Class<? extends PluginProvider> type) {
    this.label = label;
    this.type = type;
  }

  /** The name that users know it by; also the configuration key that selects it. */
  String label() {
    return label;
  }

  Class<? extends PluginProvider> type() {
    return type;
  }

  /** What a provider of this service offers or needs. */
  Set<Capability> capabilities(PluginProvider provider) {
    return switch (this) {
      case BACKEND -> ((InferenceBackendProvider) provider).capabilities();
      case CACHE -> ((CachePolicyProvider) provider).requires();
      case DECODING -> ((DecodingStrategyProvider) provider).requires();
      case VISION, ENCODER -> Set.of();
    };
  }

  static PluginService of(Class<? extends PluginProvider> type) {
    for (PluginService service : ALL) {
      if (service.type == type) {
        return service;
      }
    }
    throw new IllegalArgumentException(type.getName() + " is not a service of this platform");
  }
}
