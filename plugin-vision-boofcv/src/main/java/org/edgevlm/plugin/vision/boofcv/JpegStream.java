package org.edgevlm.plugin.vision.boofcv;

import java.io.ByteArrayOutputStream;
import org.edgevlm.image.Bytes;
import org.edgevlm.image.JpegMarkers;

/**
 * A JPEG with only what decoding needs: tables, frame and scans. Thumbnails, profiles, EXIF and
 * comments stay out of the JDK's reader, which would look into them.
 *
 * @param bytes the smaller file
 * @param lumaChroma whether the first three components are luma and chroma, else colours
 */
record JpegStream(byte[] bytes, boolean lumaChroma) {

  private static final int FIRST_APP = 0xe0;
  private static final int APP0 = 0xe0;
  private static final int APP14 = 0xee;
  private static final int LAST_APP = 0xef;
  private static final int COMMENT = 0xfe;

  /** What the segments before the first scan say of the colours. */
  private static final class Colors {

    private boolean jfif;

    /** -1 where Adobe's segment is missing. */
    private int adobeTransform = -1;

    private int count;
    private String ids = "";

    /** The decision that libjpeg takes, so the same as in most other programs. */
    boolean lumaChroma() {
      if (count == 4) {
        return adobeTransform > 0;
      }
      if (count != 3 || jfif) {
        return count == 3;
      }
      return adobeTransform >= 0 ? adobeTransform != 0 : !ids.equals("RGB");
    }
  }

  /** Of a verified file. */
  static JpegStream of(Bytes file) {
    Colors colors = new Colors();
    ByteArrayOutputStream kept = new ByteArrayOutputStream(file.length());
    long at = 2;
    while (true) {
      at = JpegMarkers.next(file, at);
      int marker = file.u8(at - 1);
      if (marker == JpegMarkers.SOS) {
        break;
      }
      if (JpegMarkers.standsAlone(marker)) {
        continue;
      }
      long end = JpegMarkers.segmentEnd(file, at);
      note(file, marker, at, end, colors);
      if (!(marker >= FIRST_APP && marker <= LAST_APP) && marker != COMMENT) {
        copy(file, marker, at, end, kept);
      }
      at = end;
    }
    return new JpegStream(assemble(file, at, kept, colors), colors.lumaChroma());
  }

  private static void note(Bytes file, int marker, long at, long end, Colors colors) {
    if (marker == APP0 && file.has(at + 2, "JFIF\0")) {
      colors.jfif = true;
    } else if (marker == APP14 && end - at >= 14 && file.has(at + 2, "Adobe")) {
      colors.adobeTransform = file.u8(at + 13);
    } else if (marker >= 0xc0 && marker <= 0xc2) {
      colors.count = file.u8(at + 7);
      StringBuilder ids = new StringBuilder();
      for (int i = 0; i < colors.count; i++) {
        ids.append((char) file.u8(at + 8 + 3L * i));
      }
      colors.ids = ids.toString();
    }
  }

  private static void copy(Bytes file, int marker, long at, long end, ByteArrayOutputStream kept) {
    kept.write(0xff);
    kept.write(marker);
    kept.writeBytes(file.copy(at, (int) (end - at)));
  }

  private static byte[] assemble(Bytes file, long scan, ByteArrayOutputStream kept, Colors colors) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(file.length() + 18);
    out.write(0xff);
    out.write(JpegMarkers.SOI);
    if (colors.count >= 3) {
      // Tells the JDK's reader what it would guess otherwise, and guess by its own rules.
      int transform = colors.lumaChroma() ? colors.count == 4 ? 2 : 1 : 0;
      out.writeBytes(
          new byte[] {
            (byte) 0xff,
            (byte) APP14,
            0,
            14,
            'A',
            'd',
            'o',
            'b',
            'e',
            0,
            100,
            0,
            0,
            0,
            0,
            (byte) transform
          });
    }
    out.writeBytes(kept.toByteArray());
    int rest = (int) scan - 2;
    out.writeBytes(file.copy(rest, file.length() - rest));
    return out.toByteArray();
  }
}
