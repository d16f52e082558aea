package org.edgevlm.plugin.llamacpp.jni.model;

import java.util.ArrayDeque;
import java.util.Deque;
import org.edgevlm.plugin.llamacpp.jni.file.ModelShape;
import org.edgevlm.plugin.llamacpp.jni.natives.Llama;

/**
 * Native contexts of one model. One that a session gives back is emptied and kept for the next, as
 * making one allocates the whole KV cache and plans the graph.
 */
final class ContextPool {

  /** Contexts kept for later; each holds a whole KV cache. */
  private static final int KEPT = 2;

  private final long model;
  private final ModelShape shape;
  private final ModelSettings settings;
  private final Deque<Long> idle = new ArrayDeque<>();
  private boolean closed;

  ContextPool(long model, ModelShape shape, ModelSettings settings) {
    this.model = model;
    this.shape = shape;
    this.settings = settings;
  }

  /** An empty context. */
  long take() {
    synchronized (idle) {
      if (!idle.isEmpty()) {
        return idle.pop();
      }
    }
    int length = settings.contextLength(shape);
    int batch = Math.min(settings.batch(), length);
    return Llama.openContext(
        model,
        length,
        batch,
        Math.min(settings.microBatch(), batch),
        settings.threads(),
        settings.batchThreads(),
        settings.keys().id(),
        settings.values().id(),
        settings.flash(shape));
  }

  /** Takes a context back. Called under {@link Compute#LOCK}. */
  void giveBack(long context) {
    synchronized (idle) {
      if (!closed && idle.size() < KEPT) {
        // Overwritten, not only forgotten: numbers that aren't finite would reach through a mask.
        Llama.clear(context);
        idle.push(context);
        return;
      }
    }
    Llama.freeContext(context);
  }

  /** Frees what is idle. */
  void close() {
    synchronized (idle) {
      closed = true;
      idle.forEach(Llama::freeContext);
      idle.clear();
    }
  }
}
