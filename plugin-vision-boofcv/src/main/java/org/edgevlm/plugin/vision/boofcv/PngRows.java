package org.edgevlm.plugin.vision.boofcv;

import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.edgevlm.image.Bytes;

/**
 * The rows of a PNG: its pixel chunks joined, inflated one row at a time, and the row filters
 * undone. Holds two rows, whatever the data would grow to.
 */
final class PngRows implements AutoCloseable {

  private final Bytes bytes;
  private final Inflater inflater = new Inflater();
  private long chunk;
  private byte[] row = new byte[0];
  private byte[] above = new byte[0];
  private int pixel;

  /**
   * Rows of a verified file.
   *
   * @param firstChunk the offset of the chunk behind the header
   */
  PngRows(Bytes bytes, long firstChunk) {
    this.bytes = bytes;
    this.chunk = firstChunk;
    while (!bytes.has(chunk + 4, "IDAT")) {
      chunk = end();
    }
    feed();
  }

  private long end() {
    return chunk + bytes.u32be(chunk) + 12;
  }

  private void feed() {
    ByteBuffer data = bytes.buffer();
    data.position((int) chunk + 8).limit((int) (chunk + 8 + bytes.u32be(chunk)));
    inflater.setInput(data);
  }

  /**
   * Begins an image, or a pass of an interlaced one.
   *
   * @param rowBytes bytes of a row, without the filter's
   * @param pixelBytes bytes from a sample to the one left of it, at least 1
   */
  void startPass(int rowBytes, int pixelBytes) {
    row = new byte[rowBytes];
    above = new byte[rowBytes];
    pixel = pixelBytes;
  }

  /** The next row, until this is called again. */
  byte[] next() {
    byte[] swap = above;
    above = row;
    row = swap;
    byte[] filter = new byte[1];
    fill(filter);
    fill(row);
    switch (filter[0]) {
      case 0 -> {}
      case 1 -> sub();
      case 2 -> up();
      case 3 -> average();
      case 4 -> paeth();
      default -> throw Bytes.corrupt("PNG row filter " + (filter[0] & 0xff));
    }
    return row;
  }

  private void fill(byte[] target) {
    int at = 0;
    try {
      while (at < target.length) {
        int count = inflater.inflate(target, at, target.length - at);
        at += count;
        if (count == 0) {
          if (inflater.finished() || inflater.needsDictionary()) {
            throw Bytes.corrupt("the PNG's data hold too few pixels");
          }
          nextChunk();
        }
      }
    } catch (DataFormatException e) {
      throw Bytes.corrupt("the PNG's data aren't compressed as they should be");
    }
  }

  private void nextChunk() {
    chunk = end();
    if (!bytes.has(chunk + 4, "IDAT")) {
      throw Bytes.corrupt("the PNG's data hold too few pixels");
    }
    feed();
  }

  private void sub() {
    for (int i = pixel; i < row.length; i++) {
      row[i] += row[i - pixel];
    }
  }

  private void up() {
    for (int i = 0; i < row.length; i++) {
      row[i] += above[i];
    }
  }

  private void average() {
    for (int i = 0; i < row.length; i++) {
      int left = i < pixel ? 0 : row[i - pixel] & 0xff;
      row[i] += (byte) (left + (above[i] & 0xff) >> 1);
    }
  }

  private void paeth() {
    for (int i = 0; i < row.length; i++) {
      int left = i < pixel ? 0 : row[i - pixel] & 0xff;
      int up = above[i] & 0xff;
      int corner = i < pixel ? 0 : above[i - pixel] & 0xff;
      int toLeft = Math.abs(up - corner);
      int toUp = Math.abs(left - corner);
      int toCorner = Math.abs(left + up - 2 * corner);
      int nearest = toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
      row[i] += (byte) nearest;
    }
  }

  @Override
  public void close() {
    inflater.end();
  }
}
