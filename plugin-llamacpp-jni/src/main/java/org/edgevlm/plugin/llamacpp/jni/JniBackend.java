package org.edgevlm.plugin.llamacpp.jni;

import java.util.concurrent.atomic.AtomicBoolean;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.plugin.llamacpp.jni.model.ModelSettings;
import org.edgevlm.plugin.llamacpp.jni.model.StockModel;
import org.edgevlm.spi.inference.InferenceBackend;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.inference.MemoryEstimate;
import org.edgevlm.spi.inference.ModelFiles;

/** Opens models with stock llama.cpp. */
final class JniBackend implements InferenceBackend {

  private final ModelSettings settings;
  private final AtomicBoolean closed = new AtomicBoolean();

  JniBackend(ModelSettings settings) {
    this.settings = settings;
  }

  @Override
  public MemoryEstimate estimate(ModelFiles files) {
    requireOpen();
    return StockModel.estimate(GgufFile.open(files.languageModel()), settings);
  }

  @Override
  public LanguageModel load(ModelFiles files, LoadProgress progress) {
    requireOpen();
    return StockModel.open(GgufFile.open(files.languageModel()), settings, progress);
  }

  private void requireOpen() {
    if (closed.get()) {
      throw new IllegalStateException("the backend is closed");
    }
  }

  /** llama.cpp stays loaded: its threads can't be unloaded safely. */
  @Override
  public void close() {
    closed.set(true);
  }
}
