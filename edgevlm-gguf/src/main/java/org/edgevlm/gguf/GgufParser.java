package org.edgevlm.gguf;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.edgevlm.gguf.GgufMetadata.Entry;
import org.edgevlm.spi.inference.ModelFormatException;

/** Reads one header from front to back. The layout is that of ggml's {@code docs/gguf.md}. */
final class GgufParser {

  private static final int MAGIC = 0x46554747; // "GGUF", little-endian
  private static final String ALIGNMENT_KEY = "general.alignment";
  private static final int DEFAULT_ALIGNMENT = 32;
  private static final int LARGEST_ALIGNMENT = 1 << 20;

  /** The format's limit on keys. */
  private static final int LONGEST_KEY = 65_535;

  /** GGML_MAX_NAME - 1. */
  private static final int LONGEST_TENSOR_NAME = 63;

  /** ggml compares each name with all others; the largest models have about 2,000 of either. */
  private static final int MOST_ENTRIES = 16_384;

  private static final int SMALLEST_PAIR = 8 + 1 + 4 + 1;
  private static final int SMALLEST_TENSOR = 8 + 1 + 4 + 8 + 4 + 8;

  /** A tensor as the header gives it, its offset relative to the data. */
  private record Info(String name, GgufType type, long[] shape, long offset, long bytes, long at) {}

  private final GgufSource source;
  private final GgufReader in;

  GgufParser(GgufSource source, GgufReader in) {
    this.source = source;
    this.in = in;
  }

  GgufFile parse() {
    int version = version();
    long tensorCount = count("tensors", SMALLEST_TENSOR);
    long pairCount = count("key-value pairs", SMALLEST_PAIR);
    Map<String, Entry> entries = new LinkedHashMap<>();
    for (int i = 0; i < pairCount; i++) {
      long at = in.position();
      String key = in.name(LONGEST_KEY, "key " + i);
      if (entries.put(key, entry(key)) != null) {
        throw in.error(at, "key " + GgufSource.quote(key) + " is there twice; keys must be unique");
      }
    }
    GgufMetadata metadata = new GgufMetadata(source, entries);
    int alignment = alignment(metadata);
    Map<String, Info> infos = new LinkedHashMap<>();
    for (int i = 0; i < tensorCount; i++) {
      Info info = tensor(i, alignment);
      if (infos.put(info.name(), info) != null) {
        throw in.error(
            info.at(), "tensor '" + info.name() + "' is there twice; names must be unique");
      }
    }
    long dataOffset = align(in.position(), alignment);
    return new GgufFile(source, version, alignment, dataOffset, metadata, place(infos, dataOffset));
  }

  static long align(long offset, int alignment) {
    return Math.addExact(offset, alignment - 1) & -alignment;
  }

  private int version() {
    int magic = in.i32("the magic");
    if (magic != MAGIC) {
      throw in.error(
          0,
          String.format(
              "not a GGUF file: it begins with %08x, expected \"GGUF\"", bigEndian(magic)));
    }
    int version = in.i32("the version");
    if (version == 2 || version == 3) {
      return version;
    }
    if ((version & 0xffff) == 0 && version != 0) {
      throw in.error(4, "a big-endian GGUF file; expected a little-endian one");
    }
    throw in.error(
        4,
        "GGUF version "
            + Integer.toUnsignedString(version)
            + " is not supported; expected 2 or 3: convert the model again");
  }

  private static int bigEndian(int value) {
    return Integer.reverseBytes(value);
  }

  private long count(String what, int smallest) {
    long at = in.position();
    long count = in.size("the number of " + what);
    if (count > MOST_ENTRIES) {
      throw in.error(at, "the number of " + what + " is " + count + "; at most " + MOST_ENTRIES);
    }
    if (count > in.remaining() / smallest) {
      throw in.error(
          at,
          "the file is truncated or the number of "
              + what
              + " is wrong: "
              + count
              + " don't fit into the "
              + in.remaining()
              + " bytes that follow");
    }
    return count;
  }

  private Entry entry(String key) {
    String what = "key " + GgufSource.quote(key);
    GgufValueType type = valueType(what, "type");
    if (type != GgufValueType.ARRAY) {
      return scalar(type, what);
    }
    GgufValueType elementType = valueType(what, "element type");
    if (elementType == GgufValueType.ARRAY) {
      throw in.error(in.position() - 4, what + " is an array of arrays; ggml reads flat ones only");
    }
    long at = in.position();
    long count = in.size("the length of " + what);
    if (count > Integer.MAX_VALUE - 16 || count > in.remaining() / elementType.minimumBytes()) {
      throw in.error(
          at,
          "the file is truncated or the length is wrong: "
              + what
              + " is an array of "
              + count
              + " elements, but "
              + in.remaining()
              + " bytes follow");
    }
    long offset = in.position();
    if (elementType == GgufValueType.STRING) {
      for (long i = 0; i < count; i++) {
        in.skip(in.size("the length of a string of " + what), what);
      }
    } else {
      in.skip(count * elementType.minimumBytes(), what);
    }
    return new Entry(type, elementType, count, offset, null);
  }

