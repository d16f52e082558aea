package org.edgevlm.runtime;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.PluginException;

/**
 * The configured backend can't do something that a plugin, a request or the runtime itself needs.
 * The message names all of it, and the backends that could.
 */
public class MissingCapabilityException extends PluginException {

  private static final long serialVersionUID = 1L;

  private final String reason;
  private final String backend;
  private final EnumSet<Capability> missing;
  private final List<String> backends;

  /**
   * @param who what needs it, as the message begins: {@code cache policy 'window'}
   * @param backend the configured backend's id
   * @param missing what it lacks, at least one
   * @param backends ids of the installed backends that run here and have all that is needed, the
   *     missing and the rest; may be empty
   */
  public MissingCapabilityException(
      String who, String backend, Set<Capability> missing, List<String> backends) {
    super(who + " " + reason(backend, missing, backends));
    this.reason = reason(backend, missing, backends);
    this.backend = backend;
    this.missing = EnumSet.copyOf(missing);
    this.backends = List.copyOf(backends);
  }

  private static String reason(String backend, Set<Capability> missing, List<String> backends) {
    return "needs a backend that "
        + EnumSet.copyOf(missing).stream()
            .map(capability -> capability.description() + " (" + capability + ")")
            .collect(Collectors.joining(" and "))
        + ", which '"
        + backend
        + "' does not; "
        + (backends.isEmpty()
            ? "no installed backend does"
            : "backends that do: " + String.join(", ", backends));
  }

  /** The message without who needs it: {@code needs a backend that …, which '…' does not; …}. */
  public String reason() {
    return reason;
  }

  /** The configured backend's id. */
  public String backend() {
    return backend;
  }

  /** What it lacks. */
  public Set<Capability> missing() {
    return EnumSet.copyOf(missing);
  }

  /** Installed backends that run here and have all that is needed. */
  public List<String> backends() {
    return backends;
  }
}
