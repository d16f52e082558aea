package org.edgevlm.spi.vision;

/** File formats that a vision processor may decode. */
public enum ImageFormat {
  JPEG,
  PNG,
  WEBP,
  BMP
}
