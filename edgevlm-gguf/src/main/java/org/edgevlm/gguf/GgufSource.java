package org.edgevlm.gguf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import org.edgevlm.spi.inference.ModelFormatException;

/**
 * A file as it was when it was opened.
 *
 * @param path where it lies
 * @param size in bytes
 * @param modified when it was last written
 * @param key the file system's identity of it (the inode); null where there is none
 */
record GgufSource(Path path, long size, FileTime modified, Object key) {

  private static final int LONGEST_QUOTE = 100;

  static GgufSource of(Path path) {
    BasicFileAttributes attributes = attributes(path);
    if (!attributes.isRegularFile()) {
      throw new ModelFormatException(path + ": not a regular file; expected a GGUF file");
    }
    return new GgufSource(
        path, attributes.size(), attributes.lastModifiedTime(), attributes.fileKey());
  }

  /** Refuses a file that was written or replaced since it was opened. */
  void verifyUnchanged() {
    BasicFileAttributes now = attributes(path);
    if (now.size() != size) {
      throw error(
          "the file is "
              + (now.size() < size ? "truncated" : "growing")
              + ": it had "
              + size
              + " bytes when it was opened and has "
              + now.size()
              + " now; load it when it is written completely");
    }
    if (!now.lastModifiedTime().equals(modified) || !Objects.equals(now.fileKey(), key)) {
      throw error(
          "the file changed after it was opened (modified "
              + modified
              + ", now "
              + now.lastModifiedTime()
              + "); load it when it is written completely");
    }
  }

  /** An error whose message begins with the file. */
  ModelFormatException error(String message) {
    return new ModelFormatException(path + ": " + message);
  }

  private static BasicFileAttributes attributes(Path path) {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class);
    } catch (IOException e) {
      throw new ModelFormatException(path + ": can't be read: " + reason(e), e);
    }
  }

  /** A name or text of the file for a message: in quotes, printable and not too long. */
  static String quote(String text) {
    int end = Math.min(text.length(), LONGEST_QUOTE);
    StringBuilder quoted = new StringBuilder("'");
    for (int i = 0; i < end; i++) {
      char c = text.charAt(i);
      quoted.append(Character.isISOControl(c) ? '?' : c);
    }
    return quoted.append(end < text.length() ? "...'" : "'").toString();
  }

  /** What an I/O error says, with its kind, because some messages are only the file's name. */
  static String reason(IOException e) {
    String kind = e.getClass().getSimpleName().replace("Exception", "");
    return kind + (e.getMessage() == null ? "" : " " + e.getMessage());
  }
}
