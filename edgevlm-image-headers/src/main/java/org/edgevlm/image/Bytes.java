package org.edgevlm.image;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import org.edgevlm.spi.vision.ImageException;
import org.edgevlm.spi.vision.ImageException.Reason;

/**
 * A file's bytes, read at absolute offsets. Reading outside them is an {@link ImageException} that
 * says where the file ends.
 */
public final class Bytes {

  private final ByteBuffer data;

  /** The bytes from position to limit; neither is changed. */
  public Bytes(ByteBuffer encoded) {
    data = encoded.slice();
  }

  /** How many there are. */
  public int length() {
    return data.limit();
  }

  /** The bytes from offset 0 to the end, not copied. */
  public ByteBuffer buffer() {
    return data.duplicate();
  }

  /** Makes sure that {@code count} bytes follow {@code offset}. */
  public void require(long offset, long count) {
    if (offset < 0 || count < 0 || offset + count > length()) {
      throw corrupt("truncated: " + (offset + count) + " bytes are needed, there are " + length());
    }
  }

  /** An unsigned byte. */
  public int u8(long offset) {
    require(offset, 1);
    return data.get((int) offset) & 0xff;
  }

  /** Two bytes, the high one first. */
  public int u16be(long offset) {
    return u8(offset) << 8 | u8(offset + 1);
  }

  /** Two bytes, the low one first. */
  public int u16le(long offset) {
    return u8(offset) | u8(offset + 1) << 8;
  }

  /** Three bytes, the low one first. */
  public int u24le(long offset) {
    return u16le(offset) | u8(offset + 2) << 16;
  }

  /** Four bytes, the high one first, unsigned. */
  public long u32be(long offset) {
    return (long) u16be(offset) << 16 | u16be(offset + 2);
  }

  /** Four bytes, the low one first, unsigned. */
  public long u32le(long offset) {
    return u16le(offset) | (long) u16le(offset + 2) << 16;
  }

  /** Whether these ASCII characters are at an offset; not where the file is too short for them. */
  public boolean has(long offset, String ascii) {
    byte[] wanted = ascii.getBytes(StandardCharsets.ISO_8859_1);
    if (offset + wanted.length > length()) {
      return false;
    }
    for (int i = 0; i < wanted.length; i++) {
      if (data.get((int) offset + i) != wanted[i]) {
        return false;
      }
    }
    return true;
  }

  /** A copy of some bytes, for blocks whose size is bounded. */
  public byte[] copy(long offset, int count) {
    require(offset, count);
    byte[] copy = new byte[count];
    data.get((int) offset, copy);
    return copy;
  }

  /** The CRC-32 of some bytes. */
  public long crc32(long offset, long count) {
    require(offset, count);
    CRC32 crc = new CRC32();
    crc.update(data.slice((int) offset, (int) count));
    return crc.getValue();
  }

  /** The error for a file that is broken. */
  public static ImageException corrupt(String what) {
    return new ImageException(Reason.CORRUPT, "the image is broken: " + what);
  }

  /** The error for a file that is of no supported kind. */
  public static ImageException unsupported(String what) {
    return new ImageException(Reason.UNSUPPORTED, "the image can't be read: " + what);
  }
}
