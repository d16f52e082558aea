package org.edgevlm.plugin.vision.boofcv;

import boofcv.struct.image.GrayU8;
import boofcv.struct.image.Planar;
import java.awt.image.ComponentSampleModel;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.IOException;
import javax.imageio.ImageReader;
import javax.imageio.spi.ImageReaderSpi;
import org.edgevlm.image.Bytes;
import org.edgevlm.image.ImageFile;

/**
 * Decodes JPEG with the JDK, as far as the stored samples; colours are converted here by JFIF's and
 * Adobe's formulas. So neither a colour profile nor the JDK's guesses about colour spaces matter,
 * and CMYK can be read, of which the JDK makes no colours.
 */
final class JpegDecoder {

  private final ImageFile file;
  private final ImageReaderSpi jdk;

  /**
   * A decoder of a verified file.
   *
   * @param jdk the JDK's own reader
   */
  JpegDecoder(ImageFile file, ImageReaderSpi jdk) {
    this.file = file;
    this.jdk = jdk;
  }

  Planar<GrayU8> decode() throws IOException {
    JpegStream stream = JpegStream.of(file.bytes());
    Raster raster = read(stream.bytes());
    if (raster.getWidth() != file.image().width() || raster.getHeight() != file.image().height()) {
      throw Bytes.corrupt("its pixels are " + raster.getWidth() + "×" + raster.getHeight());
    }
    Samples samples = new Samples(raster);
    Planar<GrayU8> planes =
        new Planar<>(
            GrayU8.class, raster.getWidth(), raster.getHeight(), samples.bands() == 1 ? 1 : 3);
    for (int y = 0; y < raster.getHeight(); y++) {
      for (int x = 0; x < raster.getWidth(); x++) {
        convert(samples, samples.at(x, y), planes, y * raster.getWidth() + x, stream.lumaChroma());
      }
    }
    return planes;
  }

  private Raster read(byte[] jpeg) throws IOException {
    ImageReader reader = jdk.createReaderInstance();
    try {
      reader.setInput(new ArrayImageInputStream(jpeg), true, true);
      return reader.readRaster(0, null);
    } finally {
      reader.dispose();
    }
  }

  private static void convert(
      Samples samples, int at, Planar<GrayU8> planes, int index, boolean lumaChroma) {
    int first = samples.get(at, 0);
    if (samples.bands() == 1) {
      planes.getBand(0).data[index] = (byte) first;
      return;
    }
    int red = first;
    int green = samples.get(at, 1);
    int blue = samples.get(at, 2);
    if (lumaChroma) {
      int cb = green - 128;
      int cr = blue - 128;
      red = LumaChroma.red(first, cr);
      green = LumaChroma.green(first, cb, cr);
      blue = LumaChroma.blue(first, cb);
    }
    if (samples.bands() == 4) {
      // Adobe stores inks inverted: 255 is none. The formulas above give them inverted once more
      // where luma and chroma are stored.
      int black = samples.get(at, 3);
      red = ink(lumaChroma ? 255 - red : red, black);
      green = ink(lumaChroma ? 255 - green : green, black);
      blue = ink(lumaChroma ? 255 - blue : blue, black);
    }
    planes.getBand(0).data[index] = (byte) red;
    planes.getBand(1).data[index] = (byte) green;
    planes.getBand(2).data[index] = (byte) blue;
  }

  private static int ink(int color, int black) {
    return (color * black + 127) / 255;
  }

  /** The bytes of a raster with interleaved samples, without a copy. */
  private static final class Samples {

    private final byte[] data;
    private final int offset;
    private final int pixelStride;
    private final int lineStride;
    private final int[] bands;

    Samples(Raster raster) {
      if (!(raster.getDataBuffer() instanceof DataBufferByte buffer)
          || !(raster.getSampleModel() instanceof ComponentSampleModel model)) {
        throw new IllegalStateException("the JDK's JPEG reader made a " + raster);
      }
      data = buffer.getData();
      offset = buffer.getOffset();
      pixelStride = model.getPixelStride();
      lineStride = model.getScanlineStride();
      bands = model.getBandOffsets();
    }

    int bands() {
      return bands.length;
    }

    int at(int x, int y) {
      return offset + y * lineStride + x * pixelStride;
    }

    int get(int at, int band) {
      return data[at + bands[band]] & 0xff;
    }
  }
}
