package org.edgevlm.app.openai;

import org.edgevlm.runtime.config.Configuration;
import org.edgevlm.runtime.config.CoreKeys;
import org.edgevlm.spi.decoding.SamplingParameters;

/**
 * What the configuration says for requests that say nothing else.
 *
 * @param length tokens of an answer
 * @param maxLength the longest answer that may be asked for
 */
record ChatDefaults(int length, int maxLength, SamplingParameters sampling) {

  /** What the server's other routes take, whatever the configuration says. */
  private static final int MAX_LENGTH = 256;

  static ChatDefaults of(Configuration configuration) {
    int length = configuration.get(CoreKeys.MAX_LENGTH);
    return new ChatDefaults(length, Math.max(MAX_LENGTH, length), CoreKeys.sampling(configuration));
  }
}
