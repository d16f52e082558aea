package org.edgevlm.spi.vision;

import org.edgevlm.spi.Api;

/**
 * How pixels between the source's pixels are made. Pixel centres are at half-integer coordinates.
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public enum Interpolation {
  NEAREST,
  BILINEAR,
  BICUBIC,
  /**
   * The mean of the source area that a pixel covers, which doesn't alias when shrinking; bilinear
   * on an axis that grows.
   */
  AREA
}
