package org.edgevlm.spi;

/** The version of this service interface. */
@Api(status = Api.Status.STABLE, since = "0.1")
public final class Spi {

  /**
   * Raised when a change would break a compiled plugin. It is a compile-time constant on purpose: a
   * provider that returns it from {@link PluginProvider#spiVersion()} states the version that it
   * was compiled against, not the one it happens to run with.
   */
  public static final int VERSION = 1;

  private Spi() {}
}
