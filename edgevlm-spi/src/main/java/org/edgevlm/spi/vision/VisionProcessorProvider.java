package org.edgevlm.spi.vision;

import java.util.Set;
import org.edgevlm.spi.Api;
import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.PluginProvider;

/** Registers a {@link VisionProcessor}. */
@Api(status = Api.Status.STABLE, since = "0.1")
public interface VisionProcessorProvider extends PluginProvider {

  /** The formats it decodes. */
  Set<ImageFormat> formats();

  /**
   * Makes the processor; loads its native libraries where it has any.
   *
   * @throws org.edgevlm.spi.PluginException if they can't be loaded
   */
  VisionProcessor create(PluginContext context);
}
