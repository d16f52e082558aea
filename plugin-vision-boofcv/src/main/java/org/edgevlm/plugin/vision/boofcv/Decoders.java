package org.edgevlm.plugin.vision.boofcv;

import boofcv.struct.image.GrayU8;
import boofcv.struct.image.Planar;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import org.edgevlm.image.ImageFile;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.vision.ImageException;
import org.edgevlm.spi.vision.ImageException.Reason;
import org.edgevlm.spi.vision.Normalization;

/** From a verified file to planes of 8 bits, as stored: the orientation is not applied yet. */
final class Decoders {

  private final ImageReaderSpi jpeg;

  /**
   * Looks up the JDK's own JPEG reader, whatever else is registered in this process. Done once: the
   * registry must not be walked through while something registers.
   *
   * @throws PluginException if the Java runtime has none
   */
  Decoders() {
    Iterator<ImageReaderSpi> readers =
        IIORegistry.getDefaultInstance()
            .getServiceProviders(ImageReaderSpi.class, Decoders::isJdkJpeg, false);
    if (!readers.hasNext()) {
      throw new PluginException("this Java runtime has no JPEG reader: use a full JDK or JRE");
    }
    jpeg = readers.next();
  }

  private static boolean isJdkJpeg(Object provider) {
    return "java.desktop".equals(provider.getClass().getModule().getName())
        && List.of(((ImageReaderSpi) provider).getFormatNames()).contains("jpeg");
  }

  /**
   * Decodes.
   *
   * @param background whose mean shows through transparent pixels
   * @return one plane where the file is grey and opaque, else red, green and blue
   * @throws ImageException if the pixels are broken, whatever a decoder threw
   */
  Planar<GrayU8> decode(ImageFile file, Normalization background) {
    try {
      return switch (file.image().format()) {
        case JPEG -> new JpegDecoder(file, jpeg).decode();
        case PNG -> new PngDecoder(file, background).decode();
        case WEBP -> new WebpDecoder(file, background).decode();
        case BMP -> new BmpDecoder(file, background).decode();
      };
    } catch (ImageException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // Decoders meet broken data with index errors and the like as often as with IOException.
      throw new ImageException(
          Reason.CORRUPT,
          "the image is broken: its " + file.image().format() + " data can't be decoded",
          e);
    }
  }
}
