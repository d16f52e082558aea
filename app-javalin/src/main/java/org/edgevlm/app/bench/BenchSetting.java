package org.edgevlm.app.bench;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One set-up to measure.
 *
 * @param name what the table calls it
 * @param keys what it sets in the configuration, by full key, as {@code --set} takes it
 */
public record BenchSetting(String name, Map<String, String> keys) {

  public BenchSetting {
    keys = Collections.unmodifiableMap(new LinkedHashMap<>(keys));
  }

  /** These keys over another setting's. */
  BenchSetting over(BenchSetting base) {
    Map<String, String> all = new LinkedHashMap<>(base.keys);
    all.putAll(keys);
    return new BenchSetting(name, all);
  }
}
