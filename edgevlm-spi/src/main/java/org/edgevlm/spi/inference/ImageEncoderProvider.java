package org.edgevlm.spi.inference;

import org.edgevlm.spi.Api;
import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.PluginProvider;

/**
 * Registers an {@link ImageEncoder}. A backend's plugin may bring one, and so may a plugin that has
 * nothing else: an encoder fits any backend whose model has its embedding width.
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public interface ImageEncoderProvider extends PluginProvider {

  /** Makes the factory; loads its native libraries where it has any. */
  ImageEncoderFactory create(PluginContext context);
}
