package org.edgevlm.reference;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import org.edgevlm.spi.inference.MemoryEstimate;
import org.edgevlm.spi.inference.ModelFormatException;

/**
 * A model file of the reference plugins: properties instead of GGUF.
 *
 * @param width of the hidden state
 * @param seed of the weights
 * @param memory what it claims to take; empty where it doesn't say
 */
record ReferenceFile(int width, long seed, Optional<MemoryEstimate> memory) {

  static ReferenceFile read(Path file) {
    Properties values = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      values.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      throw new ModelFormatException(file + " cannot be read as properties", e);
    }
    return new ReferenceFile(
        Math.toIntExact(number(file, values, "width", 1, 4096)),
        number(file, values, "seed", 1, Long.MAX_VALUE),
        values.containsKey("weights")
            ? Optional.of(
                new MemoryEstimate(
                    number(file, values, "weights", 0, Long.MAX_VALUE),
                    number(file, values, "kv", 0, Long.MAX_VALUE),
                    number(file, values, "compute", 0, Long.MAX_VALUE)))
            : Optional.empty());
  }

  private static long number(Path file, Properties values, String key, long min, long max) {
    String text = values.getProperty(key, "");
    try {
      long value = Long.parseLong(text);
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw new ModelFormatException(file + ": " + key + " '" + text + "' is no number", e);
    }
    throw new ModelFormatException(
        file + ": " + key + " " + text + " is not in " + min + " to " + max);
  }
}
