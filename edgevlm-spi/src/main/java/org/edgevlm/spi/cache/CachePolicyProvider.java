package org.edgevlm.spi.cache;

import java.util.Set;
import org.edgevlm.spi.Api;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.PluginProvider;

/** Registers a {@link CachePolicy}. */
@Api(status = Api.Status.STABLE, since = "0.1")
public interface CachePolicyProvider extends PluginProvider {

  /** What the policy needs of a backend. */
  default Set<Capability> requires() {
    return Set.of(Capability.LAYERWISE_KV);
  }

  /** Makes the policy. */
  CachePolicy create(PluginContext context);
}
