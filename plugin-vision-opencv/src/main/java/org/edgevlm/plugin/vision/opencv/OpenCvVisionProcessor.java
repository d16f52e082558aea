package org.edgevlm.plugin.vision.opencv;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.edgevlm.image.CropTrim;
import org.edgevlm.image.DecoderLimits;
import org.edgevlm.image.EncodedImage;
import org.edgevlm.image.ImageFile;
import org.edgevlm.image.Placement;
import org.edgevlm.spi.vision.ImageFormat;
import org.edgevlm.spi.vision.ImageHeader;
import org.edgevlm.spi.vision.ImageLimits;
import org.edgevlm.spi.vision.ImageTensor;
import org.edgevlm.spi.vision.Interpolation;
import org.edgevlm.spi.vision.Preprocessing;
import org.edgevlm.spi.vision.VisionProcessor;
import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.opencv.core.Rect;

/**
 * The vision processor of OpenCV. Each image goes through: header, limits, integrity of the file,
 * decoding, transparency, scaling, orientation (on the scaled picture, which is the smaller one
 * where it matters), normalisation into the tensor.
 *
 * <p>Scaling works on 8-bit samples (16-bit ones are brought to 8 after it) and rounds to 8 bits,
 * as the image libraries did that the encoders were trained with. Colour profiles and gamma chunks
 * are ignored.
 */
final class OpenCvVisionProcessor implements VisionProcessor {

  /**
   * OpenCV's nearest-neighbour resize counts in 16.16 fixed point, which is right below 32,768
   * pixels a side; its decoders stop at 2^30 pixels.
   */
  private static final DecoderLimits OPENCV = new DecoderLimits("OpenCV", 32_767, 1L << 30);

  private final boolean fastJpeg;
  private volatile boolean closed;

  OpenCvVisionProcessor(boolean fastJpeg) {
    this.fastJpeg = fastJpeg;
  }

  @Override
  public ImageHeader inspect(ByteBuffer encoded) {
    checkOpen();
    return ImageFile.of(encoded).header();
  }

  @Override
  public ImageTensor process(
      List<ByteBuffer> encoded, Preprocessing preprocessing, ImageLimits limits) {
    checkOpen();
    if (encoded.isEmpty()) {
      throw new IllegalArgumentException("no image was given");
    }
    List<ImageFile> images = new ArrayList<>();
    for (ByteBuffer file : encoded) {
      images.add(ImageFile.checked(file, limits, OPENCV));
    }
    int rows = Math.max(1, preprocessing.tiles().size());
    TensorWriter writer =
        new TensorWriter(
            Math.multiplyExact(images.size(), rows), preprocessing.height(), preprocessing.width());
    for (int i = 0; i < images.size(); i++) {
      try {
        process(images.get(i), preprocessing, writer, i * rows);
      } catch (Exception e) {
        throw NativeErrors.elsewhere(e);
      }
    }
    return writer.tensor();
  }

  private void process(
      ImageFile file, Preprocessing preprocessing, TensorWriter writer, int firstRow) {
    EncodedImage image = file.image();
    try (MatScope scope = new MatScope()) {
      int reduction = fastJpeg ? reduction(image, preprocessing) : 1;
      Mat decoded =
          scope.own(Decoder.decode(file.bytes(), image, reduction, preprocessing.normalization()));
      CropTrim part = CropTrim.of(image, preprocessing);
      Mat stored =
          part.isWhole(image)
              ? decoded
              : scope.own(
                  new Mat(decoded, new Rect(part.x(), part.y(), part.width(), part.height())));
      int width = image.transposed() ? part.height() : part.width();
      int height = image.transposed() ? part.width() : part.height();
      write(
          stored, image, placements(width, height, preprocessing), preprocessing, writer, firstRow);
    }
  }

  private static void write(
      Mat stored,
      EncodedImage image,
      List<Placement> placements,
      Preprocessing preprocessing,
      TensorWriter writer,
      int firstRow) {
    // Tiles of one size come one after another, so one scaled picture is kept at a time.
    MatScope scope = new MatScope();
    try {
      Placement last = null;
      Mat upright = null;
      for (int t = 0; t < placements.size(); t++) {
        Placement placement = placements.get(t);
        if (!placement.scalesLike(last)) {
          scope.close();
          upright = upright(stored, image, placement, preprocessing.interpolation(), scope);
          last = placement;
        }
        writer.write(firstRow + t, upright, placement, preprocessing.normalization());
      }
    } finally {
      scope.close();
    }
  }

  private static Mat upright(
      Mat stored, EncodedImage image, Placement placement, Interpolation how, MatScope scope) {
    int width = image.transposed() ? placement.scaledHeight() : placement.scaledWidth();
    int height = image.transposed() ? placement.scaledWidth() : placement.scaledHeight();
    Mat scaled = Resizer.resize(stored, width, height, how, scope);
    if (scaled.depth() == CvType.CV_16U) {
      Mat wide = scaled;
      scaled = scope.empty();
      wide.convertTo(scaled, CvType.CV_8U, 1 / 257.0);
    }
    return Orientation.apply(scaled, image.orientation(), scope);
  }

  private static List<Placement> placements(int width, int height, Preprocessing preprocessing) {
    return preprocessing.tiles().isEmpty()
        ? List.of(Placement.of(width, height, preprocessing))
        : preprocessing.tiles().stream().map(tile -> Placement.of(tile, preprocessing)).toList();
  }

  /** The largest factor by which a JPEG is shrunk further anyway, with area averaging. */
  private static int reduction(EncodedImage image, Preprocessing preprocessing) {
    if (image.format() != ImageFormat.JPEG || preprocessing.interpolation() != Interpolation.AREA) {
      return 1;
    }
    ImageHeader header = image.header();
    int reduction = 8;
    for (Placement placement : placements(header.width(), header.height(), preprocessing)) {
      while (reduction > 1
          && !(reduces(header.width(), placement.scaledWidth(), reduction)
              && reduces(header.height(), placement.scaledHeight(), reduction))) {
        reduction /= 2;
      }
    }
    return reduction;
  }

  /**
   * Whether a side may be reduced: it stays long enough, and rounding it up to whole pixels shifts
   * the result by at most a quarter of a pixel.
   */
  private static boolean reduces(int side, int scaled, int reduction) {
    long excess = (reduction - side % reduction) % reduction;
    return side >= (long) reduction * scaled && 4 * excess * scaled <= side;
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the vision processor is closed");
    }
  }

  @Override
  public void close() {
    // Matrices live no longer than a call; the library stays with its class loader.
    closed = true;
  }
}
