package org.edgevlm.plugin.vision.opencv;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import org.edgevlm.image.Bytes;
import org.edgevlm.image.EncodedImage;
import org.edgevlm.spi.vision.ImageException;
import org.edgevlm.spi.vision.ImageFormat;
import org.edgevlm.spi.vision.Normalization;
import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.opencv.core.Rect;
import org.opencv.imgcodecs.Imgcodecs;

/**
 * From a verified file to a matrix of grey or blue-green-red, 8 or 16 bits, as stored: the
 * orientation is not applied yet.
 */
final class Decoder {

  private Decoder() {}

  /**
   * Decodes.
   *
   * @param reduction 1, or for a JPEG 2, 4 or 8: the factor to shrink by while decoding
   * @param background whose mean shows through transparent pixels
   * @throws ImageException if the pixels are broken
   */
  static Mat decode(Bytes bytes, EncodedImage image, int reduction, Normalization background) {
    Mat decoded = decode(bytes.buffer(), flags(image, reduction));
    try (MatScope scope = new MatScope()) {
      scope.own(decoded);
      check(decoded, image, reduction);
      Mat result = decoded;
      if (decoded.channels() == 4) {
        result = Transparency.flatten(decoded, background, scope);
      } else if (!image.colorKey().isEmpty()) {
        result = Transparency.fillKey(decoded, image.colorKey(), background, scope);
      } else if (!image.sampleBits().isEmpty()) {
        SampleBits.spread(decoded, image.sampleBits());
      }
      // A second header for the same pixels, which live as long as one of them.
      return new Mat(result, new Rect(0, 0, result.cols(), result.rows()));
    }
  }

  private static int flags(EncodedImage image, int reduction) {
    if (image.format() == ImageFormat.JPEG) {
      return switch (reduction) {
        case 2 -> Imgcodecs.IMREAD_REDUCED_COLOR_2 | Imgcodecs.IMREAD_IGNORE_ORIENTATION;
        case 4 -> Imgcodecs.IMREAD_REDUCED_COLOR_4 | Imgcodecs.IMREAD_IGNORE_ORIENTATION;
        case 8 -> Imgcodecs.IMREAD_REDUCED_COLOR_8 | Imgcodecs.IMREAD_IGNORE_ORIENTATION;
        default -> Imgcodecs.IMREAD_ANYCOLOR | Imgcodecs.IMREAD_IGNORE_ORIENTATION;
      };
    }
    // "Unchanged" keeps alpha and 16 bits, and never applies an orientation.
    return image.alpha()
        ? Imgcodecs.IMREAD_UNCHANGED
        : Imgcodecs.IMREAD_COLOR | Imgcodecs.IMREAD_IGNORE_ORIENTATION;
  }

  private static Mat decode(ByteBuffer data, int flags) {
    try (MatScope scope = new MatScope()) {
      return Imgcodecs.imdecode(scope.own(wrap(data)), flags);
    } catch (Exception e) {
      throw NativeErrors.inDecoder(e);
    } finally {
      Reference.reachabilityFence(data);
    }
  }

  private static Mat wrap(ByteBuffer data) {
    if (data.isDirect()) {
      return new Mat(1, data.remaining(), CvType.CV_8UC1, data);
    }
    Mat mat = new Mat(1, data.remaining(), CvType.CV_8UC1);
    if (data.hasArray()) {
      mat.put(0, 0, data.array(), data.arrayOffset() + data.position(), data.remaining());
    } else {
      byte[] copy = new byte[data.remaining()];
      data.get(copy);
      mat.put(0, 0, copy);
    }
    return mat;
  }

  private static void check(Mat decoded, EncodedImage image, int reduction) {
    int width = (image.width() + reduction - 1) / reduction;
    int height = (image.height() + reduction - 1) / reduction;
    if (decoded.empty()) {
      throw Bytes.corrupt("OpenCV can't decode its " + image.format() + " data");
    }
    if (decoded.cols() != width || decoded.rows() != height) {
      throw Bytes.corrupt(
          "its header says "
              + width
              + "×"
              + height
              + ", its pixels are "
              + decoded.cols()
              + "×"
              + decoded.rows());
    }
    int depth = decoded.depth();
    int channels = decoded.channels();
    if (depth != CvType.CV_8U && depth != CvType.CV_16U
        || channels != 1 && channels != 3 && channels != 4) {
      throw Bytes.unsupported("its pixels are of type " + CvType.typeToString(decoded.type()));
    }
  }
}
