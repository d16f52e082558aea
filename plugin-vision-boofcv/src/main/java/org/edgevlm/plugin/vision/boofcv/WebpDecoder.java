package org.edgevlm.plugin.vision.boofcv;

import boofcv.struct.image.GrayU8;
import boofcv.struct.image.Planar;
import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.imageio.ImageReader;
import org.edgevlm.image.Bytes;
import org.edgevlm.image.ImageFile;
import org.edgevlm.spi.vision.Normalization;

/**
 * Decodes WebP with TwelveMonkeys' reader, which gets a file with the picture and its alpha alone:
 * profiles, EXIF and XMP stay out of it.
 *
 * <p>Chroma of lossy files is repeated and not interpolated, so single pixels at edges of strong
 * colour differ from libwebp's.
 */
final class WebpDecoder {

  private static final int ALPHA_FLAG = 0x10;
  private static final int FIRST_CHUNK = 12;

  private final ImageFile file;
  private final Canvas canvas;

  WebpDecoder(ImageFile file, Normalization background) {
    this.file = file;
    this.canvas = new Canvas(file.image(), background);
  }

  Planar<GrayU8> decode() throws IOException {
    Raster raster = read(pictureAlone());
    int width = raster.getWidth();
    int bands = raster.getNumBands();
    if (width != file.image().width() || raster.getHeight() != file.image().height()) {
      throw Bytes.corrupt("its pixels are " + width + "×" + raster.getHeight());
    }
    int[] row = new int[width * bands];
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getPixels(0, y, width, 1, row);
      for (int x = 0; x < width; x++) {
        int at = x * bands;
        int alpha = bands == 4 ? row[at + 3] : 255;
        canvas.paint(y * width + x, row[at], row[at + 1], row[at + 2], alpha, 255);
      }
    }
    return canvas.planes();
  }

  private static Raster read(byte[] webp) throws IOException {
    ImageReader reader = new WebPImageReaderSpi().createReaderInstance(null);
    try {
      reader.setInput(new ArrayImageInputStream(webp), true, true);
      return reader.read(0).getRaster();
    } finally {
      reader.dispose();
    }
  }

  private byte[] pictureAlone() {
    Bytes bytes = file.bytes();
    byte[] alpha = new byte[0];
    for (long at = FIRST_CHUNK; ; ) {
      long length = bytes.u32le(at + 4);
      long padded = length + (length & 1);
      if (bytes.has(at, "VP8L")) {
        return riff(chunk(at, length));
      }
      if (bytes.has(at, "VP8 ")) {
        byte[] picture = chunk(at, length);
        return alpha.length == 0 ? riff(picture) : riff(extended(), alpha, picture);
      }
      if (bytes.has(at, "ALPH")) {
        alpha = chunk(at, length);
      }
      at += 8 + padded;
    }
  }

  /** A chunk with its padding, which the end of a file may lack. */
  private byte[] chunk(long at, long length) {
    byte[] stored = file.bytes().copy(at, (int) length + 8);
    return Arrays.copyOf(stored, stored.length + (stored.length & 1));
  }

  private byte[] extended() {
    ByteBuffer chunk = ByteBuffer.allocate(18).order(ByteOrder.LITTLE_ENDIAN);
    chunk.put(ascii("VP8X")).putInt(10).putInt(ALPHA_FLAG);
    put24(chunk, file.image().width() - 1);
    put24(chunk, file.image().height() - 1);
    return chunk.array();
  }

  private static void put24(ByteBuffer target, int value) {
    target.put((byte) value).put((byte) (value >> 8)).put((byte) (value >> 16));
  }

  private static byte[] riff(byte[]... chunks) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(ascii("WEBP"));
    for (byte[] chunk : chunks) {
      body.writeBytes(chunk);
    }
    ByteBuffer file = ByteBuffer.allocate(body.size() + 8).order(ByteOrder.LITTLE_ENDIAN);
    return file.put(ascii("RIFF")).putInt(body.size()).put(body.toByteArray()).array();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
