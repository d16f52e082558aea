package org.edgevlm.benchmarks;

import java.nio.file.Path;
import java.util.Optional;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.plugin.llamacpp.bytedeco.engine.EngineModel;
import org.edgevlm.plugin.llamacpp.bytedeco.engine.EngineSettings;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Compute;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.spi.inference.StepResult;

/** The engine. */
final class OwnDecoding implements Decoding {

  private static final int BATCH = 512;

  private final InferenceSession session;
  private final int[] next = new int[1];
  private StepResult result;

  OwnDecoding(LanguageModel model, SessionOptions options) {
    session = model.openSession(options);
  }

  /** Opens a model with the plugin's own settings. */
  static LanguageModel open(ModelPair files, Compute compute) {
    return open(files.languageModel(), compute);
  }

  /** Opens a model with the plugin's own settings. */
  static LanguageModel open(Path file, Compute compute) {
    return new EngineModel(
        GgufFile.open(file),
        new EngineSettings(0, BATCH, Optional.empty()),
        compute,
        LoadProgress.NONE);
  }

  @Override
  public void reset() {
    session.rewind(0);
  }

  @Override
  public int prefill(Prompt prompt) {
    prompt.image().ifPresent(image -> session.step(image, Outputs.NONE));
    return session.step(prompt.tokens(), 0, prompt.tokens().length, Outputs.LAST).argmax(0);
  }

  @Override
  public int decode(int token) {
    feed(token);
    return choose();
  }

  /** The first half of {@link #decode}. */
  void feed(int token) {
    next[0] = token;
    result = session.step(next, 0, 1, Outputs.LAST);
  }

  /** The second half of {@link #decode}. */
  int choose() {
    return result.argmax(0);
  }

  @Override
  public void close() {
    session.close();
  }
}
