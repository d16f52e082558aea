package org.edgevlm.spi.inference;

import java.util.Set;
import org.edgevlm.spi.Api;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.PluginProvider;

/** Registers an {@link InferenceBackend}. */
@Api(status = Api.Status.STABLE, since = "0.1")
public interface InferenceBackendProvider extends PluginProvider {

  /** What sessions of this backend can do, whatever the model. */
  Set<Capability> capabilities();

  /**
   * Makes the backend; loads its native libraries where it has any.
   *
   * @throws org.edgevlm.spi.PluginException if they can't be loaded
   */
  InferenceBackend create(PluginContext context);
}
