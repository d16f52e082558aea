package org.edgevlm.gguf.writer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.gguf.GgufMetadata;
import org.edgevlm.gguf.GgufType;
import org.edgevlm.gguf.GgufValueType;

/**
 * Writes GGUF files for tests and benchmarks: metadata and tensors in the order they were added.
 * Adding a key or a tensor again replaces it in its place. Nothing is validated, so that broken
 * files can be written too; the data of tensors is streamed, so that large ones can.
 */
public final class GgufWriter {

  private static final int BUFFER = 1 << 16;

  /** Produces the bytes of a tensor, exactly as many as its shape and type give. */
  @FunctionalInterface
  public interface TensorData {
    /** Writes the bytes to {@code out}. */
    void write(WritableByteChannel out) throws IOException;
  }

  private record Tensor(String name, int typeId, long[] shape, long bytes, TensorData data) {}

  private final Map<String, byte[]> values = new LinkedHashMap<>();
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private int version = 3;
  private int alignment = 32;

  /** An empty file of version 3. */
  public GgufWriter() {}

  /** A file whose {@code general.architecture} is given. */
  public GgufWriter(String architecture) {
    string("general.architecture", architecture);
  }

  /** Sets the container's version. */
  public GgufWriter version(int version) {
    this.version = version;
    return this;
  }

  /** Sets the alignment of tensors, also as {@code general.alignment}. */
  public GgufWriter alignment(int alignment) {
    this.alignment = alignment;
    return uint32("general.alignment", alignment);
  }

  /** Adds an unsigned 32-bit number. */
  public GgufWriter uint32(String key, long value) {
    return value(key, GgufValueType.UINT32, le(4).putInt((int) value));
  }

  /** Adds a number of any integer type. */
  public GgufWriter integer(String key, GgufValueType type, long value) {
    ByteBuffer bytes = le(8).putLong(value);
    return value(key, type, bytes.position(type.minimumBytes()));
  }

  /** Adds a 32-bit float. */
  public GgufWriter float32(String key, float value) {
    return value(key, GgufValueType.FLOAT32, le(4).putFloat(value));
  }

  /** Adds a 64-bit float. */
  public GgufWriter float64(String key, double value) {
    return value(key, GgufValueType.FLOAT64, le(8).putDouble(value));
  }

  /** Adds a truth value. */
  public GgufWriter bool(String key, boolean value) {
    return value(key, GgufValueType.BOOL, le(1).put((byte) (value ? 1 : 0)));
  }

  /** Adds a text. */
  public GgufWriter string(String key, String value) {
    byte[] text = value.getBytes(StandardCharsets.UTF_8);
    return value(key, GgufValueType.STRING, le(8 + text.length).putLong(text.length).put(text));
  }

  /** Adds an array of texts. */
  public GgufWriter strings(String key, List<String> texts) {
    return byteStrings(key, texts.stream().map(t -> t.getBytes(StandardCharsets.UTF_8)).toList());
  }

