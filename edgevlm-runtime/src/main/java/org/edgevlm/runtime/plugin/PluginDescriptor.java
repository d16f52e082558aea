package org.edgevlm.runtime.plugin;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.ConfigKey;
import org.edgevlm.spi.Support;

/**
 * What a provider says of itself, read once when it was found.
 *
 * @param service {@code vision}, {@code backend}, {@code encoder}, {@code cache} or {@code
 *     decoding}
 * @param id the name that a configuration selects it by
 * @param version the plugin's own version
 * @param spiVersion the SPI version it was compiled against
 * @param priority the highest wins where the configuration leaves the choice open
 * @param description one line for users
 * @param source the jar, folder or module it was found in
 * @param support whether it can run on this machine
 * @param capabilities what a backend offers, or what a cache policy or decoding strategy needs;
 *     empty for the others
 * @param configKeys the keys of its section of the configuration
 */
public record PluginDescriptor(
    String service,
    String id,
    String version,
    int spiVersion,
    int priority,
    String description,
    String source,
    Support support,
    Set<Capability> capabilities,
    List<ConfigKey<?>> configKeys) {

  public PluginDescriptor {
    Objects.requireNonNull(service, "service");
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(description, "description");
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(support, "support");
    capabilities = Set.copyOf(capabilities);
    configKeys = List.copyOf(configKeys);
  }
}
