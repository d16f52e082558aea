package org.edgevlm.runtime;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.edgevlm.runtime.config.Configuration;
import org.edgevlm.runtime.metrics.ImageCacheSnapshot;
import org.edgevlm.runtime.metrics.Metrics;
import org.edgevlm.runtime.metrics.MetricsSnapshot;
import org.edgevlm.runtime.pipeline.Assembly;
import org.edgevlm.runtime.pipeline.RequestPipeline;
import org.edgevlm.runtime.plugin.PluginRegistry;
import org.edgevlm.spi.CancelToken;
import org.edgevlm.spi.decoding.FinishReason;
import org.edgevlm.spi.decoding.TokenListener;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.inference.ModelInfo;

/**
 * A model with the plugins that run it. Opened once, it answers any number of requests, from any
 * number of threads:
 *
 * <pre>{@code
 * try (EdgeVlm vlm = EdgeVlm.open(configuration, plugins, home, LoadProgress.NONE)) {
 *   Answer answer =
 *       vlm.answer(AnswerRequest.caption(image, 64), TokenListener.NONE, CancelToken.NEVER);
 * }
 * }</pre>
 */
public final class EdgeVlm implements AutoCloseable {

  private final Configuration configuration;
  private final Assembly assembly;
  private final RequestPipeline pipeline;
  private final ModelInfo info;
  private final PluginNames names;
  private final Metrics metrics = new Metrics();

  /** Requests hold it for reading, so that closing waits for them. */
  private final ReentrantReadWriteLock lifecycle = new ReentrantReadWriteLock();

  private boolean closed;

  private EdgeVlm(Configuration configuration, Assembly assembly, RequestPipeline pipeline) {
    this.configuration = configuration;
    this.assembly = assembly;
    this.pipeline = pipeline;
    info = assembly.model().info();
    names = assembly.names();
  }

  /**
   * Puts the configured plugins together and loads the configured model. Whatever doesn't fit is
   * found out here and not by the first request.
   *
   * @param configuration what to open
   * @param plugins what is installed
   * @param home the distribution's folder, with {@code models/} in it
   * @param progress told how far loading is, on this thread
   * @throws MissingCapabilityException if the backend lacks something that the set needs, and the
   *     set can't do without or {@code degrade} isn't set; nothing stays open
   * @throws org.edgevlm.spi.EdgeVlmException if a plugin isn't there or can't run here, if the
   *     plugins don't fit each other, if the model isn't there, is broken or doesn't fit the memory
   *     limit; nothing stays open
   */
  public static EdgeVlm open(
      Configuration configuration, PluginRegistry plugins, Path home, LoadProgress progress) {
    Objects.requireNonNull(configuration, "configuration");
    Objects.requireNonNull(plugins, "plugins");
    Assembly assembly = Assembly.assemble(configuration, plugins, home, progress);
    try {
      return new EdgeVlm(configuration, assembly, new RequestPipeline(assembly));
    } catch (RuntimeException | Error e) {
      try {
        assembly.close();
      } catch (RuntimeException | Error closing) {
        e.addSuppressed(closing);
      }
      throw e;
    }
  }

  /**
   * Answers a question about an image, or captions it. Blocks until the answer is there; requests
   * don't see each other, and the same request gives the same text at any time.
   *
   * @param request what is asked
   * @param listener told of each token as it appears, on this thread. The texts it gets, one after
   *     the other and without white space at the ends, are the answer's text; only where the model
   *     ends inside a character, or inside what could have become a stop text, does the text end
   *     with characters that no event brought
   * @param cancel asked before each stage, between the parts of the prompt and between tokens; then
   *     the answer is the text so far, with {@link FinishReason#CANCELLED}
   * @throws org.edgevlm.spi.vision.ImageException if the image can't be used
   * @throws org.edgevlm.spi.inference.ContextFullException if image and question don't fit the
   *     context
   * @throws ConversationException if something was said before the question, and the prompt's
   *     template has no place for it
   * @throws org.edgevlm.spi.inference.GrammarException if the request's grammar can't be read, or
   *     asks for text that the model's vocabulary can't write
   * @throws MissingCapabilityException if the request has a grammar, the backend can't constrain
   *     answers, and {@code degrade} isn't set
   * @throws org.edgevlm.spi.EdgeVlmException if something else fails
   * @throws IllegalStateException after {@link #close}
   */
  public Answer answer(AnswerRequest request, TokenListener listener, CancelToken cancel) {
    return answer(request, listener, cancel, false);
  }

