package org.edgevlm.image;

import com.drew.imaging.tiff.TiffProcessingException;
import com.drew.imaging.tiff.TiffReader;
import com.drew.lang.ByteArrayReader;
import com.drew.lang.RandomAccessReader;
import com.drew.metadata.Metadata;
import com.drew.metadata.exif.ExifIFD0Directory;
import com.drew.metadata.exif.ExifTiffHandler;
import java.io.IOException;
import java.util.Set;

/**
 * Finds the orientation in a block of EXIF data with metadata-extractor's TIFF reader.
 *
 * <p>Only the first directory is read and every other tag is skipped, so neither loops of
 * directories nor thousands of tags that share one large value cost time or memory. A broken block,
 * or an orientation that isn't 1 to 8, counts as "upright", as it does in browsers.
 */
final class ExifOrientation {

  /** Orientation when there is none. */
  static final int UPRIGHT = 1;

  /** EXIF in a JPEG can't be longer; what lies beyond isn't needed for the orientation. */
  private static final int MAX_BLOCK = 1 << 16;

  private ExifOrientation() {}

  /** The orientation, 1 to 8, in a TIFF block of a file. */
  static int read(Bytes bytes, long offset, long length) {
    byte[] block = bytes.copy(offset, (int) Math.min(length, MAX_BLOCK));
    Metadata metadata = new Metadata();
    try {
      new TiffReader().processTiff(new ByteArrayReader(block), new OrientationOnly(metadata), 0);
    } catch (TiffProcessingException | IOException | RuntimeException e) {
      // Whatever was found before the block broke still counts.
    }
    ExifIFD0Directory directory = metadata.getFirstDirectoryOfType(ExifIFD0Directory.class);
    Integer value =
        directory == null ? null : directory.getInteger(ExifIFD0Directory.TAG_ORIENTATION);
    return value != null && value >= 1 && value <= 8 ? value : UPRIGHT;
  }

  private static final class OrientationOnly extends ExifTiffHandler {

    OrientationOnly(Metadata metadata) {
      super(metadata, null, 0);
    }

    @Override
    public boolean tryEnterSubIfd(int tagId) {
      return false;
    }

    @Override
    public boolean hasFollowerIfd() {
      return false;
    }

    @Override
    public boolean customProcessTag(
        int tagOffset,
        Set<Integer> processedIfdOffsets,
        int tiffHeaderOffset,
        RandomAccessReader reader,
        int tagId,
        int byteCount) {
      boolean wanted = tagId == ExifIFD0Directory.TAG_ORIENTATION && byteCount <= 4;
      return !wanted;
    }
  }
}
