package org.edgevlm.plugin.vision.opencv;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.edgevlm.image.Placement;
import org.edgevlm.spi.vision.ImageTensor;
import org.edgevlm.spi.vision.Normalization;
import org.opencv.core.Core;
import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.opencv.core.Rect;

/** Native memory of an image tensor, whose planes OpenCV writes in place. */
final class TensorWriter {

  private static final int CHANNELS = 3;

  private final int batch;
  private final int height;
  private final int width;
  private final ByteBuffer data;

  /** Zeros, which is the mean colour once normalised: what a letterbox is filled with. */
  TensorWriter(int batch, int height, int width) {
    long bytes = (long) batch * CHANNELS * height * width * Float.BYTES;
    if (bytes > Integer.MAX_VALUE - 2 * ImageTensor.ALIGNMENT) {
      throw new IllegalArgumentException(
          "a batch of " + batch + " pictures of " + width + "×" + height + " is over 2 GiB");
    }
    this.batch = batch;
    this.height = height;
    this.width = width;
    // An aligned slice ends aligned too, so the last bytes need room up to the next boundary.
    this.data =
        ByteBuffer.allocateDirect((int) bytes + 2 * ImageTensor.ALIGNMENT)
            .alignedSlice(ImageTensor.ALIGNMENT)
            .limit((int) bytes)
            .slice();
  }

  /**
   * Normalises the window of a picture into one row of the batch.
   *
   * @param upright the scaled picture, grey or blue-green-red, 8 bits
   */
  void write(int index, Mat upright, Placement placement, Normalization normalization) {
    Rect from =
        new Rect(placement.fromX(), placement.fromY(), placement.width(), placement.height());
    Rect to = new Rect(placement.toX(), placement.toY(), placement.width(), placement.height());
    try (MatScope scope = new MatScope()) {
      Mat window = scope.own(new Mat(upright, from));
      Mat samples = window.channels() == 1 ? window : scope.empty();
      for (int c = 0; c < CHANNELS; c++) {
        if (window.channels() == CHANNELS) {
          Core.extractChannel(window, samples, CHANNELS - 1 - c);
        }
        Mat plane = scope.own(new Mat(height, width, CvType.CV_32FC1, plane(index, c)));
        Mat target = scope.own(new Mat(plane, to));
        double std = normalization.std().get(c);
        double mean = normalization.mean().get(c);
        // The target has the size and type of the result, so it is written and not replaced.
        samples.convertTo(target, CvType.CV_32F, 1 / (255 * std), -mean / std);
      }
    } finally {
      Reference.reachabilityFence(data);
    }
  }

  private ByteBuffer plane(int index, int channel) {
    int size = height * width * Float.BYTES;
    return data.slice((index * CHANNELS + channel) * size, size);
  }

  /** All of it. */
  ByteBuffer buffer() {
    return data.duplicate();
  }

  /** The tensor; not to be written any more. */
  ImageTensor tensor() {
    return new ImageTensor(
        batch, CHANNELS, height, width, data.order(ByteOrder.nativeOrder()).asFloatBuffer());
  }
}
