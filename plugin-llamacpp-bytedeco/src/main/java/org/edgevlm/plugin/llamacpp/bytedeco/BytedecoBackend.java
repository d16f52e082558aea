package org.edgevlm.plugin.llamacpp.bytedeco;

import org.edgevlm.gguf.GgufFile;
import org.edgevlm.plugin.llamacpp.bytedeco.engine.EngineModel;
import org.edgevlm.plugin.llamacpp.bytedeco.engine.EngineSettings;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Compute;
import org.edgevlm.spi.inference.InferenceBackend;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.inference.MemoryEstimate;
import org.edgevlm.spi.inference.ModelFiles;

/** Opens models of the layer-wise engine. */
final class BytedecoBackend implements InferenceBackend {

  private final EngineSettings settings;
  private final Compute compute;

  BytedecoBackend(EngineSettings settings, int threads) {
    this.settings = settings;
    compute = new Compute(threads);
  }

  @Override
  public MemoryEstimate estimate(ModelFiles files) {
    return EngineModel.estimate(GgufFile.open(files.languageModel()), settings);
  }

  @Override
  public LanguageModel load(ModelFiles files, LoadProgress progress) {
    return new EngineModel(GgufFile.open(files.languageModel()), settings, compute, progress);
  }

  @Override
  public void close() {
    compute.close();
  }
}
