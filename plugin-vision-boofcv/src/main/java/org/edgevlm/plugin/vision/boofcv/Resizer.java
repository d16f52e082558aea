package org.edgevlm.plugin.vision.boofcv;

import boofcv.alg.filter.misc.impl.ImplAverageDownSample;
import boofcv.alg.interpolate.InterpolatePixelS;
import boofcv.alg.interpolate.impl.ImplInterpolatePixelConvolution_U8;
import boofcv.alg.interpolate.kernel.BicubicKernel_F32;
import boofcv.core.image.border.FactoryImageBorder;
import boofcv.factory.interpolate.FactoryInterpolation;
import boofcv.struct.border.BorderType;
import boofcv.struct.image.GrayF32;
import boofcv.struct.image.GrayU8;
import boofcv.struct.image.Planar;
import org.edgevlm.spi.vision.Interpolation;

/**
 * Scales with BoofCV's interpolation and averaging. Pixel centres lie at half-integer coordinates:
 * pixel {@code i} of {@code n} looks at {@code (i + 0.5) * source / n - 0.5} of the source, and the
 * border is repeated. BoofCV's own {@code FDistort.scale} has other centres and cuts fractions off,
 * so positions and rounding are done here.
 *
 * <ul>
 *   <li>nearest: in whole numbers, which decide ties as OpenCV does;
 *   <li>bilinear: two samples an axis, so it aliases when shrinking by more than two;
 *   <li>bicubic: Keys' kernel with a = -0.75, four samples an axis, the same caveat;
 *   <li>area: BoofCV's average on axes that shrink, bilinear on axes that grow.
 * </ul>
 */
final class Resizer {

  /** One plane as a function of the position in it. */
  @FunctionalInterface
  private interface Plane {
    float at(float x, float y);
  }

  private Resizer() {}

  /** The picture in another size: the given one where it has that size, else a new one. */
  static Planar<GrayU8> resize(Planar<GrayU8> source, int width, int height, Interpolation how) {
    if (source.width == width && source.height == height) {
      return source;
    }
    // Its own planes are replaced at once, so it needs no pixels at first.
    Planar<GrayU8> result = new Planar<>(GrayU8.class, 1, 1, source.getNumBands());
    result.width = width;
    result.height = height;
    result.stride = width;
    for (int band = 0; band < source.getNumBands(); band++) {
      result.setBand(band, resize(source.getBand(band), width, height, how));
    }
    return result;
  }

  private static GrayU8 resize(GrayU8 source, int width, int height, Interpolation how) {
    return switch (how) {
      case NEAREST -> nearest(source, width, height);
      case BILINEAR -> sample(source, width, height, bilinear(source));
      case BICUBIC -> sample(source, width, height, bicubic(source));
      case AREA -> area(source, width, height);
    };
  }

  private static GrayU8 nearest(GrayU8 source, int width, int height) {
    GrayU8 result = new GrayU8(width, height);
    int[] columns = nearest(source.width, width);
    int[] lines = nearest(source.height, height);
    for (int y = 0; y < height; y++) {
      int line = source.startIndex + lines[y] * source.stride;
      for (int x = 0; x < width; x++) {
        result.data[y * width + x] = source.data[line + columns[x]];
      }
    }
    return result;
  }

  /** Counts in 16.16 fixed point, which is exact enough below 32,768 pixels a side. */
  private static int[] nearest(int from, int to) {
    int step = (int) ((((long) from << 16) + to / 2) / to);
    // Half a step is the first centre. What is exactly between two pixels goes to the left or upper
    // one where the source's size is odd and to the other one where it is even.
    int first = step / 2 - from % 2;
    int[] indices = new int[to];
    for (int i = 0; i < to; i++) {
      indices[i] = Math.min((int) (((long) step * i + first) >> 16), from - 1);
    }
    return indices;
  }

  private static Plane bilinear(GrayU8 source) {
    InterpolatePixelS<GrayU8> plane =
        FactoryInterpolation.bilinearPixelS(source, BorderType.EXTENDED);
    return plane::get;
  }

  private static Plane bicubic(GrayU8 source) {
    ImplInterpolatePixelConvolution_U8 plane =
        new ImplInterpolatePixelConvolution_U8(new BicubicKernel_F32(-0.75f), 0, 255);
    plane.setBorder(FactoryImageBorder.single(BorderType.EXTENDED, GrayU8.class));
    plane.setImage(source);
    // Its plain "get" leaves samples beyond the border out instead of repeating the border.
    return (x, y) -> plane.isInFastBounds(x, y) ? plane.get_fast(x, y) : plane.get_border(x, y);
  }

  private static GrayU8 sample(GrayU8 source, int width, int height, Plane plane) {
    GrayU8 result = new GrayU8(width, height);
    float[] columns = new float[width];
    for (int x = 0; x < width; x++) {
      columns[x] = position(x, source.width, width);
    }
    for (int y = 0; y < height; y++) {
      float line = position(y, source.height, height);
      for (int x = 0; x < width; x++) {
        result.data[y * width + x] = (byte) (int) (plane.at(columns[x], line) + 0.5f);
      }
    }
    return result;
  }

  private static float position(int i, int from, int to) {
    return (float) ((i + 0.5) * from / to - 0.5);
  }

  private static GrayU8 area(GrayU8 source, int width, int height) {
    int smallWidth = Math.min(width, source.width);
    int smallHeight = Math.min(height, source.height);
    GrayU8 small =
        smallWidth < source.width || smallHeight < source.height
            ? average(source, smallWidth, smallHeight)
            : source;
    return smallWidth == width && smallHeight == height
        ? small
        : sample(small, width, height, bilinear(small));
  }

  private static GrayU8 average(GrayU8 source, int width, int height) {
    GrayF32 narrow = new GrayF32(width, source.height);
    ImplAverageDownSample.horizontal(source, narrow);
    GrayF32 means = new GrayF32(width, height);
    ImplAverageDownSample.vertical(narrow, means);
    // Means of whole blocks are often right between two levels. They go to the even one, but up
    // where four pixels become one: so OpenCV does it, and a model's answer shouldn't hang on that.
    boolean halved = source.width == 2 * width && source.height == 2 * height;
    GrayU8 result = new GrayU8(width, height);
    for (int i = 0; i < result.data.length; i++) {
      float mean = means.data[i];
      result.data[i] = (byte) (halved ? (int) (mean + 0.5f) : (int) Math.rint(mean));
    }
    return result;
  }
}
