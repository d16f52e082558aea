package org.edgevlm.plugin.vision.boofcv;

import boofcv.struct.image.GrayU8;
import boofcv.struct.image.Planar;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.edgevlm.image.CropTrim;
import org.edgevlm.image.DecoderLimits;
import org.edgevlm.image.EncodedImage;
import org.edgevlm.image.ImageFile;
import org.edgevlm.image.Placement;
import org.edgevlm.spi.vision.ImageException;
import org.edgevlm.spi.vision.ImageException.Reason;
import org.edgevlm.spi.vision.ImageHeader;
import org.edgevlm.spi.vision.ImageLimits;
import org.edgevlm.spi.vision.ImageTensor;
import org.edgevlm.spi.vision.Preprocessing;
import org.edgevlm.spi.vision.VisionProcessor;

/**
 * The vision processor of BoofCV. Each image goes through: header, limits, integrity of the file,
 * decoding with transparency laid over the background and 16 bits brought to 8, scaling, and then
 * normalisation into the tensor, which also turns the picture upright.
 *
 * <p>Samples are rounded to 8 bits after decoding and after scaling, as the image libraries did
 * that the encoders were trained with. Colour profiles and gamma chunks are ignored.
 *
 * <p>Pixels lie in the heap, three bytes each. What doesn't fit there is {@link Reason#TOO_LARGE}.
 */
final class BoofCvVisionProcessor implements VisionProcessor {

  /** A Java array of three bytes a pixel holds this many; sides are the other processor's. */
  private static final DecoderLimits LIMITS = new DecoderLimits("BoofCV", 32_767, 1L << 29);

  private final Decoders decoders = new Decoders();
  private volatile boolean closed;

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
      images.add(ImageFile.checked(file, limits, LIMITS));
    }
    int rows = Math.max(1, preprocessing.tiles().size());
    TensorWriter writer =
        new TensorWriter(
            Math.multiplyExact(images.size(), rows),
            preprocessing.height(),
            preprocessing.width(),
            preprocessing.normalization());
    for (int i = 0; i < images.size(); i++) {
      try {
        process(images.get(i), preprocessing, writer, i * rows);
      } catch (OutOfMemoryError e) {
        // A large array was refused; nothing was left half done, so the process can go on.
        throw new ImageException(
            Reason.TOO_LARGE,
            "there is not enough heap for the image: use a smaller one or raise -Xmx",
            e);
      }
    }
    return writer.tensor();
  }

  private void process(
      ImageFile file, Preprocessing preprocessing, TensorWriter writer, int firstRow) {
    EncodedImage image = file.image();
    CropTrim part = CropTrim.of(image, preprocessing);
    Planar<GrayU8> stored =
        decoders
            .decode(file, preprocessing.normalization())
            .subimage(part.x(), part.y(), part.x() + part.width(), part.y() + part.height(), null);
    int width = image.transposed() ? part.height() : part.width();
    int height = image.transposed() ? part.width() : part.height();
    Planar<GrayU8> scaled = null;
    Placement last = null;
    int row = firstRow;
    // Tiles of one size come one after another, so one scaled picture is kept at a time.
    for (Placement placement : placements(width, height, preprocessing)) {
      if (!placement.scalesLike(last)) {
        scaled =
            Resizer.resize(
                stored,
                image.transposed() ? placement.scaledHeight() : placement.scaledWidth(),
                image.transposed() ? placement.scaledWidth() : placement.scaledHeight(),
                preprocessing.interpolation());
        last = placement;
      }
      writer.write(row++, scaled, image.orientation(), placement);
    }
  }

  private static List<Placement> placements(int width, int height, Preprocessing preprocessing) {
    return preprocessing.tiles().isEmpty()
        ? List.of(Placement.of(width, height, preprocessing))
        : preprocessing.tiles().stream().map(tile -> Placement.of(tile, preprocessing)).toList();
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the vision processor is closed");
    }
  }

  @Override
  public void close() {
    // Pictures live no longer than a call.
    closed = true;
  }
}
