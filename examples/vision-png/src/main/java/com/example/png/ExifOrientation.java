package com.example.png;

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
 * Finds the orientation in a block of EXIF data with metadata-extractor 2.18.
 *
 * <p>The constructor of {@link ExifTiffHandler} that this calls has two parameters. Version 2.19,
 * which EdgeVLM's OpenCV plugin brings, has one with three parameters instead, so neither plugin
 * could run with the other's jar.
 */
final class ExifOrientation {

  /** Row 0 is the top, column 0 the left side: also the answer where there is none. */
  static final int UPRIGHT = 1;

  private ExifOrientation() {}

  /** The orientation, 1 to 8; a broken block counts as upright, as it does in browsers. */
  static int read(byte[] tiff) {
    Metadata metadata = new Metadata();
    try {
      new TiffReader().processTiff(new ByteArrayReader(tiff), new OrientationOnly(metadata), 0);
    } catch (TiffProcessingException | IOException | RuntimeException e) {
      // What was found before the block broke still counts.
    }
    ExifIFD0Directory directory = metadata.getFirstDirectoryOfType(ExifIFD0Directory.class);
    Integer value =
        directory == null ? null : directory.getInteger(ExifIFD0Directory.TAG_ORIENTATION);
    return value != null && value >= 1 && value <= 8 ? value : UPRIGHT;
  }

  /** Reads the first directory and skips every other tag: what else is there can't cost much. */
  private static final class OrientationOnly extends ExifTiffHandler {

    OrientationOnly(Metadata metadata) {
      super(metadata, null);
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
