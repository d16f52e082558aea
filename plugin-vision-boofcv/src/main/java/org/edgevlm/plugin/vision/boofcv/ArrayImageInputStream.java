package org.edgevlm.plugin.vision.boofcv;

import javax.imageio.stream.ImageInputStreamImpl;

/** Bytes in memory as ImageIO reads them: without its cache, be it in memory or on disk. */
final class ArrayImageInputStream extends ImageInputStreamImpl {

  private final byte[] data;

  ArrayImageInputStream(byte[] data) {
    this.data = data;
  }

  @Override
  public int read() {
    bitOffset = 0;
    return streamPos < data.length ? data[(int) streamPos++] & 0xff : -1;
  }

  @Override
  public int read(byte[] target, int offset, int length) {
    bitOffset = 0;
    if (streamPos >= data.length) {
      return -1;
    }
    int count = Math.min(length, data.length - (int) streamPos);
    System.arraycopy(data, (int) streamPos, target, offset, count);
    streamPos += count;
    return count;
  }

  @Override
  public long length() {
    return data.length;
  }
}
