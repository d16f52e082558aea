package org.edgevlm.plugin.vision.boofcv;

import boofcv.struct.image.GrayU8;
import boofcv.struct.image.Planar;
import org.edgevlm.image.EncodedImage;
import org.edgevlm.spi.vision.Normalization;

/**
 * Planes of red, green and blue that a decoder paints pixel by pixel. Transparency is resolved
 * here, before scaling: the colours of invisible pixels must not bleed into visible ones.
 */
final class Canvas {

  private final Planar<GrayU8> planes;
  private final byte[] red;
  private final byte[] green;
  private final byte[] blue;
  private final double[] background = new double[3];

  /**
   * A black picture.
   *
   * @param normalization whose mean shows through transparent pixels
   */
  Canvas(EncodedImage image, Normalization normalization) {
    planes = new Planar<>(GrayU8.class, image.width(), image.height(), 3);
    red = planes.getBand(0).data;
    green = planes.getBand(1).data;
    blue = planes.getBand(2).data;
    for (int c = 0; c < 3; c++) {
      background[c] = 255.0 * normalization.mean().get(c);
    }
  }

  /** Paints a pixel with samples of 0 to 255. */
  void paint(int index, int r, int g, int b) {
    red[index] = (byte) r;
    green[index] = (byte) g;
    blue[index] = (byte) b;
  }

  /**
   * Paints a pixel with straight alpha: {@code colour * alpha + mean * (1 - alpha)}, rounded once.
   *
   * @param max of the samples and of alpha
   */
  void paint(int index, int r, int g, int b, int alpha, int max) {
    red[index] = blend(r, alpha, max, background[0]);
    green[index] = blend(g, alpha, max, background[1]);
    blue[index] = blend(b, alpha, max, background[2]);
  }

  private static byte blend(int sample, int alpha, int max, double behind) {
    double opacity = (double) alpha / max;
    return (byte) (int) (255.0 * sample / max * opacity + behind * (1 - opacity) + 0.5);
  }

  Planar<GrayU8> planes() {
    return planes;
  }
}
