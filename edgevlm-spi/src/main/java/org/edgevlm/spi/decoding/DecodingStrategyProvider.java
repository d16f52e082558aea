package org.edgevlm.spi.decoding;

import java.util.Set;
import org.edgevlm.spi.Api;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.PluginProvider;

/** Registers a {@link DecodingStrategy}. */
@Api(status = Api.Status.STABLE, since = "0.1")
public interface DecodingStrategyProvider extends PluginProvider {

  /** What the strategy needs of a backend. */
  default Set<Capability> requires() {
    return Set.of(Capability.TOKEN_STEPPING);
  }

  /** Makes the strategy for a model, opening a draft model where it has one. */
  DecodingStrategy create(DecodingContext context);
}
