package org.edgevlm.spi.inference;

import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.PluginProvider;

/**
 * Registers an {@link ImageEncoder}. A backend's plugin may bring one, and so may a plugin that has
 * nothing else: an encoder fits any backend whose model has its embedding width.
 */
public interface ImageEncoderProvider extends PluginProvider {

  /** Makes the factory; loads its native libraries where it has any. */
  ImageEncoderFactory create(PluginContext context);
}
