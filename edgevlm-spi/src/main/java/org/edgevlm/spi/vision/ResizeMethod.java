package org.edgevlm.spi.vision;

import org.edgevlm.spi.Api;

/** How an image of another aspect ratio is brought to the encoder's size. */
@Api(status = Api.Status.STABLE, since = "0.1")
public enum ResizeMethod {
  /** Both sides are scaled on their own; the picture is distorted. */
  STRETCH,
  /** Scaled to fit inside and centred; the rest is the fill colour. */
  LETTERBOX,
  /** Scaled to cover, then the middle is cut out. */
  CENTER_CROP
}
