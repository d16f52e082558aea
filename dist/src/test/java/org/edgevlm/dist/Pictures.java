package org.edgevlm.dist;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;

/** Pictures to ask about, good and bad. */
final class Pictures {

  /** What the default model sees at the bottom left of the README's picture. */
  static final String BOTTOM_LEFT = "a balloon";

  private Pictures() {}

  /** A scene of the default model's kind. */
  static Path scene(int number) {
    return Program.SCENES.resolve(String.format(Locale.ROOT, "%03d.jpg", number));
  }

  /** A red circle on a white background, as PNG. */
  static byte[] redCircle() throws IOException {
    return drawn("png");
  }

  /** A picture in a format that nobody asked for. */
  static byte[] gif() throws IOException {
    return drawn("gif");
  }

  private static byte[] drawn(String format) throws IOException {
    BufferedImage image = new BufferedImage(160, 160, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, 160, 160);
    graphics.setColor(Color.RED);
    graphics.fillOval(40, 40, 80, 80);
    graphics.dispose();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    if (!ImageIO.write(image, format, bytes)) {
      throw new IOException("no writer for " + format);
    }
    return bytes.toByteArray();
  }

  /** The first half of a picture. */
  static byte[] truncated() throws IOException {
    byte[] whole = Files.readAllBytes(scene(0));
    return Arrays.copyOf(whole, whole.length / 2);
  }

  /** A few bytes that say they are a PNG of 60,000 by 60,000 pixels. */
  static byte[] enormous() {
    ByteBuffer header = ByteBuffer.allocate(17);
    header.put("IHDR".getBytes(StandardCharsets.US_ASCII));
    header.putInt(60_000).putInt(60_000);
    header.put(new byte[] {8, 2, 0, 0, 0});
    CRC32 crc = new CRC32();
    crc.update(header.array());
    ByteBuffer png = ByteBuffer.allocate(8 + 4 + 17 + 4);
    png.put(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
    png.putInt(13).put(header.array()).putInt((int) crc.getValue());
    return png.array();
  }

  /**
   * A picture as a PNG that is stored upside down, with an EXIF block that says so.
   *
   * @return the file that it was written to
   */
  static Path turnedPng(Path picture, Path file) throws IOException {
    BufferedImage upright = ImageIO.read(picture.toFile());
    int width = upright.getWidth();
    int height = upright.getHeight();
    BufferedImage turned = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        turned.setRGB(width - 1 - x, height - 1 - y, upright.getRGB(x, y));
      }
    }
    ByteArrayOutputStream plain = new ByteArrayOutputStream();
    ImageIO.write(turned, "png", plain);
    ByteBuffer png = ByteBuffer.wrap(plain.toByteArray());
    // Big-endian TIFF with one entry: orientation (0x112), a short, 3 for a half turn.
    ByteBuffer exif = ByteBuffer.allocate(4 + 26).put("eXIfMM".getBytes(StandardCharsets.US_ASCII));
    exif.putShort((short) 42).putInt(8).putShort((short) 1);
    exif.putShort((short) 0x112).putShort((short) 3).putInt(1).putInt(3 << 16).putInt(0);
    CRC32 crc = new CRC32();
    crc.update(exif.array());
    ByteBuffer all = ByteBuffer.allocate(png.capacity() + 4 + exif.capacity() + 4);
    int afterHeader = 8 + 4 + 17 + 4;
    all.put(png.slice(0, afterHeader)).putInt(26).put(exif.array()).putInt((int) crc.getValue());
    all.put(png.slice(afterHeader, png.capacity() - afterHeader));
    return Files.write(file, all.array());
  }

  /** No picture at all. */
  static byte[] text() {
    return "This is not a picture.\n".repeat(20).getBytes(StandardCharsets.US_ASCII);
  }
}
