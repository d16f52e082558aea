package org.edgevlm.plugin.llamacpp.bytedeco.ggml;

import java.util.concurrent.locks.ReentrantLock;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml.Backend;
import org.edgevlm.spi.EdgeVlmException;

/**
 * The CPU with its threads. One graph is computed at a time, each with all threads: on a small
 * machine two at once would only take cores from each other.
 */
public final class Compute implements AutoCloseable {

  /** One for all: the processors are the process's, whoever computes. */
  private static final ReentrantLock LOCK = new ReentrantLock(true);

  private final int threads;
  private final Backend backend;
  private boolean closed;

  /**
   * @param threads at least 1
   */
  public Compute(int threads) {
    this.threads = threads;
    backend = Ggml.ggml_backend_cpu_init();
    Ggml.ggml_backend_cpu_set_n_threads(backend, threads);
  }

  /** Threads that a graph is computed with. */
  public int threads() {
    return threads;
  }

  /** Held while a graph is computed, and by those who prepare memory that graphs share. Fair. */
  public ReentrantLock lock() {
    return LOCK;
  }

  /** Computes a graph whose inputs are set. */
  public void run(Graph graph) {
    LOCK.lock();
    try {
      if (closed) {
        throw new IllegalStateException("the backend is closed");
      }
      int status = Ggml.ggml_backend_graph_compute(backend, graph.nativeGraph());
      if (status != 0) {
        throw new EdgeVlmException("ggml reports status " + status + " for a graph");
      }
    } finally {
      LOCK.unlock();
    }
  }

  /** Frees the threads. Idempotent. */
  @Override
  public void close() {
    LOCK.lock();
    try {
      if (!closed) {
        closed = true;
        Ggml.ggml_backend_free(backend);
      }
    } finally {
      LOCK.unlock();
    }
  }
}
