package org.edgevlm.reference;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.edgevlm.spi.inference.MemoryEstimate;

/** Random matrices from a seed, and n-grams of a few sentences. */
final class ReferenceWeights {

  static final int LAYERS = 2;

  /** Tokens of context that the n-grams look at. */
  static final int CONTEXT = 6;

  private static final List<String> SENTENCES =
      List.of(
          " A red ball lies on the grass.</s>",
          " Two blue cups — one café, one tea — stand on a table.</s>",
          " Drei gelbe Bälle 🎈 schweben über dem Fluß.</s>",
          " 東京の空に青い鳥がいる。</s>",
          " No, there is no dog here.</s>");

  final int width;
  final float[][] embedding;
  final float[][] head;
  final float[][][] query = new float[LAYERS][][];
  final float[][][] key = new float[LAYERS][][];
  final float[][][] value = new float[LAYERS][][];
  private final Map<String, int[]> successors = new HashMap<>();

  ReferenceWeights(int width, long seed) {
    this.width = width;
    Random random = new Random(seed);
    embedding = matrix(random, ReferenceTokenizer.SIZE, width, 0.4);
    head = matrix(random, ReferenceTokenizer.SIZE, width, 0.3);
    for (int layer = 0; layer < LAYERS; layer++) {
      query[layer] = matrix(random, width, width, 0.4);
      key[layer] = matrix(random, width, width, 0.4);
      value[layer] = matrix(random, width, width, 0.4);
    }
    ReferenceTokenizer tokenizer = new ReferenceTokenizer();
    for (String sentence : SENTENCES) {
      int[] tokens = tokenizer.encode("<turn>ASSISTANT:" + sentence, true);
      for (int i = 1; i < tokens.length; i++) {
        successors
            .computeIfAbsent(context(tokens, i), unused -> new int[ReferenceTokenizer.SIZE])[
            tokens[i]]++;
      }
    }
  }

  /** What a model takes: its matrices, and K, V and logits of so many positions. */
  static MemoryEstimate memory(int width, int positions) {
    long matrices = 2L * ReferenceTokenizer.SIZE * width + 3L * LAYERS * width * width;
    return new MemoryEstimate(
        matrices * Float.BYTES,
        2L * LAYERS * width * positions * Float.BYTES,
        (long) ReferenceTokenizer.SIZE * positions * Float.BYTES);
  }

  /** The tokens before a place, as a map's key. */
  private static String context(int[] tokens, int end) {
    StringBuilder text = new StringBuilder();
    for (int i = Math.max(0, end - CONTEXT); i < end; i++) {
      text.append((char) (tokens[i] + 1));
    }
    return text.toString();
  }

  /** Adds what the n-grams expect after the first {@code length} tokens. */
  void addSuccessors(int[] tokens, int length, float[] logits) {
    int[] counts = successors.get(context(tokens, length));
    if (counts != null) {
      for (int i = 0; i < logits.length; i++) {
        logits[i] += counts[i] > 0 ? 25 : 0;
      }
    }
  }

  static float[] multiply(float[][] matrix, float[] vector) {
    float[] result = new float[matrix.length];
    for (int row = 0; row < matrix.length; row++) {
      for (int i = 0; i < vector.length; i++) {
        result[row] += matrix[row][i] * vector[i];
      }
    }
    return result;
  }

  static float[] normalise(float[] vector) {
    float sum = 1e-6f;
    for (float x : vector) {
      sum += x * x;
    }
    float scale = (float) Math.sqrt(vector.length / sum);
    float[] result = vector.clone();
    for (int i = 0; i < result.length; i++) {
      result[i] *= scale;
    }
    return result;
  }

  private static float[][] matrix(Random random, int rows, int columns, double scale) {
    float[][] matrix = new float[rows][columns];
    for (float[] row : matrix) {
      for (int i = 0; i < columns; i++) {
        row[i] = (float) (random.nextGaussian() * scale);
      }
    }
    return matrix;
  }
}