  /**
   * As {@link #answer}, but the same picture as in an earlier call of this method costs no vision
   * and no encoding: their times are 0 then, and the counter {@code image_cache_hits} is 1. If it
   * is the picture of the latest call, the prompt up to its end isn't fed again either, where the
   * backend can rewind and neither a cache policy nor early exits are configured: the counter
   * {@code prefix_tokens_reused} says how much that was. The text is the same. Not for
   * measurements. How much is kept, {@code image.cache_mb} says.
   */
  public Answer answerAgain(AnswerRequest request, TokenListener listener, CancelToken cancel) {
    return answer(request, listener, cancel, true);
  }

  private Answer answer(
      AnswerRequest request, TokenListener listener, CancelToken cancel, boolean reuse) {
    Objects.requireNonNull(request, "request");
    Objects.requireNonNull(listener, "listener");
    Objects.requireNonNull(cancel, "cancel");
    lifecycle.readLock().lock();
    try {
      requireOpen();
      Answer answer;
      try {
        answer = pipeline.answer(request, listener, cancel, reuse);
      } catch (RuntimeException | Error e) {
        metrics.failed();
        throw e;
      }
      measure(answer);
      return answer;
    } finally {
      lifecycle.readLock().unlock();
    }
  }

  private void measure(Answer answer) {
    Timings timings = answer.timings();
    if (answer.finishReason() == FinishReason.CANCELLED) {
      metrics.cancelled(answer.tokens(), timings.decodeMs());
      return;
    }
    Map<Metrics.Stage, Double> millis = new EnumMap<>(Metrics.Stage.class);
    // What didn't happen would make the others look faster.
    if (!answer.counters().containsKey(Metrics.IMAGE_CACHE_HITS)) {
      millis.put(Metrics.Stage.VISION, timings.visionMs());
      millis.put(Metrics.Stage.ENCODE, timings.encodeMs());
    }
    millis.put(Metrics.Stage.PREFILL, timings.prefillMs());
    millis.put(Metrics.Stage.DECODE, timings.decodeMs());
    millis.put(Metrics.Stage.TOTAL, timings.totalMs());
    metrics.answered(millis, answer.tokens(), answer.counters());
  }

  /** The language model's shape. */
  public ModelInfo model() {
    return info;
  }

  /** Which plugins and which model answer. */
  public PluginNames plugins() {
    return names;
  }

  /** What was configured and doesn't run because of {@code degrade}; in every answer's warnings. */
  public List<Degradation> degradations() {
    return assembly.degradations();
  }

  /**
   * Checks a picture by its header, without decoding it: soon done, and on any thread.
   *
   * @param image the file's bytes, from position to limit
   * @throws org.edgevlm.spi.vision.ImageException if it is of an unknown format, broken in its
   *     header or beyond the limits
   * @throws IllegalStateException after {@link #close}
   */
  public void checkImage(ByteBuffer image) {
    Objects.requireNonNull(image, "image");
    lifecycle.readLock().lock();
    try {
      requireOpen();
      pipeline.checkImage(image);
    } finally {
      lifecycle.readLock().unlock();
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("EdgeVlm is closed");
    }
  }

  /**
   * Forgets the pictures that {@link #answerAgain} keeps.
   *
   * @return how many there were
   */
  public int clearImages() {
    return pipeline.clearImages();
  }

  /** What {@link #answerAgain} keeps. */
  public ImageCacheSnapshot imageCache() {
    return pipeline.imageCache();
  }

  /** What was measured since this was opened. */
  public MetricsSnapshot metrics() {
    return metrics.snapshot();
  }

  /** What this was opened with. */
  public Configuration config() {
    return configuration;
  }

  /**
   * Waits for requests that are under way, then frees the model and the plugins in the reverse
   * order of opening. Idempotent. The first failure to close something is thrown when everything
   * was tried, with the others attached.
   *
   * @throws IllegalStateException if called from a request's listener, which would wait for itself
   */
  @Override
  public void close() {
    if (lifecycle.getReadHoldCount() > 0) {
      throw new IllegalStateException("a request's listener cannot close what answers it");
    }
    lifecycle.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        pipeline.clearImages();
        assembly.close();
      }
    } finally {
      lifecycle.writeLock().unlock();
    }
  }
}
