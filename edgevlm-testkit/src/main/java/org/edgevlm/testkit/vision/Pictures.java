package org.edgevlm.testkit.vision;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** Test pictures and files of them. */
public final class Pictures {

  private Pictures() {}

  /** Smooth colours with some noise: sharp enough to notice a shift by a fraction of a pixel. */
  public static BufferedImage noisy(int width, int height, long seed) {
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
  public static BufferedImage smooth(int width, int height) {
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

  /** Slowly changing colours under an alpha that falls from top to bottom. */
  public static BufferedImage smoothAlpha(int width, int height) {
    BufferedImage opaque = smooth(width, height);
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int alpha = 255 - 200 * y / height;
        image.setRGB(x, y, alpha << 24 | opaque.getRGB(x, y) & 0xffffff);
      }
    }
    return image;
  }

  /** Random colours and alphas, with fully opaque and fully transparent pixels among them. */
  public static BufferedImage transparent(int width, int height, long seed) {
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
  public static byte[] encode(BufferedImage image, String format) {
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

  /** A PNG in Adam7's seven passes. */
  public static byte[] interlacedPng(BufferedImage image) {
    return progressive(image, "png");
  }

  /** A JPEG whose coefficients come in several scans. */
  public static byte[] progressiveJpeg(BufferedImage image) {
    return progressive(image, "jpeg");
  }

  private static byte[] progressive(BufferedImage image, String format) {
    ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
    ImageWriteParam parameters = writer.getDefaultWriteParam();
    parameters.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ImageOutputStream stream = ImageIO.createImageOutputStream(out)) {
      writer.setOutput(stream);
      writer.write(null, new IIOImage(image, null, null), parameters);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      writer.dispose();
    }
    return out.toByteArray();
  }

  /** What ImageIO reads. */
  public static BufferedImage decode(byte[] file) {
    try {
      return ImageIO.read(new ByteArrayInputStream(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A TIFF block with an orientation, big-endian. */
  public static byte[] exif(int orientation) {
    return concat(
        ascii("MM\0*\0\0\0\u0008\0\u0001\u0001\u0012\0\u0003\0\0\0\u0001\0"),
        new byte[] {(byte) orientation, 0, 0, 0, 0, 0, 0});
  }

  /**
   * A JPEG of ImageIO's, whose three components are called otherwise.
   *
   * @param transform of an Adobe segment in the place of JFIF's; none where negative
   * @param names one character for each component
   */
  public static byte[] jpegOfComponents(byte[] jpeg, int transform, String names) {
    int jfif = 4 + jpeg[5];
    byte[] adobe =
        concat(ascii("\u00ff\u00ee\0\u000eAdobe\0\u0064\0\0\0\0"), new byte[] {(byte) transform});
    byte[] rest = slice(jpeg, jfif, jpeg.length);
    byte[] ids = names.equals("123") ? new byte[] {1, 2, 3} : ascii(names);
    for (int at = 0; ; at += 2 + ((rest[at + 2] & 0xff) << 8 | rest[at + 3] & 0xff)) {
      int marker = rest[at + 1] & 0xff;
      if (marker == 0xc0) {
        for (int i = 0; i < 3; i++) {
          rest[at + 10 + 3 * i] = ids[i];
        }
      } else if (marker == 0xda) {
        for (int i = 0; i < 3; i++) {
          rest[at + 5 + 2 * i] = ids[i];
        }
        return concat(slice(jpeg, 0, 2), transform < 0 ? new byte[0] : adobe, rest);
      }
    }
  }

  /** A JPEG with an EXIF block behind its first marker. */
  public static byte[] jpegWithExif(byte[] jpeg, byte[] tiff) {
    int length = tiff.length + 8;
    return concat(
        slice(jpeg, 0, 2),
        new byte[] {(byte) 0xff, (byte) 0xe1, (byte) (length >> 8), (byte) length},
        ascii("Exif\0\0"),
        tiff,
        slice(jpeg, 2, jpeg.length));
  }

  /** A PNG with an EXIF block behind its header. */
  public static byte[] pngWithExif(byte[] png, byte[] tiff) {
    return concat(slice(png, 0, 33), PngWriter.chunk("eXIf", tiff), slice(png, 33, png.length));
  }

  /** A WebP in the extended format, with an EXIF block at its end. */
  public static byte[] webpWithExif(byte[] webp, int width, int height, byte[] tiff) {
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

  /** Four bytes, the low one first. */
  public static byte[] le32(long value) {
    return new byte[] {
      (byte) value, (byte) (value >> 8), (byte) (value >> 16), (byte) (value >> 24)
    };
  }

  /** Two bytes, the low one first. */
  public static byte[] le16(int value) {
    return new byte[] {(byte) value, (byte) (value >> 8)};
  }

  /** Four bytes, the high one first. */
  public static byte[] be32(long value) {
    return ByteBuffer.allocate(4).putInt((int) value).array();
  }

  /** The bytes of Latin-1 characters. */
  public static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Bytes from one offset to before another. */
  public static byte[] slice(byte[] data, int from, int to) {
    return Arrays.copyOfRange(data, from, to);
  }

  /** Parts, one after another. */
  public static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  /** One of the test kit's own files: the pictures that no Java writer makes. */
  public static byte[] resource(String name) {
    try (var in = Pictures.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
