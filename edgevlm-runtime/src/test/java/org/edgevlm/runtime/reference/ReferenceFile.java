package org.edgevlm.runtime.reference;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.edgevlm.spi.inference.MemoryEstimate;
import org.edgevlm.spi.inference.ModelFormatException;

/**
 * A model file of the reference plugins: properties instead of GGUF.
 *
 * @param width of the hidden state
 * @param seed of the weights
 * @param memory what it claims to take
 */
record ReferenceFile(int width, long seed, MemoryEstimate memory) {

  static ReferenceFile read(Path file) {
    Properties values = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      values.load(reader);
    } catch (IOException e) {
      throw new ModelFormatException(file + " cannot be read", e);
    }
    if (!values.containsKey("width")) {
      throw new ModelFormatException(file + " has no width");
    }
    return new ReferenceFile(
        Integer.parseInt(values.getProperty("width")),
        Long.parseLong(values.getProperty("seed", "1")),
        new MemoryEstimate(
            Long.parseLong(values.getProperty("weights", "1000")),
            Long.parseLong(values.getProperty("kv", "500")),
            Long.parseLong(values.getProperty("compute", "200"))));
  }
}
