package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A session of {@link ReferenceLlama}: a list of entries for each layer, from which a test may take
 * any. What is left is all that later queries see.
 */
final class ReferenceSession {

  /** K and V of one position, and the weight that each query gave it. */
  static final class Entry {
    final int position;
    final double[] keys;
    final double[] values;
    final Map<Integer, Double> weights = new HashMap<>();

    Entry(int position, double[] keys, double[] values) {
      this.position = position;
      this.keys = keys;
      this.values = values;
    }
  }

  private final ReferenceLlama model;
  private final List<List<Entry>> layers = new ArrayList<>();
  private int position;

  ReferenceSession(ReferenceLlama model) {
    this.model = model;
    for (int i = 0; i < model.shape.layers(); i++) {
      layers.add(new ArrayList<>());
    }
  }

  int position() {
    return position;
  }

  /** Feeds tokens one by one; the logits of the last. */
  double[] step(int... tokens) {
    double[] logits = null;
    for (int token : tokens) {
      logits = feed(model.embedding(token));
    }
    return logits;
  }

  /** Feeds a token through the first layers; the others get K and V of what came out of them. */
  double[] exit(int token, int depth) {
    double[] x = through(model.embedding(token), depth);
    for (int layer = depth; layer < layers.size(); layer++) {
      double[] normed = model.norm("blk." + layer + ".attn_norm", x);
      layers.get(layer).add(entry(layer, normed));
    }
    position++;
    return model.logits(x);
  }

  /** Feeds a row in place of a token's embedding. */
  double[] feed(double[] row) {
    double[] x = through(row, layers.size());
    position++;
    return model.logits(x);
  }

  private double[] through(double[] row, int depth) {
    double[] x = row;
    for (int layer = 0; layer < depth; layer++) {
      String block = "blk." + layer + ".";
      double[] attended = attend(layer, model.norm(block + "attn_norm", x));
      x = sum(x, model.linear(block + "attn_output", attended, x.length));
      x = sum(x, model.feedForward(block, model.norm(block + "ffn_norm", x)));
    }
    return x;
  }

  private double[] attend(int layer, double[] x) {
    double[] q = model.linear("blk." + layer + ".attn_q", x, model.shape.queryWidth());
    model.rotate(q, position);
    List<Entry> entries = layers.get(layer);
    entries.add(entry(layer, x));
    int heads = model.shape.heads();
    double[] out = new double[q.length];
    for (int head = 0; head < heads; head++) {
      attendHead(entries, q, out, head);
    }
    return out;
  }

  private Entry entry(int layer, double[] x) {
    String block = "blk." + layer + ".";
    int kvWidth = model.shape.kvWidth();
    double[] k = model.linear(block + "attn_k", x, kvWidth);
    double[] v = model.linear(block + "attn_v", x, kvWidth);
    model.rotate(k, position);
    for (int i = 0; i < kvWidth; i++) {
      k[i] = ReferenceLlama.half(k[i]);
      v[i] = ReferenceLlama.half(v[i]);
    }
    return new Entry(position, k, v);
  }

  private void attendHead(List<Entry> entries, double[] q, double[] out, int head) {
    int width = model.shape.headWidth();
    int heads = model.shape.heads();
    int kvStart = head * model.shape.kvHeads() / heads * width;
    int start = head * width;
    double[] weights = new double[entries.size()];
    double total = 0;
    for (int e = 0; e < weights.length; e++) {
      double dot = 0;
      for (int i = 0; i < width; i++) {
        dot += q[start + i] * entries.get(e).keys[kvStart + i];
      }
      weights[e] = Math.exp(dot / Math.sqrt(width));
      total += weights[e];
    }
    for (int e = 0; e < weights.length; e++) {
      double weight = weights[e] / total;
      entries.get(e).weights.merge(position, weight / heads, Double::sum);
      for (int i = 0; i < width; i++) {
        out[start + i] += weight * entries.get(e).values[kvStart + i];
      }
    }
  }

  private static double[] sum(double[] a, double[] b) {
    double[] c = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      c[i] = a[i] + b[i];
    }
    return c;
  }

  List<Entry> entries(int layer) {
    return layers.get(layer);
  }

  void retain(int layer, int... chosen) {
    List<Entry> kept = new ArrayList<>();
    for (int entry : chosen) {
      kept.add(layers.get(layer).get(entry));
    }
    layers.set(layer, kept);
  }

  void rewind(int to) {
    for (List<Entry> entries : layers) {
      entries.removeIf(entry -> entry.position >= to);
      for (Entry entry : entries) {
        entry.weights.keySet().removeIf(query -> query >= to);
      }
    }
    position = to;
  }

  /** For each entry of a layer, the sum of the weights that queries from a position on gave it. */
  double[] attention(int layer, int fromQuery) {
    return layers.get(layer).stream()
        .mapToDouble(
            entry ->
                entry.weights.entrySet().stream()
                    .filter(w -> w.getKey() >= fromQuery)
                    .mapToDouble(Map.Entry::getValue)
                    .sum())
        .toArray();
  }
}
