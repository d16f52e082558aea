package org.edgevlm.image;

/** Names what a file is that isn't a supported picture, so that the error can say it. */
final class Signatures {

  private static final String SUPPORTED = "; JPEG, PNG, WebP and BMP are supported";

  private Signatures() {}

  /** In words: what the file seems to be. */
  static String describe(Bytes bytes) {
    return kind(bytes) + SUPPORTED;
  }

  private static String kind(Bytes bytes) {
    if (bytes.has(0, "GIF8")) {
      return "it is a GIF";
    }
    if (bytes.has(0, "II*\0") || bytes.has(0, "MM\0*")) {
      return "it is a TIFF or a raw photograph";
    }
    if (bytes.has(0, "%PDF")) {
      return "it is a PDF";
    }
    if (bytes.has(4, "ftyp")) {
      return "it is an HEIF, AVIF or MP4 file";
    }
    if (bytes.has(0, "<svg") || bytes.has(0, "<?xml") || bytes.has(0, "<!DOCTYPE")) {
      return "it is SVG, XML or HTML";
    }
    if (bytes.has(0, "\0\0\1\0")) {
      return "it is an icon file";
    }
    return "its first bytes are of no known picture format";
  }
}
