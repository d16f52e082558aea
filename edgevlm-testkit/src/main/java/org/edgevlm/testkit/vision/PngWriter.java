package org.edgevlm.testkit.vision;

import static org.edgevlm.testkit.vision.Pictures.ascii;
import static org.edgevlm.testkit.vision.Pictures.be32;
import static org.edgevlm.testkit.vision.Pictures.concat;

import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Writes PNG files chunk by chunk: any depth and colour type, and broken ones. */
public final class PngWriter {

  static final byte[] SIGNATURE = ascii("\u0089PNG\r\n\u001a\n");

  private PngWriter() {}

  /** A whole file; {@code rows} are the packed samples without filter bytes. */
  public static byte[] file(
      int width, int height, int depth, int colorType, byte[][] rows, byte[]... extraChunks) {
    return concat(
        SIGNATURE,
        header(width, height, depth, colorType),
        concat(extraChunks),
        chunk("IDAT", deflate(rows)),
        chunk("IEND", new byte[0]));
  }

  /** The header chunk. */
  public static byte[] header(long width, long height, int depth, int colorType) {
    byte[] tail = {(byte) depth, (byte) colorType, 0, 0, 0};
    return chunk("IHDR", concat(be32(width), be32(height), tail));
  }

  /** Any chunk, with its check sum. */
  public static byte[] chunk(String type, byte[] data) {
    CRC32 crc = new CRC32();
    crc.update(ascii(type));
    crc.update(data);
    return concat(be32(data.length), ascii(type), data, be32(crc.getValue()));
  }

  /** Rows with filter 0 each, compressed. */
  public static byte[] deflate(byte[][] rows) {
    byte[] all = new byte[0];
    for (byte[] row : rows) {
      all = concat(all, new byte[1], row);
    }
    Deflater deflater = new Deflater(9);
    deflater.setInput(all);
    deflater.finish();
    byte[] out = new byte[all.length + 1000];
    int length = deflater.deflate(out);
    deflater.end();
    return Pictures.slice(out, 0, length);
  }
}
