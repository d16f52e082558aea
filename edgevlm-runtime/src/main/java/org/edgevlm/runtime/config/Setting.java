package org.edgevlm.runtime.config;

/**
 * A value that somebody set, not checked yet.
 *
 * @param key the full name
 * @param raw text, a list of texts, or null where a file names a key and gives no value
 * @param origin where it was set, in words for the user
 */
record Setting(String key, Object raw, String origin) {

  /** An error about this setting. */
  ConfigException error(String message) {
    return new ConfigException(origin + ": " + message);
  }
}