  private Entry scalar(GgufValueType type, String what) {
    if (type == GgufValueType.STRING) {
      long length = in.size("the length of " + what);
      long offset = in.position();
      if (length > GgufMetadata.HELD_STRING) {
        in.skip(length, what);
        return new Entry(type, null, length, offset, null);
      }
      String value = new String(in.bytes(length, what), StandardCharsets.UTF_8);
      return new Entry(type, null, length, offset, value);
    }
    long offset = in.position();
    Object value;
    if (type == GgufValueType.BOOL) {
      int flag = in.u8(what);
      if (flag > 1) {
        throw in.error(offset, what + " is a BOOL of value " + flag + "; expected 0 or 1");
      }
      value = flag == 1;
    } else if (type.floating()) {
      value = GgufMetadata.floating(in, type, what);
    } else {
      value = GgufMetadata.integer(in, type, what);
    }
    return new Entry(type, null, 1, offset, value);
  }

  private GgufValueType valueType(String what, String kind) {
    int id = in.i32("the " + kind + " of " + what);
    return GgufValueType.ofId(id)
        .orElseThrow(
            () ->
                in.error(
                    in.position() - 4,
                    what
                        + " has the unknown "
                        + kind
                        + " "
                        + Integer.toUnsignedString(id)
                        + "; expected 0 to 12"));
  }

  private int alignment(GgufMetadata metadata) {
    if (!metadata.has(ALIGNMENT_KEY)) {
      return DEFAULT_ALIGNMENT;
    }
    long alignment = metadata.requireUint32(ALIGNMENT_KEY);
    if (alignment < 8 || alignment > LARGEST_ALIGNMENT || Long.bitCount(alignment) != 1) {
      throw metadata.error(
          ALIGNMENT_KEY,
          "is " + alignment + "; expected a power of two from 8 to " + LARGEST_ALIGNMENT);
    }
    return (int) alignment;
  }

  private Info tensor(int index, int alignment) {
    long at = in.position();
    String name = in.name(LONGEST_TENSOR_NAME, "the name of tensor " + index);
    String what = "tensor '" + name + "'";
    long shapeAt = in.position();
    int dimensions = in.i32("the number of dimensions of " + what);
    if (dimensions < 1 || dimensions > 4) {
      throw in.error(
          shapeAt,
          what + " has " + Integer.toUnsignedString(dimensions) + " dimensions; expected 1 to 4");
    }
    long[] shape = new long[dimensions];
    long elements = 1;
    for (int i = 0; i < dimensions; i++) {
      long n = in.i64("the shape of " + what);
      if (n < 1) {
        throw in.error(
            in.position() - 8, what + " has " + n + " elements in dimension " + i + "; at least 1");
      }
      shape[i] = n;
      if (n > Long.MAX_VALUE / 512 / elements) {
        throw in.error(
            in.position() - 8, what + " overflows: dimension " + i + " of " + n + " is too large");
      }
      elements *= n;
    }
    long typeAt = in.position();
    int id = in.i32("the type of " + what);
    GgufType type =
        GgufType.ofId(id)
            .orElseThrow(
                () ->
                    in.error(
                        typeAt,
                        what
                            + " has the unknown ggml type "
                            + Integer.toUnsignedString(id)
                            + "; expected one of "
                            + Arrays.toString(GgufType.values())));
    if (shape[0] % type.blockSize() != 0) {
      throw in.error(
          shapeAt,
          what
              + " has rows of "
              + shape[0]
              + " elements; "
              + type
              + " needs a multiple of its block size "
              + type.blockSize());
    }
    long offsetAt = in.position();
    long offset = in.i64("the offset of " + what);
    if (offset % alignment != 0) {
      throw in.error(
          offsetAt,
          what
              + " has offset "
              + Long.toUnsignedString(offset)
              + ", not a multiple of the alignment "
              + alignment);
    }
    long bytes = elements / type.blockSize() * type.blockBytes();
    return new Info(name, type, shape, offset, bytes, at);
  }

  private Map<String, GgufTensor> place(Map<String, Info> infos, long dataOffset) {
    Map<String, GgufTensor> tensors = new LinkedHashMap<>();
    for (Info info : infos.values()) {
      long size = source.size();
      if (info.offset() < 0
          || info.offset() > size - dataOffset
          || info.bytes() > size - dataOffset - info.offset()) {
        throw outside(info, dataOffset);
      }
      tensors.put(
          info.name(),
          new GgufTensor(
              info.name(), info.type(), info.shape(), dataOffset + info.offset(), info.bytes()));
    }
    List<GgufTensor> sorted = new ArrayList<>(tensors.values());
    sorted.sort(Comparator.comparingLong(GgufTensor::offset));
    for (int i = 1; i < sorted.size(); i++) {
      GgufTensor before = sorted.get(i - 1);
      GgufTensor tensor = sorted.get(i);
      if (before.offset() + before.bytes() > tensor.offset()) {
        throw in.error(
            tensor.offset(),
            "tensors '"
                + before.name()
                + "' and '"
                + tensor.name()
                + "' overlap: the first ends at byte "
                + (before.offset() + before.bytes()));
      }
    }
    return tensors;
  }

  private ModelFormatException outside(Info info, long dataOffset) {
    return in.error(
        info.at(),
        "the file is truncated or the offset is wrong: tensor '"
            + info.name()
            + "' has "
            + info.bytes()
            + " bytes at offset "
            + Long.toUnsignedString(info.offset())
            + " of the data, which begins at byte "
            + dataOffset
            + ", but the file has "
            + source.size()
            + " bytes");
  }
}
