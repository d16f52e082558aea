package org.edgevlm.reference;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.vision.ImageException;
import org.edgevlm.spi.vision.ImageFormat;
import org.edgevlm.spi.vision.ImageHeader;
import org.edgevlm.spi.vision.ImageLimits;
import org.edgevlm.spi.vision.ImageTensor;
import org.edgevlm.spi.vision.Normalization;
import org.edgevlm.spi.vision.Preprocessing;
import org.edgevlm.spi.vision.Tile;
import org.edgevlm.spi.vision.VisionProcessor;
import org.edgevlm.spi.vision.VisionProcessorProvider;

/** Reads 24-bit BMP, stretches with the nearest pixel. */
public final class BmpVisionProvider extends ReferenceProvider implements VisionProcessorProvider {

  private static final int HEADER = 54;

  /** For the service loader. */
  public BmpVisionProvider() {
    this(new CopyOnWriteArrayList<>());
  }

  /** For tests of closing. */
  public BmpVisionProvider(List<String> diary) {
    super("reference-bmp", diary);
  }

  /** A picture of one colour, 0xRRGGBB, as the left half, and another as the right half. */
  public static ByteBuffer bmp(int width, int height, int left, int right) {
    int stride = (width * 3 + 3) / 4 * 4;
    ByteBuffer bytes = ByteBuffer.allocate(HEADER + stride * height).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(0, (byte) 'B').put(1, (byte) 'M').putInt(2, bytes.capacity()).putInt(10, HEADER);
    bytes.putInt(14, 40).putInt(18, width).putInt(22, height).putShort(26, (short) 1);
    bytes.putShort(28, (short) 24);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int colour = x < width / 2 ? left : right;
        int at = HEADER + y * stride + x * 3;
        bytes.put(at, (byte) colour).put(at + 1, (byte) (colour >> 8));
        bytes.put(at + 2, (byte) (colour >> 16));
      }
    }
    return bytes.asReadOnlyBuffer();
  }

  @Override
  public Set<ImageFormat> formats() {
    return Set.of(ImageFormat.BMP);
  }

  @Override
  public VisionProcessor create(PluginContext context) {
    return new VisionProcessor() {
      @Override
      public ImageHeader inspect(ByteBuffer encoded) {
        ByteBuffer bytes = encoded.slice().order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.capacity() < HEADER || bytes.get(0) != 'B' || bytes.get(1) != 'M') {
          throw new ImageException(ImageException.Reason.UNSUPPORTED, "not a BMP");
        }
        return new ImageHeader(ImageFormat.BMP, bytes.getInt(18), bytes.getInt(22), 1);
      }

      @Override
      public ImageTensor process(
          List<ByteBuffer> encoded, Preprocessing preprocessing, ImageLimits limits) {
        int tiles = Math.max(1, preprocessing.tiles().size());
        ImageTensor tensor =
            ImageTensor.allocate(
                encoded.size() * tiles, 3, preprocessing.height(), preprocessing.width());
        for (int i = 0; i < encoded.size(); i++) {
          ImageHeader header = inspect(encoded.get(i));
          limits.check(header, encoded.get(i).remaining());
          for (int t = 0; t < tiles; t++) {
            Tile tile =
                preprocessing.tiles().isEmpty()
                    ? new Tile(preprocessing.width(), preprocessing.height(), 0, 0)
                    : preprocessing.tiles().get(t);
            fill(tensor, i * tiles + t, encoded.get(i), header, tile, preprocessing);
          }
        }
        return tensor;
      }

      @Override
      public void close() {
        note("closes");
      }
    };
  }

  private static void fill(
      ImageTensor tensor,
      int index,
      ByteBuffer encoded,
      ImageHeader header,
      Tile tile,
      Preprocessing preprocessing) {
    ByteBuffer bytes = encoded.slice();
    int stride = (header.width() * 3 + 3) / 4 * 4;
    if (bytes.capacity() < HEADER + stride * header.height()) {
      throw new ImageException(ImageException.Reason.CORRUPT, "the BMP is truncated");
    }
    Normalization normalization = preprocessing.normalization();
    for (int c = 0; c < 3; c++) {
      for (int y = 0; y < tensor.height(); y++) {
        for (int x = 0; x < tensor.width(); x++) {
          int sourceX = (tile.x() + x) * header.width() / tile.scaledWidth();
          int sourceY =
              header.height() - 1 - (tile.y() + y) * header.height() / tile.scaledHeight();
          int sample = bytes.get(HEADER + sourceY * stride + sourceX * 3 + 2 - c) & 0xff;
          float value = (sample / 255f - normalization.mean().get(c)) / normalization.std().get(c);
          tensor.image(index).put((c * tensor.height() + y) * tensor.width() + x, value);
        }
      }
    }
  }
}
