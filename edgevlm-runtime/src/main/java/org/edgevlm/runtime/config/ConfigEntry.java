package org.edgevlm.runtime.config;

import java.util.Objects;

/**
 * One line of the effective configuration.
 *
 * @param key the full name, a plugin's keys after its id: {@code opencv.threads}
 * @param value as a user would write it
 * @param origin {@code default}, a file and line, {@code env} and a variable's name, or {@code
 *     --set}
 * @param description one line on what the key is for
 */
public record ConfigEntry(String key, String value, String origin, String description) {

  public ConfigEntry {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(value, "value");
    Objects.requireNonNull(origin, "origin");
    Objects.requireNonNull(description, "description");
  }
}
