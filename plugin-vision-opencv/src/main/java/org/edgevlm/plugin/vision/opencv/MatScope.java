package org.edgevlm.plugin.vision.opencv;

import java.util.ArrayDeque;
import java.util.Deque;
import org.opencv.core.Mat;

/** Frees the native memory of the matrices made in a block when the block ends. */
final class MatScope implements AutoCloseable {

  private final Deque<Mat> mats = new ArrayDeque<>();

  /** Makes the scope free a matrix. */
  Mat own(Mat mat) {
    mats.push(mat);
    return mat;
  }

  /** An empty matrix for OpenCV to put a result into. */
  Mat empty() {
    return own(new Mat());
  }

  @Override
  public void close() {
    mats.forEach(Mat::release);
    mats.clear();
  }
}
