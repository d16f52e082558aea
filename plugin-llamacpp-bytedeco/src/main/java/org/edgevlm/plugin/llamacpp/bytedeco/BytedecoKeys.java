package org.edgevlm.plugin.llamacpp.bytedeco;

import java.util.List;
import java.util.Optional;
import org.edgevlm.plugin.llamacpp.bytedeco.engine.EngineSettings;
import org.edgevlm.plugin.llamacpp.bytedeco.image.ImageWeights;
import org.edgevlm.spi.ConfigKey;
import org.edgevlm.spi.ConfigValues;
import org.edgevlm.spi.PluginContext;

/** The keys of the section {@code llamacpp-bytedeco}. */
final class BytedecoKeys {

  static final ConfigKey<Integer> THREADS =
      ConfigKey.integer("threads", 0, 0, 512, "threads that compute; 0 for one a processor");

  static final ConfigKey<Integer> CONTEXT_LENGTH =
      ConfigKey.integer(
          "context_length",
          0,
          0,
          131_072,
          "positions of a conversation; 0 for the model's own, at most 2048");

  static final ConfigKey<Integer> BATCH =
      ConfigKey.integer(
          "batch", 512, 1, 4096, "prompt tokens computed together; fewer take less memory");

  static final ConfigKey<String> CHAT_TEMPLATE =
      ConfigKey.text(
          "chat_template",
          "auto",
          "auto for the model file's own, or a name that llama.cpp knows, such as vicuna or chatml");

  static final ConfigKey<ImageWeights> IMAGE_WEIGHTS =
      ConfigKey.choice(
          "image_weights",
          ImageWeights.AUTO,
          "type of the image encoder's matrices: the file's, q8-0 (half the memory, an error of 1 to"
              + " 2 %), or auto for F16");

  static final List<ConfigKey<?>> ALL = List.of(THREADS, CONTEXT_LENGTH, BATCH, CHAT_TEMPLATE);

  private BytedecoKeys() {}

  static int threads(PluginContext context) {
    int threads = context.config().get(THREADS);
    return threads == 0 ? context.platform().processors() : threads;
  }

  static EngineSettings settings(ConfigValues config) {
    String template = config.get(CHAT_TEMPLATE);
    return new EngineSettings(
        config.get(CONTEXT_LENGTH),
        config.get(BATCH),
        template.equals("auto") ? Optional.empty() : Optional.of(template));
  }
}
