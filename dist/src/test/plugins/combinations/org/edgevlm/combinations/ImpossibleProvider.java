package org.edgevlm.combinations;

import java.util.Set;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.Spi;
import org.edgevlm.spi.decoding.DecodingContext;
import org.edgevlm.spi.decoding.DecodingStrategy;
import org.edgevlm.spi.decoding.DecodingStrategyProvider;

/** Needs all there is at once. */
public final class ImpossibleProvider implements DecodingStrategyProvider {

  /** Called by {@link java.util.ServiceLoader}. */
  public ImpossibleProvider() {}

  @Override
  public String id() {
    return "testing-impossible";
  }

  @Override
  public String version() {
    return "1";
  }

  @Override
  public int spiVersion() {
    return Spi.VERSION;
  }

  @Override
  public String description() {
    return "needs more than any backend has";
  }

  @Override
  public Set<Capability> requires() {
    return Set.of(Capability.values());
  }

  @Override
  public DecodingStrategy create(DecodingContext context) {
    throw new PluginException("made, although no backend has what it needs");
  }
}
