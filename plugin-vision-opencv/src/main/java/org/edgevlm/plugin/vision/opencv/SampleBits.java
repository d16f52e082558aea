package org.edgevlm.plugin.vision.opencv;

import java.util.List;
import org.opencv.core.Core;
import org.opencv.core.CvType;
import org.opencv.core.Mat;

/** OpenCV shifts samples of 5 or 6 bits to 8, which leaves white grey; this spreads them. */
final class SampleBits {

  private SampleBits() {}

  /**
   * Changes samples in place so that the largest one becomes 255.
   *
   * @param bits of blue, green, red
   */
  static void spread(Mat pixels, List<Integer> bits) {
    byte[] table = new byte[256 * 3];
    for (int value = 0; value < 256; value++) {
      for (int c = 0; c < 3; c++) {
        int sample = value >> (8 - bits.get(c));
        table[value * 3 + c] = (byte) Math.round(255.0 * sample / ((1 << bits.get(c)) - 1));
      }
    }
    try (MatScope scope = new MatScope()) {
      Mat lookup = scope.own(new Mat(1, 256, CvType.CV_8UC3));
      lookup.put(0, 0, table);
      Core.LUT(pixels, lookup, pixels);
    }
  }
}
