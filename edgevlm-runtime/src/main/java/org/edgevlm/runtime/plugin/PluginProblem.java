package org.edgevlm.runtime.plugin;

import java.util.Objects;

/**
 * Something about an installed plugin that keeps it, or a part of it, from being used.
 *
 * @param source the jar, folder or module it was found in
 * @param message what is wrong and what would be right
 */
public record PluginProblem(String source, String message) {

  public PluginProblem {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(message, "message");
  }

  /** Source and message on one line. */
  @Override
  public String toString() {
    return source + ": " + message;
  }
}
