package org.edgevlm.plugin.llamacpp.bytedeco.shape;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.gguf.GgufMetadata;
import org.edgevlm.gguf.GgufTensor;
import org.edgevlm.gguf.GgufType;

/** Checks of hyper-parameters and of tensors' presence, shape and type, with their messages. */
final class Checks {

  /** Types of weights that aren't used as a matrix. */
  static final Set<GgufType> FLOATS = EnumSet.of(GgufType.F32, GgufType.F16, GgufType.BF16);

  /** Types of convolution kernels: ggml's im2col takes no other. */
  static final Set<GgufType> KERNELS = EnumSet.of(GgufType.F32, GgufType.F16);

  private final GgufFile file;
  private final GgufMetadata metadata;

  Checks(GgufFile file) {
    this.file = file;
    this.metadata = file.metadata();
  }

  /** A required whole number within bounds. */
  int number(String key, int least, int most) {
    return inRange(key, metadata.requireInt(key), least, most);
  }

  /** A whole number within bounds, or what stands for a missing one. */
  int number(String key, int least, int most, int missing) {
    return metadata.has(key) ? number(key, least, most) : missing;
  }

  int inRange(String key, int value, int least, int most) {
    if (value < least || value > most) {
      throw metadata.error(
          key, "is " + value + ", out of range; expected " + least + " to " + most);
    }
    return value;
  }

  /** A required float with {@code 0 < value <= most}. */
  float positive(String key, float most) {
    float value = metadata.requireFloat(key);
    if (!(value > 0 && value <= most)) {
      throw metadata.error(
          key, "is " + value + ", out of range; expected a positive number up to " + most);
    }
    return value;
  }

  /** A matrix of a type that the engine multiplies with, {@code in} inputs to {@code out}. */
  GgufTensor matrix(String name, long in, long out) {
    GgufTensor tensor = shaped(name, in, out);
    if (!LlamaShape.WEIGHT_TYPES.contains(tensor.type())) {
      throw file.error(
          "tensor '"
              + name
              + "' is of type "
              + tensor.type()
              + "; the engine runs "
              + LlamaShape.WEIGHT_TYPES.stream()
                  .map(GgufType::name)
                  .collect(Collectors.joining(", ")));
    }
    return tensor;
  }

  /** A required vector of F32: norms and biases. */
  GgufTensor vector(String name, long length) {
    return typed(shaped(name, length), EnumSet.of(GgufType.F32));
  }

  /** Whether an optional vector is there; if so, it is checked. */
  boolean optionalVector(String name, long length) {
    if (file.tensor(name).isEmpty()) {
      return false;
    }
    vector(name, length);
    return true;
  }

  GgufTensor typed(GgufTensor tensor, Set<GgufType> types) {
    if (!types.contains(tensor.type())) {
      throw file.error(
          "tensor '"
              + tensor.name()
              + "' is of type "
              + tensor.type()
              + "; expected "
              + (types.size() == 1 ? "F32 for norms and biases" : "one of " + types));
    }
    return tensor;
  }

  /** A required tensor of one of some shapes (dimensions of 1 at the end don't count). */
  GgufTensor shaped(String name, long[]... shapes) {
    GgufTensor tensor = file.requireTensor(name);
    for (long[] shape : shapes) {
      if (tensor.hasShape(shape)) {
        return tensor;
      }
    }
    throw file.error(
        "tensor '"
            + name
            + "' has shape "
            + Arrays.toString(tensor.shape())
            + "; expected "
            + Arrays.toString(shapes[0])
            + " by the file's hyper-parameters");
  }

  private GgufTensor shaped(String name, long... shape) {
    return shaped(name, new long[][] {shape});
  }
}
