package org.edgevlm.reference;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.inference.ContextFullException;
import org.edgevlm.spi.inference.EarlyExit;
import org.edgevlm.spi.inference.ImageEmbedding;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.spi.inference.StepResult;

/** Two layers of attention over everything that was fed and is still kept. */
final class ReferenceSession implements InferenceSession, StepResult {

  private static final int IMAGE = -1;

  private final ReferenceModel model;
  private final ReferenceWeights weights;
  private final Set<Capability> capabilities;
  private final ReferenceKvCache cache;
  private final int[] fed;
  private final FloatBuffer logits;
  private final Optional<EarlyExit> earlyExit;
  private final int[] layersUsed;
  private int position;
  private int rows;
  private boolean closed;

  ReferenceSession(
      ReferenceModel model,
      ReferenceWeights weights,
      Set<Capability> capabilities,
      int capacity,
      SessionOptions options) {
    this.model = model;
    this.weights = weights;
    this.capabilities = capabilities;
    cache =
        new ReferenceKvCache(
            options.attention(), weights.width, capabilities.contains(Capability.KV_QUANTIZATION));
    earlyExit = options.earlyExit();
    fed = new int[capacity];
    layersUsed = new int[capacity];
    logits =
        ByteBuffer.allocateDirect(capacity * ReferenceTokenizer.SIZE * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
  }

  @Override
  public int position() {
    return position;
  }

  @Override
  public int capacity() {
    return fed.length;
  }

  @Override
  public StepResult step(int[] tokens, int offset, int count, Outputs outputs) {
    Objects.checkFromIndexSize(offset, count, tokens.length);
    for (int i = offset; i < offset + count; i++) {
      if (tokens[i] < 0 || tokens[i] >= ReferenceTokenizer.SIZE) {
        throw new IllegalArgumentException(
            "token " + tokens[i] + " is not in 0 to " + (ReferenceTokenizer.SIZE - 1));
      }
    }
    check(count, outputs);
    for (int i = 0; i < count; i++) {
      int token = tokens[offset + i];
      Optional<EarlyExit> exit = count == 1 ? earlyExit : Optional.empty();
      feed(token, weights.embedding[token], wanted(i, count, outputs), exit);
    }
    return this;
  }

  @Override
  public StepResult step(ImageEmbedding image, Outputs outputs) {
    if (image.width() != weights.width) {
      throw new IllegalArgumentException(
          "the image's width is " + image.width() + ", the model's " + weights.width);
    }
    check(image.tokens(), outputs);
    for (int i = 0; i < image.tokens(); i++) {
      float[] row = new float[image.width()];
      image.data().get(i * row.length, row);
      feed(IMAGE, row, wanted(i, image.tokens(), outputs), Optional.empty());
    }
    return this;
  }

  private static boolean wanted(int i, int count, Outputs outputs) {
    return outputs == Outputs.ALL || (outputs == Outputs.LAST && i == count - 1);
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the session is closed");
    }
  }

  private void check(int count, Outputs outputs) {
    checkOpen();
    Objects.requireNonNull(outputs, "outputs");
    if (count < 1) {
      throw new IllegalArgumentException("a step feeds at least one token");
    }
    if (position + count > capacity()) {
      throw new ContextFullException(position, count, capacity());
    }
    rows = 0;
  }

  private void feed(int token, float[] input, boolean wanted, Optional<EarlyExit> exit) {
    fed[position] = token;
    float[] hidden = input.clone();
    int used = ReferenceWeights.LAYERS;
    for (int layer = 0; layer < ReferenceWeights.LAYERS; layer++) {
      float[] normal = ReferenceWeights.normalise(hidden);
      cache.add(
          layer,
          position,
          token == IMAGE,
          ReferenceWeights.multiply(weights.key[layer], normal),
          ReferenceWeights.multiply(weights.value[layer], normal));
      if (layer >= used) {
        // Behind an exit only K and V are made, of the exit's hidden state.
        continue;
      }
      float[] query = ReferenceWeights.multiply(weights.query[layer], normal);
      attend(query, cache.layer(layer), hidden);
      int number = layer + 1;
      if (number < used
          && exit.isPresent()
          && exit.get().layers().contains(number)
          && exit.get().rule().exit(number, new SoftmaxConfidence(head(hidden)))) {
        used = number;
      }
    }
    if (wanted) {
      float[] row = head(hidden);
      logits.put(rows * row.length, row);
      layersUsed[rows] = used;
      rows++;
    }
    position++;
  }

  /** The logits of what comes after the position that is being fed. */
  private float[] head(float[] hidden) {
    float[] row = ReferenceWeights.multiply(weights.head, ReferenceWeights.normalise(hidden));
    weights.addSuccessors(fed, position + 1, row);
    return row;
  }

  /** Adds the attended values to the hidden state; nearer entries count a little more (ALiBi). */
  private void attend(float[] query, List<ReferenceKvCache.Entry> entries, float[] hidden) {
    double[] scores = new double[entries.size()];
    double sum = 0;
    for (int i = 0; i < scores.length; i++) {
      double dot = 0;
      for (int j = 0; j < query.length; j++) {
        dot += query[j] * entries.get(i).key[j];
      }
      int distance = position - entries.get(i).position;
      scores[i] = Math.exp(Math.tanh(dot / query.length) * 4 - 0.01 * distance);
      sum += scores[i];
    }
    for (int i = 0; i < scores.length; i++) {
      float attention = (float) (scores[i] / sum);
      cache.track(entries.get(i), position, attention);
      for (int j = 0; j < hidden.length; j++) {
        hidden[j] += attention * entries.get(i).value[j];
      }
    }
  }

  @Override
  public void rewind(int to) {
    checkOpen();
    if (!capabilities.contains(Capability.REWIND)) {
      throw new PluginException("this backend cannot rewind");
    }
    if (to < 0 || to > position) {
      throw new IllegalArgumentException("position " + to + " is not in 0 to " + position);
    }
    cache.rewind(to);
    Arrays.fill(fed, to, position, 0);
    position = to;
  }

  @Override
  public Optional<KvCache> kvCache() {
    return capabilities.contains(Capability.LAYERWISE_KV) ? Optional.of(cache) : Optional.empty();
  }

  @Override
  public long kvBytes() {
    return cache.bytes();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      model.sessionClosed();
    }
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public int vocabularySize() {
    return ReferenceTokenizer.SIZE;
  }

  @Override
  public FloatBuffer logits(int row) {
    Objects.checkIndex(row, rows);
    return logits.slice(row * vocabularySize(), vocabularySize()).asReadOnlyBuffer();
  }

  @Override
  public int layersUsed(int row) {
    return layersUsed[Objects.checkIndex(row, rows)];
  }
}
