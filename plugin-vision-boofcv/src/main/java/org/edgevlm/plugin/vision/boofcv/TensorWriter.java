package org.edgevlm.plugin.vision.boofcv;

import boofcv.struct.image.GrayU8;
import boofcv.struct.image.Planar;
import java.nio.FloatBuffer;
import org.edgevlm.image.Placement;
import org.edgevlm.spi.vision.ImageTensor;
import org.edgevlm.spi.vision.Normalization;

/** Fills an image tensor: turns upright, cuts the window out, normalises. */
final class TensorWriter {

  private static final int CHANNELS = 3;

  private final ImageTensor tensor;
  private final float[][] normalized = new float[CHANNELS][256];

  /** Zeros, which is the mean colour once normalised: what a letterbox is filled with. */
  TensorWriter(int batch, int height, int width, Normalization normalization) {
    long bytes = (long) batch * CHANNELS * height * width * Float.BYTES;
    if (bytes > Integer.MAX_VALUE - 2 * ImageTensor.ALIGNMENT) {
      throw new IllegalArgumentException(
          "a batch of " + batch + " pictures of " + width + "×" + height + " is over 2 GiB");
    }
    tensor = ImageTensor.allocate(batch, CHANNELS, height, width);
    for (int c = 0; c < CHANNELS; c++) {
      double mean = normalization.mean().get(c);
      double std = normalization.std().get(c);
      for (int sample = 0; sample < 256; sample++) {
        normalized[c][sample] = (float) ((sample / 255.0 - mean) / std);
      }
    }
  }

  /**
   * Writes the window of a picture into one row of the batch.
   *
   * @param scaled one plane of grey, or red, green and blue, as stored
   * @param orientation by which it is turned upright, 1 to 8
   */
  void write(int index, Planar<GrayU8> scaled, int orientation, Placement placement) {
    FloatBuffer image = tensor.image(index);
    float[] line = new float[placement.width()];
    for (int c = 0; c < CHANNELS; c++) {
      GrayU8 plane = scaled.getBand(Math.min(c, scaled.getNumBands() - 1));
      Turn turn = Turn.of(orientation, plane);
      float[] table = normalized[c];
      for (int y = 0; y < placement.height(); y++) {
        int at = turn.at(placement.fromX(), placement.fromY() + y);
        for (int x = 0; x < line.length; x++) {
          line[x] = table[plane.data[at] & 0xff];
          at += turn.across();
        }
        int to = (c * tensor.height() + placement.toY() + y) * tensor.width() + placement.toX();
        image.put(to, line);
      }
    }
  }

  /** The tensor; not to be written any more. */
  ImageTensor tensor() {
    return tensor;
  }
}
