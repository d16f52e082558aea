package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import java.util.Objects;
import java.util.Optional;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Allocator;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Compute;
import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.inference.ContextFullException;
import org.edgevlm.spi.inference.ImageEmbedding;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.spi.inference.StepResult;

/**
 * A session of the layer-wise engine. Steps of one token use a graph that is kept; longer ones are
 * fed in batches whose graphs are built each time and share the model's working memory.
 */
final class EngineSession implements InferenceSession {

  private final EngineModel model;
  private final Compute compute;
  private final int capacity;
  private final int batch;
  private final SessionCache cache;
  private final LogitsBuffer logits;
  private final Allocator tokenMemory = new Allocator();

  /** Steps of one token that may end early; null where none may. */
  private final ExitingStep exits;

  private final KvCache visibleCache;
  private StepGraph tokenGraph;
  private int position;
  private boolean closed;

  EngineSession(EngineModel model, SessionOptions options) {
    this.model = model;
    this.compute = model.compute();
    this.capacity = model.info().contextLength();
    this.batch = model.batch();
    cache = new SessionCache(model.shape(), capacity, options.attention(), compute.threads());
    logits = new LogitsBuffer(capacity, model.info().vocabularySize(), model.info().layers());
    try {
      exits = options.earlyExit().map(at -> new ExitingStep(model, cache, logits, at)).orElse(null);
    } catch (RuntimeException e) {
      free();
      throw e;
    }
    visibleCache = exits == null ? cache : new SettledCache(cache, exits);
  }

  @Override
  public int position() {
    return position;
  }

  @Override
  public int capacity() {
    return capacity;
  }

  @Override
  public StepResult step(int[] tokens, int offset, int count, Outputs outputs) {
    requireOpen();
    Objects.requireNonNull(outputs, "outputs");
    Objects.checkFromIndexSize(offset, count, tokens.length);
    requireRoom(count);
    int vocabulary = model.info().vocabularySize();
    for (int i = offset; i < offset + count; i++) {
      if (tokens[i] < 0 || tokens[i] >= vocabulary) {
        throw new IllegalArgumentException(
            "token " + tokens[i] + " is not in the vocabulary of " + vocabulary);
      }
    }
    if (count == 1) {
      stepOne(tokens, offset);
      logits.rows(outputs == Outputs.NONE ? 0 : 1);
      return logits;
    }
    return inBatches(
        count,
        false,
        outputs,
        (graph, from, length) -> graph.run(compute, position, tokens, offset + from));
  }

  @Override
  public StepResult step(ImageEmbedding image, Outputs outputs) {
    requireOpen();
    Objects.requireNonNull(outputs, "outputs");
    int width = model.info().width();
    if (image.width() != width) {
      throw new IllegalArgumentException(
          "the image's rows have " + image.width() + " numbers, the model's width is " + width);
    }
    requireRoom(image.tokens());
    return inBatches(
        image.tokens(),
        true,
        outputs,
        (graph, from, length) ->
            graph.run(compute, position, image.data(), from * width, length * width));
  }

  /** Feeds a part of a step through a graph built for it. */
  private interface Feed {
    void run(StepGraph graph, int from, int length);
  }

  private void stepOne(int[] tokens, int offset) {
    if (exits != null) {
      if (exits.isOpen()) {
        logits.madeBy(exits.run(tokens[offset], position));
        position++;
        return;
      }
      goDeep();
    }
    if (tokenGraph == null || !tokenGraph.fits()) {
      if (tokenGraph != null) {
        tokenGraph.close();
        tokenGraph = null;
      }
      tokenGraph =
          model.decoder().build(cache, 1, false, Outputs.LAST, logits.region(), 0, tokenMemory);
    }
    tokenGraph.run(compute, position, tokens, offset);
    cache.append(position, 1, false);
    position++;
  }

  /** A step through all layers follows. */
  private void goDeep() {
    exits.settle();
    logits.madeBy(model.info().layers());
  }

  private StepResult inBatches(int count, boolean image, Outputs outputs, Feed feed) {
    if (exits != null) {
      goDeep();
    }
    // The kernel over packed entries takes a few queries.
    int most = cache.isPacked() ? Math.min(batch, AttentionRecorder.FEW_QUERIES) : batch;
    for (int from = 0; from < count; from += most) {
      int length = Math.min(most, count - from);
      boolean last = from + length == count;
      Outputs wanted = outputs == Outputs.LAST && !last ? Outputs.NONE : outputs;
      // The working memory is the model's: nobody else may use it from here to the end of the run.
      compute.lock().lock();
      try (StepGraph graph =
          model
              .decoder()
              .build(
                  cache,
                  length,
                  image,
                  wanted,
                  logits.region(),
                  wanted == Outputs.ALL ? logits.offset(from) : 0,
                  model.workingMemory())) {
        feed.run(graph, from, length);
      } finally {
        compute.lock().unlock();
      }
      cache.append(position, length, image);
      position += length;
    }
    logits.rows(
        switch (outputs) {
          case NONE -> 0;
          case LAST -> 1;
          case ALL -> count;
        });
    return logits;
  }

  @Override
  public StepResult complete(int[] tokens, int offset, int count) {
    requireOpen();
    Objects.checkFromIndexSize(offset, count, tokens.length);
    if (exits == null || !exits.canComplete(count)) {
      return InferenceSession.super.complete(tokens, offset, count);
    }
    exits.complete();
    logits.madeBy(model.info().layers());
    logits.rows(count);
    return logits;
  }

  @Override
  public void rewind(int newPosition) {
    requireOpen();
    if (newPosition < 0 || newPosition > position) {
      throw new IllegalArgumentException(
          "can't rewind to " + newPosition + " from position " + position);
    }
    if (exits != null) {
      exits.rewind(newPosition);
    }
    cache.rewind(newPosition);
    position = newPosition;
  }

  @Override
  public Optional<KvCache> kvCache() {
    requireOpen();
    return Optional.of(visibleCache);
  }

  @Override
  public long kvBytes() {
    return closed ? 0 : cache.bytes() + (exits == null ? 0 : exits.bytes());
  }

  private void requireRoom(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("a step feeds at least one token, not " + count);
    }
    if (count > capacity - position) {
      throw new ContextFullException(position, count, capacity);
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the session is closed");
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      if (tokenGraph != null) {
        tokenGraph.close();
      }
      if (exits != null) {
        exits.close();
      }
      free();
      model.sessionClosed();
    }
  }

  private void free() {
    tokenMemory.close();
    cache.close();
    logits.close();
  }
}
