package org.edgevlm.plugin.llamacpp.jni.model;

import java.nio.FloatBuffer;
import java.util.Objects;
import java.util.Optional;
import org.edgevlm.plugin.llamacpp.jni.natives.Llama;
import org.edgevlm.spi.EdgeVlmException;
import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.inference.ImageEmbedding;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.StepResult;

/**
 * A session with a llama.cpp context of its own. All native calls are made under {@link
 * Compute#LOCK}, after a look at whether the session is still open, so that a session used by two
 * threads against its contract throws or answers nonsense, but never touches freed memory.
 */
final class StockSession implements InferenceSession {

  private final StockModel model;
  private final long context;
  private final int batch;
  private final Positions positions;
  private final Logits logits;
  private boolean closed;

  StockSession(StockModel model, long context) {
    this.model = model;
    this.context = context;
    int length = model.info().contextLength();
    ModelSettings settings = model.settings();
    batch = Math.min(settings.batch(), length);
    positions = new Positions(length, settings.contextKeep(), settings.contextShift());
    logits = new Logits(model.info().vocabularySize(), model.info().layers());
  }

  /** Feeds a part of a step, at most a batch. */
  private interface Feed {
    long run(int from, int count, int place, int outputs);
  }

  @Override
  public int position() {
    return positions.position();
  }

  @Override
  public int capacity() {
    return positions.capacity();
  }

  @Override
  public StepResult step(int[] tokens, int offset, int count, Outputs outputs) {
    requireOpen();
    Objects.requireNonNull(outputs, "outputs");
    Objects.checkFromIndexSize(offset, count, tokens.length);
    require(count);
    int vocabulary = model.info().vocabularySize();
    for (int i = offset; i < offset + count; i++) {
      if (tokens[i] < 0 || tokens[i] >= vocabulary) {
        throw new IllegalArgumentException(
            "token " + tokens[i] + " is not in the vocabulary of " + vocabulary);
      }
    }
    return run(
        count,
        batch,
        outputs,
        (from, n, place, wanted) ->
            Llama.decodeTokens(context, tokens, offset + from, n, place, wanted));
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
    require(image.tokens());
    FloatBuffer rows = image.data().duplicate().rewind();
    if (!Llama.finite(rows, (long) image.tokens() * width)) {
      throw new IllegalArgumentException("the image's rows hold numbers that are not finite");
    }
    return run(
        image.tokens(),
        batch,
        outputs,
        (from, n, place, wanted) ->
            Llama.decodeRows(context, rows, (long) from * width, n, place, wanted));
  }

  private StepResult run(int count, int most, Outputs outputs, Feed feed) {
    Compute.LOCK.lock();
    try {
      requireOpen();
      boolean collect = outputs == Outputs.ALL && (count > most || count > positions.free());
      int rows = outputs == Outputs.NONE ? 0 : outputs == Outputs.LAST ? 1 : count;
      if (collect) {
        logits.begin();
      }
      int start = positions.position();
      long address = 0;
      for (int from = 0; from < count; ) {
        makeRoom(Math.min(most, count - from));
        int part = Math.min(Math.min(most, count - from), positions.free());
        boolean last = from + part == count;
        address = feed(feed, from, part, start, outputs == Outputs.LAST && !last, outputs);
        if (collect) {
          logits.append(address, part);
        }
        positions.advance(part);
        from += part;
      }
      if (!collect) {
        logits.show(address, rows);
      }
      return logits;
    } finally {
      Compute.LOCK.unlock();
    }
  }

  private long feed(Feed feed, int from, int part, int start, boolean skip, Outputs outputs) {
    int wanted =
        switch (outputs) {
          case NONE -> Llama.NONE;
          case LAST -> skip ? Llama.NONE : Llama.LAST;
          case ALL -> Llama.ALL;
        };
    try {
      return feed.run(from, part, positions.place(), wanted);
    } catch (RuntimeException | OutOfMemoryError e) {
      // Earlier parts of the step go too, unless making room for them dropped what was before.
      undo(start);
      throw e;
    }
  }

  private void undo(int start) {
    try {
      goBack(start);
    } catch (IllegalArgumentException dropped) {
      // The session stays where the last part that went through left it.
      logits.show(0, 0);
    }
  }

  private void makeRoom(int count) {
    while (positions.free() < count && positions.toDrop() < positions.place()) {
      int from = positions.firstDropped();
      int drop = positions.toDrop();
      if (positions.free() > 0 && positions.place() - from < 2) {
        return;
      }
      removePlaces(from, from + drop);
      Llama.shift(context, from + drop, -drop);
      positions.dropped(drop);
    }
  }

  @Override
  public void rewind(int newPosition) {
    Compute.LOCK.lock();
    try {
      requireOpen();
      goBack(newPosition);
    } finally {
      Compute.LOCK.unlock();
    }
  }

  private void goBack(int newPosition) {
    int place = positions.placeOf(newPosition);
    if (newPosition < positions.position()) {
      removePlaces(place, -1);
      positions.rewound(newPosition);
    }
    logits.show(0, 0);
  }

  private void removePlaces(int from, int to) {
    if (!Llama.remove(context, from, to)) {
      throw new EdgeVlmException(
          "llama.cpp can't forget places " + from + " to " + (to < 0 ? "the end" : to));
    }
  }

  @Override
  public Optional<KvCache> kvCache() {
    requireOpen();
    return Optional.empty();
  }

  @Override
  public long kvBytes() {
    return closed ? 0 : model.kvBytes();
  }

  private void require(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("a step feeds at least one token, not " + count);
    }
    positions.require(count);
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the session is closed");
    }
  }

  @Override
  public void close() {
    Compute.LOCK.lock();
    try {
      if (!closed) {
        closed = true;
        logits.close();
        model.sessionClosed(context);
      }
    } finally {
      Compute.LOCK.unlock();
    }
  }
}
