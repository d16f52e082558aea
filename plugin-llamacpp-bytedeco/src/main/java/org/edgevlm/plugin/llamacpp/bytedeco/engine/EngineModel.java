package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.gguf.GgufMetadata;
import org.edgevlm.gguf.GgufTensor;
import org.edgevlm.gguf.GgufValueType;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Allocator;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Compute;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Weights;
import org.edgevlm.plugin.llamacpp.bytedeco.shape.LlamaShape;
import org.edgevlm.plugin.llamacpp.bytedeco.vocab.GgufTokenizer;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.inference.MemoryEstimate;
import org.edgevlm.spi.inference.ModelInfo;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.spi.inference.Tokenizer;

/** An open model of the layer-wise engine: mapped weights, a vocabulary and working memory. */
public final class EngineModel implements LanguageModel {

  private final LlamaShape shape;
  private final ModelInfo info;
  private final Compute compute;
  private final int batch;
  private final Weights weights;
  private final GgufTokenizer tokenizer;
  private final Decoder decoder;
  private final ExitDecoder exitDecoder;
  private final Allocator workingMemory = new Allocator();
  private int sessions;
  private boolean closed;

  /**
   * Opens a checked file.
   *
   * @param settings what the configuration says
   * @param compute shared with the image encoder; not closed by this model
   */
  public EngineModel(
      GgufFile file, EngineSettings settings, Compute compute, LoadProgress progress) {
    shape = LlamaShape.of(file);
    info = describe(file, shape, settings);
    this.compute = compute;
    batch = settings.batch();
    tokenizer = new GgufTokenizer(file, settings.chatTemplate());
    try {
      weights = new Weights(file);
    } catch (RuntimeException e) {
      tokenizer.close();
      throw e;
    }
    try {
      weights.preload(progress);
    } catch (RuntimeException e) {
      // Whoever is told of the progress may give up.
      weights.close();
      tokenizer.close();
      throw e;
    }
    Blocks blocks = new Blocks(shape, weights, compute.threads());
    decoder = new Decoder(blocks);
    exitDecoder = new ExitDecoder(blocks);
  }

  /** What a model takes, from its file alone. */
  public static MemoryEstimate estimate(GgufFile file, EngineSettings settings) {
    LlamaShape shape = LlamaShape.of(file);
    long context = settings.contextLength(shape);
    long kv = 2L * shape.layers() * context * shape.kvWidth() * Short.BYTES;
    long batch = Math.min(settings.batch(), context);
    // The widest moments of a batch: the feed-forward network's three rows, or the attention scores
    // beside queries, keys and values; and a row of logits.
    long rows = 4L * (4L * shape.width() + 3L * shape.feedForward()) * batch;
    long scores = 4L * shape.heads() * batch * context;
    return new MemoryEstimate(file.fileSize(), kv, rows + scores + 4L * shape.vocabularySize());
  }

  private static ModelInfo describe(GgufFile file, LlamaShape shape, EngineSettings settings) {
    GgufMetadata metadata = file.metadata();
    Map<String, String> texts = new HashMap<>();
    for (String key : metadata.keys()) {
      if ((key.startsWith("general.") || key.startsWith("edgevlm."))
          && metadata.type(key).equals(Optional.of(GgufValueType.STRING))) {
        texts.put(key, metadata.requireString(key));
      }
    }
    String fileName = String.valueOf(file.path().getFileName());
    return new ModelInfo(
        metadata.optionalString("general.name").orElse(fileName.replaceFirst("\\.gguf$", "")),
        metadata.requireString("general.architecture"),
        shape.layers(),
        shape.width(),
        shape.heads(),
        shape.kvHeads(),
        shape.headWidth(),
        shape.vocabularySize(),
        settings.contextLength(shape),
        file.tensors().values().stream().mapToLong(GgufTensor::elements).sum(),
        shape.exitLayers(),
        texts);
  }

  @Override
  public ModelInfo info() {
    return info;
  }

  @Override
  public Tokenizer tokenizer() {
    return tokenizer;
  }

  @Override
  public InferenceSession openSession(SessionOptions options) {
    sessionOpened();
    try {
      return new EngineSession(this, options);
    } catch (RuntimeException | OutOfMemoryError e) {
      sessionClosed();
      throw e;
    }
  }

  /** Counts a session before it touches the weights, so that they can't be freed meanwhile. */
  private synchronized void sessionOpened() {
    if (closed) {
      throw new IllegalStateException("the model is closed");
    }
    sessions++;
  }

  LlamaShape shape() {
    return shape;
  }

  Compute compute() {
    return compute;
  }

  Decoder decoder() {
    return decoder;
  }

  ExitDecoder exitDecoder() {
    return exitDecoder;
  }

  int batch() {
    return batch;
  }

  /** Used under {@link Compute#lock} only. */
  Allocator workingMemory() {
    return workingMemory;
  }

  synchronized void sessionClosed() {
    sessions--;
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    if (sessions > 0) {
      throw new IllegalStateException(
          sessions + " sessions are still open: close them before their model");
    }
    closed = true;
    workingMemory.close();
    tokenizer.close();
    weights.close();
  }
}
