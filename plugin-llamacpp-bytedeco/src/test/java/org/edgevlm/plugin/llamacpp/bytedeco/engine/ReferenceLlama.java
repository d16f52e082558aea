package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.gguf.GgufTensor;
import org.edgevlm.gguf.GgufType;
import org.edgevlm.plugin.llamacpp.bytedeco.shape.LlamaShape;
import org.edgevlm.plugin.llamacpp.bytedeco.shape.RopeScaling;

/**
 * LLaMA in plain Java and double precision, by the papers: the slow oracle for the engine on F32
 * models. Its only concession to the engine is that K and V are rounded to half precision, which is
 * how the cache is defined.
 */
final class ReferenceLlama {

  final LlamaShape shape;
  private final Map<String, double[]> weights = new HashMap<>();

  ReferenceLlama(Path path) throws IOException {
    GgufFile file = GgufFile.open(path);
    shape = LlamaShape.of(file);
    try (FileChannel channel = FileChannel.open(path)) {
      for (GgufTensor tensor : file.tensors().values()) {
        if (tensor.type() != GgufType.F32) {
          throw new IllegalArgumentException(tensor.name() + " is " + tensor.type());
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) tensor.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        channel.read(bytes, tensor.offset());
        bytes.flip();
        double[] numbers = new double[(int) tensor.elements()];
        for (int i = 0; i < numbers.length; i++) {
          numbers[i] = bytes.getFloat();
        }
        weights.put(tensor.name(), numbers);
      }
    }
  }

  ReferenceSession open() {
    return new ReferenceSession(this);
  }

  double[] embedding(int token) {
    double[] row = new double[shape.width()];
    System.arraycopy(weights.get("token_embd.weight"), token * row.length, row, 0, row.length);
    return row;
  }

  double[] logits(double[] hidden) {
    String head = shape.tiedHead() ? "token_embd" : "output";
    return linear(head, norm("output_norm", hidden), shape.vocabularySize());
  }

  /** {@code W x + b}, the bias where there is one. */
  double[] linear(String name, double[] x, int out) {
    double[] w = weights.get(name + ".weight");
    double[] bias = weights.get(name + ".bias");
    double[] y = new double[out];
    for (int o = 0; o < out; o++) {
      double sum = bias == null ? 0 : bias[o];
      for (int i = 0; i < x.length; i++) {
        sum += w[o * x.length + i] * x[i];
      }
      y[o] = sum;
    }
    return y;
  }

  double[] norm(String name, double[] x) {
    double[] w = weights.get(name + ".weight");
    double squares = 0;
    for (double v : x) {
      squares += v * v;
    }
    double factor = 1 / Math.sqrt(squares / x.length + shape.rmsEpsilon());
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = x[i] * factor * w[i];
    }
    return y;
  }

  double[] feedForward(String block, double[] x) {
    double[] gate = linear(block + "ffn_gate", x, shape.feedForward());
    double[] up = linear(block + "ffn_up", x, shape.feedForward());
    for (int i = 0; i < gate.length; i++) {
      gate[i] = gate[i] / (1 + Math.exp(-gate[i])) * up[i];
    }
    return linear(block + "ffn_down", gate, shape.width());
  }

  /** Turns each pair of neighbours of each head by its angle at a position. */
  void rotate(double[] x, int position) {
    int width = shape.headWidth();
    for (int head = 0; head < x.length / width; head++) {
      for (int pair = 0; pair < shape.ropeDimension() / 2; pair++) {
        double angle = position * frequency(pair);
        double scale = magnitude();
        int i = head * width + 2 * pair;
        double a = x[i];
        double b = x[i + 1];
        x[i] = scale * (a * Math.cos(angle) - b * Math.sin(angle));
        x[i + 1] = scale * (a * Math.sin(angle) + b * Math.cos(angle));
      }
    }
  }

  private double frequency(int pair) {
    RopeScaling scaling = shape.ropeScaling();
    double dims = shape.ropeDimension();
    double base = shape.ropeFrequencyBase();
    double frequency = Math.pow(base, -2.0 * pair / dims);
    double[] divisors = weights.get("rope_freqs.weight");
    if (divisors != null) {
      frequency /= divisors[pair];
    }
    double stretched = frequency / scaling.factor();
    if (scaling.type() != RopeScaling.Type.YARN) {
      return stretched;
    }
    // "YaRN", section 3.2: dimensions that turn more than 32 times within the original context stay
    // as they are, those that turn less than once are stretched, between them is a linear ramp.
    double low = Math.max(0, Math.floor(pairTurning(32, dims, base)));
    double high = Math.min(dims - 1, Math.ceil(pairTurning(1, dims, base)));
    double ramp = Math.min(1, Math.max(0, (pair - low) / Math.max(0.001, high - low)));
    return stretched * ramp + frequency * (1 - ramp);
  }

  private double pairTurning(double times, double dims, double base) {
    double context = shape.ropeScaling().originalContext();
    return dims * Math.log(context / (times * 2 * Math.PI)) / (2 * Math.log(base));
  }

  private double magnitude() {
    RopeScaling scaling = shape.ropeScaling();
    return scaling.type() == RopeScaling.Type.YARN
        ? scaling.attentionFactor() * (1 + 0.1 * Math.log(scaling.factor()))
        : 1;
  }

  /** The nearest number that half precision has. */
  static double half(double x) {
    double step = Math.scalb(1.0, Math.max(Math.getExponent(x), -14) - 10);
    return Math.rint(x / step) * step;
  }
}
