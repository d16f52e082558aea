package org.edgevlm.runtime.pipeline;

import org.edgevlm.spi.Spi;
import org.edgevlm.spi.decoding.DecodingContext;
import org.edgevlm.spi.decoding.DecodingStrategy;
import org.edgevlm.spi.decoding.DecodingStrategyProvider;

/** Registers the strategy that comes with the runtime: {@code decoding: autoregressive}. */
public final class AutoregressiveProvider implements DecodingStrategyProvider {

  /** The id that selects it, which is also the default. */
  public static final String ID = "autoregressive";

  /** For {@link java.util.ServiceLoader}. */
  public AutoregressiveProvider() {}

  @Override
  public String id() {
    return ID;
  }

  @Override
  public String version() {
    return "0.1.0";
  }

  @Override
  public int spiVersion() {
    return Spi.VERSION;
  }

  @Override
  public String description() {
    return "One token a step through the whole model";
  }

  @Override
  public DecodingStrategy create(DecodingContext context) {
    return new AutoregressiveStrategy();
  }
}
