package org.edgevlm.spi;

import java.util.List;

/**
 * What a plugin registers with {@link java.util.ServiceLoader}: a light description of a service
 * and the way to make it.
 *
 * <p>A provider has a public constructor without parameters that does nothing heavy: it is called
 * for every plugin found, also for those that the configuration doesn't select. Native libraries
 * are loaded by {@code create}, never by the provider's class.
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public interface PluginProvider {

  /**
   * The name that a configuration selects this plugin by: lower-case letters, digits and hyphens,
   * for example {@code opencv}. Unique among the providers of one service.
   */
  String id();

  /** The plugin's own version, shown to users. */
  String version();

  /** The SPI version this plugin was compiled against: return {@link Spi#VERSION}. */
  int spiVersion();

  /** One line on what the plugin does, shown by {@code edgevlm plugins}. */
  String description();

  /** Where the configuration leaves the choice open, the highest priority wins. */
  default int priority() {
    return 0;
  }

  /** Whether the plugin can run on a machine; checked before {@code create}. */
  default Support supports(Platform platform) {
    return Support.yes();
  }

  /** The keys of this plugin's section of the configuration, which is named after {@link #id()}. */
  default List<ConfigKey<?>> configKeys() {
    return List.of();
  }
}
