package org.edgevlm.plugin.vision.opencv;

import org.edgevlm.spi.EdgeVlmException;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.vision.ImageException;
import org.edgevlm.spi.vision.ImageException.Reason;
import org.opencv.core.CvException;

/** What OpenCV throws, as this platform's errors. */
final class NativeErrors {

  private NativeErrors() {}

  /** The error to throw for a failure of a decoder: the image is to blame. */
  static RuntimeException inDecoder(Exception e) {
    return translate(
        e, new ImageException(Reason.CORRUPT, "the image is broken: OpenCV can't decode it", e));
  }

  /** The error to throw for a failure anywhere else, where the image isn't to blame. */
  static RuntimeException elsewhere(Exception e) {
    return translate(e, new PluginException("OpenCV failed: " + e.getMessage(), e));
  }

  /**
   * OpenCV's binding throws {@link CvException}, and undeclared plain {@link Exception}s for what
   * the C++ library reports; unchecked exceptions of our own pass.
   */
  private static RuntimeException translate(Exception e, EdgeVlmException otherwise) {
    if (e instanceof RuntimeException ours && !(e instanceof CvException)) {
      return ours;
    }
    String message = String.valueOf(e.getMessage());
    return message.contains("bad_alloc") || message.contains("Insufficient memory")
        ? new ImageException(Reason.TOO_LARGE, "there is not enough memory for the image", e)
        : otherwise;
  }
}
