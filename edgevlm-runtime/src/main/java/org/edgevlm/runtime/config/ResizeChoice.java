package org.edgevlm.runtime.config;

import java.util.Optional;
import org.edgevlm.spi.vision.ResizeMethod;

/** The values of {@code image.resize}: what the encoder asks for, or one method for every image. */
public enum ResizeChoice {
  /** What the encoder asks for. */
  AUTO,
  /** {@link ResizeMethod#STRETCH}. */
  STRETCH,
  /** {@link ResizeMethod#LETTERBOX}. */
  LETTERBOX,
  /** {@link ResizeMethod#CENTER_CROP}. */
  CENTER_CROP;

  /** The chosen method; empty for what the encoder asks for. */
  public Optional<ResizeMethod> method() {
    return this == AUTO ? Optional.empty() : Optional.of(ResizeMethod.valueOf(name()));
  }
}
