package org.edgevlm.plugin.llamacpp.jni;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.edgevlm.spi.ConfigKey;
import org.edgevlm.spi.ConfigValues;
import org.edgevlm.spi.Platform;
import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.inference.InferenceBackend;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.inference.ModelFiles;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.spi.inference.StepResult;

/** The real backend with configured keys, as tests use it. */
public final class Stock {

  /** The default model. */
  public static final Path MODEL =
      Path.of(System.getProperty("edgevlm.models", "../models"), "edgevlm-tiny/edgevlm-tiny.gguf");

  private static final Path NATIVES = folder();

  private Stock() {}

  private static Path folder() {
    try {
      Path folder = Files.createTempDirectory("edgevlm-jni");
      folder.toFile().deleteOnExit();
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A backend; keys and values alternate: {@code "batch", 32}. */
  public static InferenceBackend backend(Object... keys) {
    return backend(NATIVES, keys);
  }

  /** A backend that unpacks its libraries to a folder, if it is the first. */
  public static InferenceBackend backend(Path folder, Object... keys) {
    Map<String, Object> values = new HashMap<>(Map.of("threads", 1));
    for (int i = 0; i < keys.length; i += 2) {
      values.put((String) keys[i], keys[i + 1]);
    }
    for (String name : values.keySet()) {
      JniKeys.ALL.stream().filter(key -> key.name().equals(name)).findFirst().orElseThrow();
    }
    ConfigValues config =
        new ConfigValues() {
          @Override
          public <T> T get(ConfigKey<T> key) {
            Object value = values.get(key.name());
            return value == null ? key.defaultValue() : key.parse(value);
          }
        };
    return new JniBackendProvider()
        .create(
            new PluginContext() {
              @Override
              public ConfigValues config() {
                return config;
              }

              @Override
              public Platform platform() {
                return Platform.current();
              }

              @Override
              public Path workDirectory() {
                return folder;
              }
            });
  }

  /** An open model; its backend needs no closing. */
  public static LanguageModel open(Path file, Object... keys) {
    return backend(keys).load(new ModelFiles(file, Optional.empty()), LoadProgress.NONE);
  }

  /** A new session. */
  public static InferenceSession session(LanguageModel model) {
    return model.openSession(SessionOptions.DEFAULT);
  }

  /** Feeds all tokens, asking for the last row. */
  public static StepResult feed(InferenceSession session, int... tokens) {
    return session.step(tokens, 0, tokens.length, Outputs.LAST);
  }

  /** A row's logits, copied. */
  public static float[] row(StepResult result, int row) {
    float[] values = new float[result.vocabularySize()];
    result.logits(row).get(0, values);
    return values;
  }

  /** All rows' logits, copied. */
  public static float[][] rows(StepResult result) {
    float[][] rows = new float[result.rows()][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = row(result, i);
    }
    return rows;
  }

  /** The tokens that follow greedily; the first comes from a result. */
  public static List<Integer> greedy(InferenceSession session, StepResult result, int count) {
    List<Integer> tokens = new ArrayList<>();
    int next = result.argmax(0);
    for (int i = 0; i < count; i++) {
      tokens.add(next);
      next = feed(session, next).argmax(0);
    }
    return tokens;
  }

  /** The largest difference of two rows. */
  public static float difference(float[] a, float[] b) {
    float most = 0;
    for (int i = 0; i < a.length; i++) {
      most = Math.max(most, Math.abs(a[i] - b[i]));
    }
    return most;
  }
}
