package org.edgevlm.reference;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.ConfigKey;
import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.inference.InferenceBackend;
import org.edgevlm.spi.inference.InferenceBackendProvider;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.inference.MemoryEstimate;
import org.edgevlm.spi.inference.ModelFiles;

/** A backend in plain Java; made with fewer capabilities it refuses what needs the others. */
public final class ReferenceBackendProvider extends ReferenceProvider
    implements InferenceBackendProvider {

  /** Everything that the reference session can do. */
  public static final Set<Capability> ALL =
      EnumSet.of(
          Capability.TOKEN_STEPPING,
          Capability.IMAGE_EMBEDDINGS,
          Capability.REWIND,
          Capability.LAYERWISE_KV,
          Capability.ATTENTION_SCORES,
          Capability.EARLY_EXIT,
          Capability.KV_QUANTIZATION,
          Capability.GRAMMAR);

  private static final ConfigKey<Integer> CONTEXT_LENGTH =
      ConfigKey.integer("context_length", 256, 1, 4096, "positions of a session");

  private final Set<Capability> capabilities;

  /** For the service loader: all capabilities. */
  public ReferenceBackendProvider() {
    this("reference", ALL, new CopyOnWriteArrayList<>());
  }

  /** For tests of sets that don't fit and of closing. */
  public ReferenceBackendProvider(String id, Set<Capability> capabilities, List<String> diary) {
    super(id, diary);
    this.capabilities = Set.copyOf(capabilities);
  }

  @Override
  public List<ConfigKey<?>> configKeys() {
    return List.of(CONTEXT_LENGTH);
  }

  @Override
  public Set<Capability> capabilities() {
    return capabilities;
  }

  @Override
  public InferenceBackend create(PluginContext context) {
    return new InferenceBackend() {
      @Override
      public MemoryEstimate estimate(ModelFiles files) {
        ReferenceFile file = ReferenceFile.read(files.languageModel());
        return file.memory()
            .orElseGet(
                () -> ReferenceWeights.memory(file.width(), context.config().get(CONTEXT_LENGTH)));
      }

      @Override
      public LanguageModel load(ModelFiles files, LoadProgress progress) {
        ReferenceFile file = ReferenceFile.read(files.languageModel());
        note("loads " + files.languageModel().getFileName());
        long weights = estimate(files).weights();
        progress.update(weights / 2, weights);
        progress.update(weights, weights);
        return new ReferenceModel(
            file,
            capabilities,
            context.config().get(CONTEXT_LENGTH),
            () -> note("frees " + files.languageModel().getFileName()));
      }

      @Override
      public void close() {
        note("closes");
      }
    };
  }
}
