package org.edgevlm.runtime.config;

import java.util.Optional;
import org.edgevlm.spi.vision.Interpolation;

/** The values of {@code image.interpolation}: what the encoder asks for, or one for every image. */
public enum InterpolationChoice {
  /** What the encoder asks for. */
  AUTO,
  /** {@link Interpolation#NEAREST}. */
  NEAREST,
  /** {@link Interpolation#BILINEAR}. */
  BILINEAR,
  /** {@link Interpolation#BICUBIC}. */
  BICUBIC,
  /** {@link Interpolation#AREA}. */
  AREA;

  /** The chosen interpolation; empty for what the encoder asks for. */
  public Optional<Interpolation> interpolation() {
    return this == AUTO ? Optional.empty() : Optional.of(Interpolation.valueOf(name()));
  }
}
