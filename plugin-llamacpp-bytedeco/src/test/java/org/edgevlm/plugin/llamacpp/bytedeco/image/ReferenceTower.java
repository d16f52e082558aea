package org.edgevlm.plugin.llamacpp.bytedeco.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.gguf.GgufTensor;
import org.edgevlm.gguf.GgufType;
import org.edgevlm.plugin.llamacpp.bytedeco.shape.VisionShape;

/**
 * A vision transformer in plain Java and doubles, one loop after the other, as the papers have it.
 */
final class ReferenceTower {

  private final GgufFile file;
  private final VisionShape shape;
  private final ByteBuffer bytes;

  ReferenceTower(GgufFile file, VisionShape shape) {
    this.file = file;
    this.shape = shape;
    try (FileChannel channel = FileChannel.open(file.path())) {
      bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
      bytes.order(ByteOrder.LITTLE_ENDIAN);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Features of the patches, row by row. */
  float[] features(FloatBuffer pixels) {
    double[][] x = embeddings(pixels);
    if (shape.preNorm()) {
      x = norm(x, "v.pre_ln");
    }
    for (int block = 0; block < shape.usedBlocks(); block++) {
      String name = "v.blk." + block + ".";
      add(x, linear(attention(norm(x, name + "ln1"), name), name + "attn_out"));
      double[][] h = linear(norm(x, name + "ln2"), name + shape.firstFeedForward());
      for (double[] row : h) {
        for (int i = 0; i < row.length; i++) {
          row[i] = activation(row[i]);
        }
      }
      add(x, linear(h, name + shape.secondFeedForward()));
    }
    if (shape.postNorm()) {
      x = norm(x, "v.post_ln");
    }
    float[] out = new float[shape.patches() * shape.width()];
    int first = shape.classToken() ? 1 : 0;
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) x[first + i / shape.width()][i % shape.width()];
    }
    return out;
  }

  private double[][] embeddings(FloatBuffer pixels) {
    int side = shape.imageSize();
    int patch = shape.patchSize();
    int width = shape.width();
    double[] kernel = numbers("v.patch_embd.weight");
    double[] positions = numbers("v.position_embd.weight");
    double[][] x = new double[shape.positions()][width];
    int first = shape.classToken() ? 1 : 0;
    if (shape.classToken()) {
      x[0] = numbers("v.class_embd");
    }
    for (int p = 0; p < shape.patches(); p++) {
      int left = p % shape.grid() * patch;
      int top = p / shape.grid() * patch;
      for (int o = 0; o < width; o++) {
        double sum = shape.patchBias() ? numbers("v.patch_embd.bias")[o] : 0;
        for (int c = 0; c < 3; c++) {
          for (int y = 0; y < patch; y++) {
            for (int z = 0; z < patch; z++) {
              sum +=
                  kernel[((o * 3 + c) * patch + y) * patch + z]
                      * pixels.get((c * side + top + y) * side + left + z);
            }
          }
        }
        x[first + p][o] = sum;
      }
    }
    for (int p = 0; p < x.length; p++) {
      for (int o = 0; o < width; o++) {
        x[p][o] += positions[p * width + o];
      }
    }
    return x;
  }

  private double[][] attention(double[][] h, String name) {
    double[][] q = linear(h, name + "attn_q");
    double[][] k = linear(h, name + "attn_k");
    double[][] v = linear(h, name + "attn_v");
    double[][] out = new double[h.length][shape.width()];
    int size = shape.headWidth();
    for (int head = 0; head < shape.heads(); head++) {
      for (int i = 0; i < h.length; i++) {
        double[] weights = new double[h.length];
        double sum = 0;
        for (int j = 0; j < h.length; j++) {
          double dot = 0;
          for (int e = head * size; e < (head + 1) * size; e++) {
            dot += q[i][e] * k[j][e];
          }
          weights[j] = Math.exp(dot / Math.sqrt(size));
          sum += weights[j];
        }
        for (int j = 0; j < h.length; j++) {
          for (int e = head * size; e < (head + 1) * size; e++) {
            out[i][e] += weights[j] / sum * v[j][e];
          }
        }
      }
    }
    return out;
  }

  private double activation(double x) {
    return switch (shape.activation()) {
      case QUICK_GELU -> x / (1 + Math.exp(-1.702 * x));
      case GELU -> x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
      case SILU -> x / (1 + Math.exp(-x));
    };
  }

  private double[][] linear(double[][] x, String name) {
    double[] weight = numbers(name + ".weight");
    double[] bias = numbers(name + ".bias");
    double[][] out = new double[x.length][bias.length];
    for (int row = 0; row < x.length; row++) {
      for (int o = 0; o < bias.length; o++) {
        double sum = bias[o];
        for (int i = 0; i < x[row].length; i++) {
          sum += weight[o * x[row].length + i] * x[row][i];
        }
        out[row][o] = sum;
      }
    }
    return out;
  }

  private double[][] norm(double[][] x, String name) {
    double[] weight = numbers(name + ".weight");
    double[] bias = numbers(name + ".bias");
    double[][] out = new double[x.length][weight.length];
    for (int row = 0; row < x.length; row++) {
      double mean = 0;
      for (double v : x[row]) {
        mean += v / weight.length;
      }
      double variance = 0;
      for (double v : x[row]) {
        variance += (v - mean) * (v - mean) / weight.length;
      }
      for (int i = 0; i < weight.length; i++) {
        double unit = (x[row][i] - mean) / Math.sqrt(variance + shape.epsilon());
        out[row][i] = unit * weight[i] + bias[i];
      }
    }
    return out;
  }

  private static void add(double[][] x, double[][] y) {
    for (int row = 0; row < x.length; row++) {
      for (int i = 0; i < x[row].length; i++) {
        x[row][i] += y[row][i];
      }
    }
  }

  private double[] numbers(String name) {
    GgufTensor tensor = file.requireTensor(name);
    double[] numbers = new double[(int) tensor.elements()];
    int from = (int) tensor.offset();
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] =
          tensor.type() == GgufType.F32
              ? bytes.getFloat(from + 4 * i)
              : half(bytes.getShort(from + 2 * i));
    }
    return numbers;
  }

  private static double half(short bits) {
    int exponent = bits >> 10 & 0x1f;
    int fraction = bits & 0x3ff;
    double size =
        exponent == 0 ? fraction * 0x1p-24 : (1024 + fraction) * Math.pow(2, exponent - 25);
    return bits < 0 ? -size : size;
  }
}
