package org.edgevlm.spi;

/** Typed values of configuration keys. */
@Api(status = Api.Status.STABLE, since = "0.1")
public interface ConfigValues {

  /**
   * The value of a key: the configured one, or the key's default.
   *
   * @throws IllegalArgumentException if the plugin never declared the key
   */
  <T> T get(ConfigKey<T> key);

  /** Every key at its default: for tests and for use without a configuration file. */
  static ConfigValues defaults() {
    return new ConfigValues() {
      @Override
      public <T> T get(ConfigKey<T> key) {
        return key.defaultValue();
      }
    };
  }
}
