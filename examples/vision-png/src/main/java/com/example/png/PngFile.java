package com.example.png;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import org.edgevlm.spi.vision.ImageException;
import org.edgevlm.spi.vision.ImageFormat;
import org.edgevlm.spi.vision.ImageHeader;
import org.edgevlm.spi.vision.ImageLimits;

/**
 * The chunks of a PNG file, as far as they matter: size, orientation, and whether they are whole.
 *
 * @param header what the file says of itself, with the size that it has upright
 * @param clearGrey of a grey picture, the shade from 0 to 1 that stands for transparent; -1 for
 *     none
 * @param bytes the whole file, from position to limit
 */
record PngFile(ImageHeader header, float clearGrey, ByteBuffer bytes) {

  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

  /** Length, type and check sum: what a chunk has beside its data. */
  private static final int FRAME = 12;

  private static final int IHDR_LENGTH = 13;

  /** Where these two bytes of IHDR lie in the file. */
  private static final int BIT_DEPTH = 24;

  private static final int COLOR_TYPE = 25;

  private static final int GREY = 0;
  private static final int PALETTE = 3;

  /** No shade of grey. */
  private static final int NONE = -1;

  /**
   * Walks through the chunks. Nothing is decoded, and nothing is allocated but a copy of the EXIF
   * block.
   *
   * @throws ImageException if this is no PNG, or one that breaks off
   */
  static PngFile read(ByteBuffer encoded) {
    ByteBuffer bytes = encoded.slice().order(ByteOrder.BIG_ENDIAN);
    checkSignature(bytes);
    int width = 0;
    int height = 0;
    int orientation = ExifOrientation.UPRIGHT;
    float clearGrey = NONE;
    int at = SIGNATURE.length;
    while (true) {
      int length = dataLength(bytes, at);
      String type = type(bytes, at);
      if ((at == SIGNATURE.length) != type.equals("IHDR")) {
        throw corrupt("its first chunk, and no other, must be IHDR");
      }
      if (type.equals("IHDR")) {
        if (length != IHDR_LENGTH) {
          throw corrupt("IHDR has " + length + " bytes, not " + IHDR_LENGTH);
        }
        width = bytes.getInt(at + 8);
        height = bytes.getInt(at + 12);
      } else if (type.equals("eXIf") && length <= 1 << 16) {
        byte[] exif = new byte[length];
        bytes.get(at + 8, exif);
        orientation = ExifOrientation.read(exif);
      } else if (type.equals("tRNS") && bytes.get(COLOR_TYPE) == GREY && length == 2) {
        float white = (1 << bytes.get(BIT_DEPTH)) - 1;
        clearGrey = (bytes.getShort(at + 8) & 0xFFFF) / white;
      } else if (type.equals("IEND")) {
        return new PngFile(header(width, height, orientation), clearGrey, bytes);
      }
      at += FRAME + length;
    }
  }

  private static void checkSignature(ByteBuffer bytes) {
    for (int i = 0; i < SIGNATURE.length; i++) {
      if (i == bytes.limit()) {
        throw corrupt("it has " + i + " bytes");
      }
      if (bytes.get(i) != SIGNATURE[i]) {
        throw new ImageException(
            ImageException.Reason.UNSUPPORTED, "not a PNG, the only format that 'png' reads");
      }
    }
  }

  private static ImageHeader header(int width, int height, int orientation) {
    if (width < 1 || height < 1) {
      throw corrupt("its size is " + width + "×" + height);
    }
    boolean turned = orientation >= 5;
    return new ImageHeader(
        ImageFormat.PNG, turned ? height : width, turned ? width : height, orientation);
  }

  /**
   * Refuses what is larger than a limit, or than Java's memory is for: decoded, a picture may take
   * half of it.
   *
   * @throws ImageException with {@link ImageException.Reason#TOO_LARGE}
   */
  void check(ImageLimits limits) {
    limits.check(header, bytes.limit());
    int type = bytes.get(COLOR_TYPE);
    int channels = type == PALETTE ? 1 : 1 + (type & 2) + (type >> 2 & 1);
    int bits = bytes.get(BIT_DEPTH) * channels;
    long decoded = (long) header.width() * header.height() * Math.max(8, bits) / 8;
    long most = Runtime.getRuntime().maxMemory() / 2;
    if (decoded > most) {
      throw new ImageException(
          ImageException.Reason.TOO_LARGE,
          "the image takes "
              + decoded
              + " bytes when decoded, and half of Java's memory is "
              + most
              + ": raise it with EDGEVLM_JAVA_OPTS=-Xmx…");
    }
  }

  /** Compares each chunk's check sum, since ImageIO doesn't. */
  void checkSums() {
    int at = SIGNATURE.length;
    while (at < bytes.limit()) {
      int length = dataLength(bytes, at);
      CRC32 crc = new CRC32();
      crc.update(bytes.slice(at + 4, 4 + length));
      if ((int) crc.getValue() != bytes.getInt(at + 8 + length)) {
        throw corrupt("chunk " + type(bytes, at) + " doesn't fit its check sum");
      }
      if (type(bytes, at).equals("IEND")) {
        return;
      }
      at += FRAME + length;
    }
  }

  /** The length of a chunk's data, all of which lies inside the file. */
  private static int dataLength(ByteBuffer bytes, int at) {
    int left = bytes.limit() - at - FRAME;
    if (left < 0) {
      throw corrupt("it breaks off before IEND");
    }
    int length = bytes.getInt(at);
    if (length < 0 || length > left) {
      throw corrupt("a chunk is said to have " + Integer.toUnsignedString(length) + " bytes");
    }
    return length;
  }

  private static String type(ByteBuffer bytes, int at) {
    byte[] name = new byte[4];
    bytes.get(at + 4, name);
    return new String(name, StandardCharsets.ISO_8859_1);
  }

  static ImageException corrupt(String what) {
    return new ImageException(ImageException.Reason.CORRUPT, "the PNG is broken: " + what);
  }
}
