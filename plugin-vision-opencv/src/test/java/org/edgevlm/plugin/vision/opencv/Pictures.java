package org.edgevlm.plugin.vision.opencv;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import javax.imageio.ImageIO;
import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.opencv.core.MatOfByte;
import org.opencv.core.MatOfInt;
import org.opencv.imgcodecs.Imgcodecs;

/** Test pictures and files of them. */
final class Pictures {

  private Pictures() {}

  /** Smooth colours with some noise: sharp enough to notice a shift by a fraction of a pixel. */
  static BufferedImage noisy(int width, int height, long seed) {
    Random random = new Random(seed);
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int red = 255 * x / Math.max(1, width - 1);
        int green = 255 * y / Math.max(1, height - 1);
        int blue = random.nextInt(256);
        if (random.nextInt(4) == 0) {
          red = random.nextInt(256);
        }
        image.setRGB(x, y, red << 16 | green << 8 | blue);
      }
    }
    return image;
  }

  /** Colours that change slowly and differ in every corner: lossy formats keep them. */
  static BufferedImage smooth(int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int red = 30 + 200 * x / width;
        int green = 30 + 200 * y / height;
        image.setRGB(x, y, red << 16 | green << 8 | 90);
      }
    }
    return image;
  }

  /** Random colours and alphas, with fully opaque and fully transparent pixels among them. */
  static BufferedImage transparent(int width, int height, long seed) {
    Random random = new Random(seed);
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int alpha =
            switch (random.nextInt(4)) {
              case 0 -> 0;
              case 1 -> 255;
              default -> random.nextInt(256);
            };
        image.setRGB(x, y, alpha << 24 | random.nextInt(1 << 24));
      }
    }
    return image;
  }

  /** A file written by ImageIO. */
  static byte[] encode(BufferedImage image, String format) {
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      if (!ImageIO.write(image, format, out)) {
        throw new IllegalArgumentException("ImageIO doesn't write " + format);
      }
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A WebP written by OpenCV; quality above 100 is lossless. */
  static byte[] webp(BufferedImage image, int quality) {
    boolean alpha = image.getColorModel().hasAlpha();
    int channels = alpha ? 4 : 3;
    byte[] samples = new byte[image.getWidth() * image.getHeight() * channels];
    for (int i = 0; i < image.getWidth() * image.getHeight(); i++) {
      int argb = image.getRGB(i % image.getWidth(), i / image.getWidth());
      for (int c = 0; c < channels; c++) {
        samples[i * channels + c] = (byte) (argb >> 8 * c);
      }
    }
    Mat mat = new Mat(image.getHeight(), image.getWidth(), CvType.CV_8UC(channels));
    mat.put(0, 0, samples);
    MatOfByte file = new MatOfByte();
    MatOfInt parameters = new MatOfInt(Imgcodecs.IMWRITE_WEBP_QUALITY, quality);
    if (!Imgcodecs.imencode(".webp", mat, file, parameters)) {
      throw new IllegalStateException("OpenCV wrote no WebP");
    }
    return file.toArray();
  }

  /** A TIFF block with an orientation, big-endian. */
  static byte[] exif(int orientation) {
    return concat(
        ascii("MM\0*\0\0\0\u0008\0\u0001\u0001\u0012\0\u0003\0\0\0\u0001\0"),
        new byte[] {(byte) orientation, 0, 0, 0, 0, 0, 0});
  }

  /** A JPEG with an EXIF block behind its first marker. */
  static byte[] jpegWithExif(byte[] jpeg, byte[] tiff) {
    int length = tiff.length + 8;
    return concat(
        slice(jpeg, 0, 2),
        new byte[] {(byte) 0xff, (byte) 0xe1, (byte) (length >> 8), (byte) length},
        ascii("Exif\0\0"),
        tiff,
        slice(jpeg, 2, jpeg.length));
  }

  /** A WebP in the extended format, with an EXIF block at its end. */
  static byte[] webpWithExif(byte[] webp, int width, int height, byte[] tiff) {
    byte[] body =
        concat(
            ascii("WEBPVP8X"),
            le32(10),
            le32(0x08),
            slice(le32(width - 1), 0, 3),
            slice(le32(height - 1), 0, 3),
            slice(webp, 12, webp.length),
            ascii("EXIF"),
            le32(tiff.length),
            tiff,
            new byte[tiff.length & 1]);
    return concat(ascii("RIFF"), le32(body.length), body);
  }

  static byte[] le32(long value) {
    return new byte[] {
      (byte) value, (byte) (value >> 8), (byte) (value >> 16), (byte) (value >> 24)
    };
  }

  static byte[] le16(int value) {
    return new byte[] {(byte) value, (byte) (value >> 8)};
  }

  static byte[] be32(long value) {
    return ByteBuffer.allocate(4).putInt((int) value).array();
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  static byte[] slice(byte[] data, int from, int to) {
    return java.util.Arrays.copyOfRange(data, from, to);
  }

  static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  static byte[] resource(String name) {
    try (var in = Pictures.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
