package org.edgevlm.spi.vision;

import java.util.Objects;
import org.edgevlm.spi.Api;

/**
 * What an image's header says.
 *
 * @param format the file format
 * @param width pixels, after {@code orientation} is applied
 * @param height pixels, after {@code orientation} is applied
 * @param orientation the EXIF orientation, 1 to 8; 1 where there is none
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public record ImageHeader(ImageFormat format, int width, int height, int orientation) {

  public ImageHeader {
    Objects.requireNonNull(format, "format");
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException("size " + width + "×" + height + " is not positive");
    }
    if (orientation < 1 || orientation > 8) {
      throw new IllegalArgumentException("orientation " + orientation + " is not 1 to 8");
    }
  }
}
