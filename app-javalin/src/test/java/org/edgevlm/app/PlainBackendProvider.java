package org.edgevlm.app;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.edgevlm.reference.ReferenceBackendProvider;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.ConfigKey;
import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.inference.InferenceBackend;
import org.edgevlm.spi.inference.InferenceBackendProvider;

/** The reference backend with no more than every backend has: for sets that don't fit. */
public final class PlainBackendProvider implements InferenceBackendProvider {

  private final InferenceBackendProvider plain =
      new ReferenceBackendProvider(
          "plain",
          EnumSet.of(Capability.TOKEN_STEPPING, Capability.IMAGE_EMBEDDINGS),
          new CopyOnWriteArrayList<>());

  /** For the service loader. */
  public PlainBackendProvider() {}

  @Override
  public String id() {
    return plain.id();
  }

  @Override
  public String version() {
    return plain.version();
  }

  @Override
  public int spiVersion() {
    return plain.spiVersion();
  }

  @Override
  public String description() {
    return plain.description();
  }

  @Override
  public List<ConfigKey<?>> configKeys() {
    return plain.configKeys();
  }

  @Override
  public Set<Capability> capabilities() {
    return plain.capabilities();
  }

  @Override
  public InferenceBackend create(PluginContext context) {
    return plain.create(context);
  }
}
