package org.edgevlm.spi.vision;

import org.edgevlm.spi.Api;

/** File formats that a vision processor may decode. */
@Api(status = Api.Status.STABLE, since = "0.1")
public enum ImageFormat {
  JPEG,
  PNG,
  WEBP,
  BMP
}
