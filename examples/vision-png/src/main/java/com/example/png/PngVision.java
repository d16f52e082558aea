package com.example.png;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import org.edgevlm.spi.vision.ImageHeader;
import org.edgevlm.spi.vision.ImageLimits;
import org.edgevlm.spi.vision.ImageTensor;
import org.edgevlm.spi.vision.Normalization;
import org.edgevlm.spi.vision.Preprocessing;
import org.edgevlm.spi.vision.VisionProcessor;

/**
 * Reads PNG with the JDK's ImageIO, turns it as its EXIF block says, and resizes it on its own.
 * Colour profiles and gamma are ignored; samples are rounded to 8 bits after scaling, as the image
 * libraries did that encoders were trained with.
 */
final class PngVision implements VisionProcessor {

  private volatile boolean closed;

  @Override
  public ImageHeader inspect(ByteBuffer encoded) {
    checkOpen();
    return PngFile.read(encoded).header();
  }

  @Override
  public ImageTensor process(
      List<ByteBuffer> encoded, Preprocessing preprocessing, ImageLimits limits) {
    checkOpen();
    if (encoded.isEmpty()) {
      throw new IllegalArgumentException("there is no image to process");
    }
    // All headers first: nothing is allocated for a batch that has one too large in it.
    List<PngFile> files = encoded.stream().map(PngFile::read).toList();
    files.forEach(file -> file.check(limits));
    int each = Math.max(1, preprocessing.tiles().size());
    ImageTensor tensor =
        ImageTensor.allocate(
            Math.multiplyExact(files.size(), each),
            3,
            preprocessing.height(),
            preprocessing.width());
    Normalization normalization = preprocessing.normalization();
    for (int i = 0; i < files.size(); i++) {
      Picture picture = Picture.decode(files.get(i), normalization);
      List<Placement> placements = Placement.of(picture.width(), picture.height(), preprocessing);
      for (int t = 0; t < each; t++) {
        Placement placement = placements.get(t);
        float[] window = scale(picture, placement, preprocessing);
        write(window, placement, normalization, tensor.image(i * each + t), preprocessing);
      }
    }
    return tensor;
  }

  /** A window of the scaled picture: red, green, blue, pixel after pixel. */
  private static float[] scale(Picture picture, Placement placement, Preprocessing how) {
    int width = placement.width();
    Resampling columns =
        Resampling.of(
            picture.width(),
            placement.scaledWidth(),
            placement.fromX(),
            width,
            how.interpolation());
    Resampling rows =
        Resampling.of(
            picture.height(),
            placement.scaledHeight(),
            placement.fromY(),
            placement.height(),
            how.interpolation());
    float[] window = new float[3 * width * placement.height()];
    float[] source = new float[3 * picture.width()];
    float[] scaled = new float[3 * width];
    // Row by row of the source, so that no copy of the whole picture is needed.
    for (int y = 0; y < picture.height(); y++) {
      boolean used = false;
      for (int row = 0; row < rows.length(); row++) {
        float share = rows.share(row, y);
        if (share != 0) {
          if (!used) {
            picture.row(y, source);
            squeeze(source, columns, scaled);
            used = true;
          }
          for (int k = 0; k < scaled.length; k++) {
            window[row * scaled.length + k] += share * scaled[k];
          }
        }
      }
    }
    return window;
  }

  private static void squeeze(float[] source, Resampling columns, float[] scaled) {
    for (int x = 0; x < columns.length(); x++) {
      float[] shares = columns.shares()[x];
      for (int c = 0; c < 3; c++) {
        float sum = 0;
        for (int j = 0; j < shares.length; j++) {
          sum += shares[j] * source[3 * (columns.first()[x] + j) + c];
        }
        scaled[3 * x + c] = sum;
      }
    }
  }

  /** Normalises into planes; what the picture doesn't cover is the mean, which is 0. */
  private static void write(
      float[] window,
      Placement placement,
      Normalization normalization,
      FloatBuffer planes,
      Preprocessing target) {
    for (int c = 0; c < 3; c++) {
      float mean = normalization.mean().get(c);
      float std = normalization.std().get(c);
      for (int y = 0; y < placement.height(); y++) {
        int at = (c * target.height() + placement.toY() + y) * target.width() + placement.toX();
        for (int x = 0; x < placement.width(); x++) {
          float sample = window[3 * (y * placement.width() + x) + c];
          int rounded = Math.max(0, Math.min(255, Math.round(sample)));
          planes.put(at + x, (rounded / 255f - mean) / std);
        }
      }
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the vision processor is closed");
    }
  }

  @Override
  public void close() {
    // Nothing outlives a call.
    closed = true;
  }
}
