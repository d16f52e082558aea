package org.edgevlm.dist.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.edgevlm.gguf.GgufType;

/** A GGUF file taken apart, so that any part of its header can be made wrong. */
final class GgufImage {

  private static final int ALIGNMENT = 32;
  private static final int STRING = 8;
  private static final int ARRAY = 9;
  private static final int[] BYTES = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

  /** More data than this isn't written for a tensor that was made larger. */
  private static final long MOST_DATA = 1 << 24;

  /** A key with its value as it stands in the file. */
  record Pair(String key, int type, byte[] value) {}

  /** A tensor's info, and the bytes it had. */
  record Tensor(String name, long[] shape, int type, long offset, byte[] data) {}

  final List<Pair> pairs = new ArrayList<>();
  final List<Tensor> tensors = new ArrayList<>();
  int version;
  Optional<Long> pairCount = Optional.empty();
  Optional<Long> tensorCount = Optional.empty();

  /** Whether tensors are placed anew, one after the other, when the file is written. */
  boolean placed = true;

  private final ByteBuffer in;

  /** Takes a right file apart. */
  GgufImage(byte[] file) {
    in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).position(4);
    version = in.getInt();
    long tensorsIn = in.getLong();
    long pairsIn = in.getLong();
    for (long i = 0; i < pairsIn; i++) {
      String key = text();
      int type = in.getInt();
      int start = in.position();
      skip(type);
      pairs.add(new Pair(key, type, part(start, in.position() - start)));
    }
    List<Tensor> infos = new ArrayList<>();
    for (long i = 0; i < tensorsIn; i++) {
      String name = text();
      long[] shape = new long[in.getInt()];
      for (int d = 0; d < shape.length; d++) {
        shape[d] = in.getLong();
      }
      infos.add(new Tensor(name, shape, in.getInt(), in.getLong(), new byte[0]));
    }
    int from = align(in.position());
    for (Tensor info : infos) {
      byte[] data = part(from + (int) info.offset(), (int) size(info));
      tensors.add(new Tensor(info.name(), info.shape(), info.type(), info.offset(), data));
    }
  }

  private String text() {
    byte[] text = new byte[(int) in.getLong()];
    in.get(text);
    return new String(text, StandardCharsets.UTF_8);
  }

  private void skip(int type) {
    if (type == STRING) {
      text();
    } else if (type == ARRAY) {
      int element = in.getInt();
      long count = in.getLong();
      for (long i = 0; i < count; i++) {
        skip(element);
      }
    } else {
      in.position(in.position() + BYTES[type]);
    }
  }

  private byte[] part(int from, int length) {
    byte[] part = new byte[length];
    in.duplicate().position(from).get(part);
    return part;
  }

  private static int align(int offset) {
    return (offset + ALIGNMENT - 1) & -ALIGNMENT;
  }

  /** The bytes that a tensor's type and shape ask for; those it has where they make no sense. */
  private static long size(Tensor tensor) {
    double elements = 1;
    for (long n : tensor.shape()) {
      elements *= n;
    }
    Optional<GgufType> type = GgufType.ofId(tensor.type());
    if (type.isEmpty() || !(elements > 0 && elements < MOST_DATA)) {
      return tensor.data().length;
    }
    return (long) elements / type.get().blockSize() * type.get().blockBytes();
  }

  /** The place of a key in {@link #pairs}, or -1. */
  int pair(String key) {
    for (int i = 0; i < pairs.size(); i++) {
      if (pairs.get(i).key().equals(key)) {
        return i;
      }
    }
    return -1;
  }

  /** Sets a key, in its place if there is one. */
  void set(Pair pair) {
    int at = pair(pair.key());
    if (at < 0) {
      pairs.add(pair);
    } else {
      pairs.set(at, pair);
    }
  }

  /** The place of a tensor in {@link #tensors}, or -1. */
  int tensor(String name) {
    for (int i = 0; i < tensors.size(); i++) {
      if (tensors.get(i).name().equals(name)) {
        return i;
      }
    }
    return -1;
  }

  /** The file. */
  byte[] write() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(
        le(20)
            .putInt(version)
            .putLong(tensorCount.orElse((long) tensors.size()))
            .putLong(pairCount.orElse((long) pairs.size()))
            .array());
    for (Pair pair : pairs) {
      out.writeBytes(bytes(pair.key()));
      out.writeBytes(le(4).putInt(pair.type()).array());
      out.writeBytes(pair.value());
    }
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    for (Tensor tensor : tensors) {
      out.writeBytes(bytes(tensor.name()));
      ByteBuffer info = le(16 + 8 * tensor.shape().length).putInt(tensor.shape().length);
      for (long n : tensor.shape()) {
        info.putLong(n);
      }
      info.putInt(tensor.type()).putLong(placed ? data.size() : tensor.offset());
      out.writeBytes(info.array());
      long size = placed ? size(tensor) : tensor.data().length;
      data.writeBytes(Arrays.copyOf(tensor.data(), (int) size));
      data.writeBytes(new byte[align(data.size()) - data.size()]);
    }
    out.writeBytes(new byte[align(out.size()) - out.size()]);
    out.writeBytes(data.toByteArray());
    return out.toByteArray();
  }

  /** A text with its length. */
  static byte[] bytes(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return le(8 + utf8.length).putLong(utf8.length).put(utf8).array();
  }

  /** A number of a type's width; a type that isn't one's gets four bytes. */
  static byte[] number(int type, long value) {
    int width = type >= 0 && type < BYTES.length ? BYTES[type] : 4;
    return Arrays.copyOf(le(8).putLong(value).array(), width == 0 ? 8 : width);
  }

  static ByteBuffer le(int capacity) {
    return ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
  }
}
