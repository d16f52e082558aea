package org.edgevlm.spi.vision;

import java.util.Objects;
import org.edgevlm.spi.Api;
import org.edgevlm.spi.EdgeVlmException;

/** An image can't be used; {@link #reason()} says which way. */
@Api(status = Api.Status.STABLE, since = "0.1")
public class ImageException extends EdgeVlmException {

  private static final long serialVersionUID = 1L;

  /** The ways an image can be unusable. */
  public enum Reason {
    /** No supported format, or a variant of one that isn't supported. */
    UNSUPPORTED,
    /** A supported format, but truncated or broken. */
    CORRUPT,
    /** Larger than the configured limits. */
    TOO_LARGE
  }

  private final Reason reason;

  /** An error with a message that says what was wrong with the image. */
  public ImageException(Reason reason, String message) {
    super(message);
    this.reason = Objects.requireNonNull(reason, "reason");
  }

  /** An error with a message and what led to it. */
  public ImageException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = Objects.requireNonNull(reason, "reason");
  }

  /** In which way the image is unusable. */
  public Reason reason() {
    return reason;
  }
}