  /** Adds an array of texts of any bytes. */
  public GgufWriter byteStrings(String key, List<byte[]> texts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] text : texts) {
      out.writeBytes(le(8).putLong(text.length).array());
      out.writeBytes(text);
    }
    return array(key, GgufValueType.STRING, texts.size(), out.toByteArray());
  }

  /** Adds an array of signed 32-bit numbers. */
  public GgufWriter int32s(String key, int... numbers) {
    ByteBuffer bytes = le(4 * numbers.length);
    for (int number : numbers) {
      bytes.putInt(number);
    }
    return array(key, GgufValueType.INT32, numbers.length, bytes.array());
  }

  /** Adds an array of 32-bit floats. */
  public GgufWriter float32s(String key, float... numbers) {
    ByteBuffer bytes = le(4 * numbers.length);
    for (float number : numbers) {
      bytes.putFloat(number);
    }
    return array(key, GgufValueType.FLOAT32, numbers.length, bytes.array());
  }

  /** Adds an array from its bytes as they stand in the file. */
  public GgufWriter array(String key, GgufValueType elementType, long count, byte[] bytes) {
    ByteBuffer value = le(12 + bytes.length);
    value.putInt(elementType.id()).putLong(count).put(bytes);
    return value(key, GgufValueType.ARRAY, value);
  }

  /** Copies the tokenizer, template included, of another file. */
  public GgufWriter tokenizerOf(GgufFile other) {
    GgufMetadata metadata = other.metadata();
    for (String key : metadata.keys()) {
      if (key.startsWith("tokenizer.")) {
        copy(metadata, key);
      }
    }
    return this;
  }

  private void copy(GgufMetadata metadata, String key) {
    Optional<GgufValueType> element = metadata.elementType(key);
    if (element.isPresent()) {
      switch (element.get()) {
        case STRING -> {
          List<byte[]> texts = new ArrayList<>();
          metadata.visitStrings(key, (i, text) -> texts.add(text));
          byteStrings(key, texts);
        }
        case FLOAT32 -> float32s(key, metadata.requireFloats(key));
        case INT32 -> int32s(key, metadata.requireInts(key));
        default -> throw new IllegalArgumentException(key + " has elements of " + element.get());
      }
      return;
    }
    GgufValueType type = metadata.type(key).orElseThrow();
    switch (type) {
      case STRING -> string(key, metadata.requireString(key));
      case BOOL -> bool(key, metadata.requireBoolean(key));
      case FLOAT32 -> float32(key, metadata.requireFloat(key));
      default -> integer(key, type, metadata.requireLong(key));
    }
  }

  /** Whether the key was added. */
  public boolean has(String key) {
    return values.containsKey(key);
  }

  /** Removes a key. */
  public GgufWriter remove(String key) {
    if (values.remove(key) == null) {
      throw new IllegalArgumentException("no key " + key);
    }
    return this;
  }

  /** Adds a tensor whose bytes come from a callback while the file is written. */
  public GgufWriter tensor(String name, GgufType type, long[] shape, TensorData data) {
    tensors.put(name, new Tensor(name, type.id(), shape.clone(), bytes(type, shape), data));
    return this;
  }

  /** Adds a tensor of F32 numbers. */
  public GgufWriter floats(String name, float[] numbers, long... shape) {
    return tensor(
        name,
        GgufType.F32,
        shape,
        out -> {
          ByteBuffer bytes = le(4 * numbers.length);
          bytes.asFloatBuffer().put(numbers);
          writeAll(out, bytes);
        });
  }

  /** Adds a tensor of zero bytes. */
  public GgufWriter zeros(String name, GgufType type, long... shape) {
    long size = bytes(type, shape);
    return tensor(
        name,
        type,
        shape,
        out -> {
          for (long done = 0; done < size; ) {
            int n = (int) Math.min(BUFFER, size - done);
            writeAll(out, ByteBuffer.allocate(n));
            done += n;
          }
        });
  }

  /** Removes a tensor. */
  public GgufWriter removeTensor(String name) {
    if (tensors.remove(name) == null) {
      throw new IllegalArgumentException("no tensor " + name);
    }
    return this;
  }

  /** Writes the file, replacing one that is there. */
  public Path write(Path path) throws IOException {
    try (FileChannel out =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      writeAll(out, ByteBuffer.wrap(header()));
      pad(out, 0);
      long dataOffset = out.position();
      for (Tensor tensor : tensors.values()) {
        long start = out.position();
        tensor.data().write(out);
        if (out.position() - start != tensor.bytes()) {
          throw new IllegalStateException(
              tensor.name() + ": " + (out.position() - start) + " of " + tensor.bytes() + " bytes");
        }
        pad(out, dataOffset);
      }
    }
    return path;
  }

  private byte[] header() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(le(20).putInt(version).putLong(tensors.size()).putLong(values.size()).array());
    for (Map.Entry<String, byte[]> value : values.entrySet()) {
      name(out, value.getKey());
      out.writeBytes(value.getValue());
    }
    long offset = 0;
    for (Tensor tensor : tensors.values()) {
      name(out, tensor.name());
      ByteBuffer info = le(4 + 8 * tensor.shape().length + 12);
      info.putInt(tensor.shape().length);
      for (long n : tensor.shape()) {
        info.putLong(n);
      }
      out.writeBytes(info.putInt(tensor.typeId()).putLong(offset).array());
      offset = align(offset + tensor.bytes(), alignment);
    }
    return out.toByteArray();
  }

  private void pad(FileChannel out, long from) throws IOException {
    long position = out.position() - from;
    writeAll(out, ByteBuffer.allocate((int) (align(position, alignment) - position)));
  }

  private GgufWriter value(String key, GgufValueType type, ByteBuffer value) {
    byte[] bytes = new byte[4 + value.position()];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(type.id());
    value.flip().get(bytes, 4, bytes.length - 4);
    values.put(key, bytes);
    return this;
  }

  private static long align(long offset, int alignment) {
    return Math.addExact(offset, alignment - 1) & -alignment;
  }

  private static void name(ByteArrayOutputStream out, String name) {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    out.writeBytes(le(8).putLong(text.length).array());
    out.writeBytes(text);
  }

  private static long bytes(GgufType type, long[] shape) {
    long elements = 1;
    for (long n : shape) {
      elements *= n;
    }
    return elements / type.blockSize() * type.blockBytes();
  }

  /** Writes a buffer from its position to its limit. */
  public static void writeAll(WritableByteChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  private static ByteBuffer le(int capacity) {
    return ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
  }
}
