package org.edgevlm.app.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Reads pictures from files. */
final class ImageFile {

  private ImageFile() {}

  /**
   * All bytes of a file.
   *
   * @param maxBytes refused before anything is allocated if the file is larger
   * @throws CliException with {@link ExitCode#IMAGE} if it can't be read
   */
  static ByteBuffer read(Path file, long maxBytes) {
    if (Files.isDirectory(file)) {
      throw unusable("is a folder", null);
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      if (size > maxBytes) {
        throw unusable("has " + size + " bytes, the limit is " + maxBytes, null);
      }
      ByteBuffer bytes = ByteBuffer.allocate((int) size);
      while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
        // Reads on until the file or the buffer ends.
      }
      return bytes.flip();
    } catch (NoSuchFileException e) {
      throw unusable("does not exist", e);
    } catch (IOException e) {
      throw unusable("can't be read", e);
    }
  }

  private static CliException unusable(String why, Exception cause) {
    return new CliException(ExitCode.IMAGE, why, cause);
  }
}
