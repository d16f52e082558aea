package org.edgevlm.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.runtime.Answer;
import org.edgevlm.runtime.AnswerRequest;
import org.edgevlm.runtime.EdgeVlm;
import org.edgevlm.runtime.config.Configuration;
import org.edgevlm.runtime.plugin.PluginRegistry;
import org.edgevlm.spi.CancelToken;
import org.edgevlm.spi.decoding.TokenListener;
import org.edgevlm.spi.inference.LoadProgress;

/** The product from picture to sentence, with its own defaults. */
final class Pipeline implements AutoCloseable {

  private static final String CHAT_TEMPLATE = "tokenizer.chat_template";

  private final EdgeVlm vlm;

  Pipeline(ModelPair files, int threads) {
    PluginRegistry plugins = PluginRegistry.discover(List.of());
    Map<String, String> settings = new HashMap<>();
    settings.put(
        "model", files.languageModel().toAbsolutePath() + "," + files.projector().toAbsolutePath());
    settings.put("llamacpp-bytedeco.threads", String.valueOf(threads));
    if (!GgufFile.open(files.languageModel()).metadata().keys().contains(CHAT_TEMPLATE)) {
      // Random models of other makers have none.
      settings.put("llamacpp-bytedeco.chat_template", "vicuna");
    }
    vlm =
        EdgeVlm.open(
            Configuration.load(Optional.empty(), Map.of(), settings, plugins),
            plugins,
            Path.of(""),
            LoadProgress.NONE);
  }

  static ByteBuffer read(Path picture) {
    try {
      return ByteBuffer.wrap(Files.readAllBytes(picture));
    } catch (IOException e) {
      throw new UncheckedIOException("can't read " + picture, e);
    }
  }

  Answer caption(ByteBuffer picture, int maxTokens) {
    return vlm.answer(
        AnswerRequest.caption(picture, maxTokens), TokenListener.NONE, CancelToken.NEVER);
  }

  @Override
  public void close() {
    vlm.close();
  }
}
