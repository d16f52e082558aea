package org.edgevlm.plugin.llamacpp.jni.model;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.gguf.GgufMetadata;
import org.edgevlm.gguf.GgufTensor;
import org.edgevlm.gguf.GgufValueType;
import org.edgevlm.gguf.TokenizerGuard;
import org.edgevlm.plugin.llamacpp.jni.file.ModelShape;
import org.edgevlm.plugin.llamacpp.jni.grammar.GrammarConstraint;
import org.edgevlm.plugin.llamacpp.jni.natives.Llama;
import org.edgevlm.plugin.llamacpp.jni.natives.LlamaException;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.inference.Grammar;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.inference.MemoryEstimate;
import org.edgevlm.spi.inference.ModelFormatException;
import org.edgevlm.spi.inference.ModelInfo;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.spi.inference.TokenConstraint;
import org.edgevlm.spi.inference.Tokenizer;

/** A model that llama.cpp has open. */
public final class StockModel implements LanguageModel {

  private static final Logger LOG = System.getLogger("org.edgevlm.plugin.llamacpp.jni");

  private final long handle;
  private final ModelShape shape;
  private final ModelSettings settings;
  private final ModelInfo info;
  private final long kvBytes;
  private final StockTokenizer tokenizer;
  private final ContextPool contexts;
  private final GrammarConstraint.Owner constraints =
      new GrammarConstraint.Owner() {
        @Override
        public void opened() {
          enter();
        }

        @Override
        public void closed() {
          leave();
        }
      };

  private int users;
  private boolean closed;

  private StockModel(long handle, GgufFile file, ModelShape shape, ModelSettings settings) {
    this.handle = handle;
    this.shape = shape;
    this.settings = settings;
    info = describe(file, shape, settings);
    kvBytes = Memory.kvBytes(shape, settings);
    tokenizer = new StockTokenizer(handle, TokenizerGuard.of(file), settings.chatTemplate());
    contexts = new ContextPool(handle, shape, settings);
  }

  /** Opens a file. */
  public static StockModel open(GgufFile file, ModelSettings settings, LoadProgress progress) {
    ModelShape shape = ModelShape.of(file);
    settings.check(shape);
    long handle = load(file, settings, progress);
    try {
      if (Llama.hasEncoder(handle) || Llama.isRecurrent(handle)) {
        throw file.error("the model is no plain decoder");
      }
      if (Llama.vocabularySize(handle) != shape.vocabularySize()
          || Llama.width(handle) != shape.width()) {
        throw file.error("llama.cpp reads another vocabulary or width than the header names");
      }
      StockModel model = new StockModel(handle, file, shape, settings);
      model.prepare();
      return model;
    } catch (RuntimeException | OutOfMemoryError e) {
      Llama.freeModel(handle);
      throw e;
    }
  }

  private static long load(GgufFile file, ModelSettings settings, LoadProgress progress) {
    long size = file.fileSize();
    file.verifyUnchanged();
    long handle;
    try {
      handle =
          Llama.loadModel(
              file.path().toString().getBytes(StandardCharsets.UTF_8),
              settings.mmap(),
              settings.mlock(),
              share -> {
                if (share < 1) {
                  progress.update((long) (share * size), size);
                }
              });
    } catch (LlamaException e) {
      throw new ModelFormatException(file.path() + ": " + e.getMessage(), e);
    }
    try {
      String warning = new String(Llama.takeWarning(), StandardCharsets.UTF_8);
      if (settings.mlock() && warning.contains("mlock")) {
        throw new PluginException(
            "llamacpp-jni.mlock: true, but the weights can't be locked in memory ("
                + warning.trim()
                + "): raise the limit (ulimit -l, LimitMEMLOCK) or use mlock: false");
      }
      file.verifyUnchanged();
      progress.update(size, size);
      return handle;
    } catch (RuntimeException e) {
      Llama.freeModel(handle);
      throw e;
    }
  }

  /** Makes the first context now: a model that llama.cpp can't run is refused while loading. */
  private void prepare() {
    try {
      long context = contexts.take();
      Compute.LOCK.lock();
      try {
        boolean shiftable = !settings.contextShift() || Llama.canShift(context);
        contexts.giveBack(context);
        if (!shiftable) {
          throw new PluginException("llamacpp-jni.context_shift: this model's K can't be moved");
        }
      } finally {
        Compute.LOCK.unlock();
      }
    } catch (RuntimeException e) {
      contexts.close();
      throw e;
    }
    LOG.log(Level.DEBUG, () -> info.name() + ": " + kvBytes + " bytes of K and V a session");
  }

  /** What a model takes, from its file alone. */
  public static MemoryEstimate estimate(GgufFile file, ModelSettings settings) {
    ModelShape shape = ModelShape.of(file);
    settings.check(shape);
    return Memory.estimate(file, shape, settings);
  }

  private static ModelInfo describe(GgufFile file, ModelShape shape, ModelSettings settings) {
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
        shape.architecture(),
        shape.layers(),
        shape.width(),
        shape.mostHeads(),
        shape.mostKvHeads(),
        shape.keyWidth(),
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
    if (options.earlyExit().isPresent()) {
      throw new PluginException("llamacpp-jni has no early exit: llama.cpp computes all layers");
    }
    if (options.attention().enabled()) {
      throw new PluginException(
          "llamacpp-jni has no attention scores: llama.cpp doesn't give them out");
    }
    enter();
    try {
      return new StockSession(this, contexts.take());
    } catch (LlamaException e) {
      leave();
      throw new PluginException("a session can't be opened: " + e.getMessage(), e);
    } catch (RuntimeException | OutOfMemoryError e) {
      leave();
      throw e;
    }
  }

  @Override
  public TokenConstraint constrain(Grammar grammar) {
    return GrammarConstraint.open(constraints, handle, info.vocabularySize(), grammar);
  }

  ModelShape shape() {
    return shape;
  }

  ModelSettings settings() {
    return settings;
  }

  long kvBytes() {
    return kvBytes;
  }

  void sessionClosed(long context) {
    contexts.giveBack(context);
    leave();
  }

  /** Counts a session or a constraint, which keep the model from being freed. */
  private synchronized void enter() {
    if (closed) {
      throw new IllegalStateException("the model is closed");
    }
    users++;
  }

  private synchronized void leave() {
    users--;
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    if (users > 0) {
      throw new IllegalStateException(
          users + " sessions or constraints are still open: close them before their model");
    }
    closed = true;
    tokenizer.close();
    contexts.close();
    Llama.freeModel(handle);
  }
}
