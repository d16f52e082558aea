package org.edgevlm.gguf.writer;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Puts a GGUF file together value by value, right or wrong. */
public final class RawGguf {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** Empty. */
  public RawGguf() {}

  /** Begins with a right magic and version. */
  public static RawGguf header(long tensors, long pairs) {
    return new RawGguf().ascii("GGUF").u32(3).u64(tensors).u64(pairs);
  }

  /** A file of one pair, whose value is to follow. */
  public static RawGguf pair(String key, int type) {
    return header(0, 1).text(key).u32(type);
  }

  /** A file with one tensor of F32 [8] and its data. */
  public static RawGguf tensor(String name, int dimensions, long... rest) {
    RawGguf raw = header(1, 0).text(name).u32(dimensions);
    for (long n : rest) {
      raw.u64(n);
    }
    return raw;
  }

  public RawGguf ascii(String text) {
    out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    return this;
  }

  public RawGguf u8(int value) {
    out.write(value);
    return this;
  }

  public RawGguf u32(int value) {
    return buffer(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value));
  }

  public RawGguf u64(long value) {
    return buffer(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value));
  }

  public RawGguf text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return u64(bytes.length).bytes(bytes);
  }

  public RawGguf bytes(byte... bytes) {
    out.writeBytes(bytes);
    return this;
  }

  /** One tensor's info of one dimension. */
  public RawGguf info(String name, long elements, int type, long offset) {
    return text(name).u32(1).u64(elements).u32(type).u64(offset);
  }

  /** Pads to the alignment and adds zero bytes. */
  public RawGguf data(int bytes) {
    return pad().bytes(new byte[bytes]);
  }

  public RawGguf pad() {
    return bytes(new byte[-out.size() & 31]);
  }

  public byte[] toBytes() {
    return out.toByteArray();
  }

  private RawGguf buffer(ByteBuffer buffer) {
    return bytes(buffer.array());
  }
}
