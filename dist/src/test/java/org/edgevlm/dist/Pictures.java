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

  /** No picture at all. */
  static byte[] text() {
    return "This is not a picture.\n".repeat(20).getBytes(StandardCharsets.US_ASCII);
  }
}
