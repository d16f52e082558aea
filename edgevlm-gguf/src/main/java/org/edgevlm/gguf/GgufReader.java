package org.edgevlm.gguf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.StandardOpenOption;
import org.edgevlm.spi.inference.ModelFormatException;

/**
 * Reads little-endian values through a window of 64 KiB that moves over the file. Every read is
 * checked against the file's size first, so a length of a broken file never becomes an allocation
 * larger than the file.
 */
final class GgufReader implements AutoCloseable {

  private static final int WINDOW = 1 << 16;

  private final GgufSource source;
  private final FileChannel channel;
  private final ByteBuffer window = ByteBuffer.allocate(WINDOW).order(ByteOrder.LITTLE_ENDIAN);
  private long windowStart;

  GgufReader(GgufSource source, long position) {
    this.source = source;
    try {
      channel = FileChannel.open(source.path(), StandardOpenOption.READ);
    } catch (IOException e) {
      throw new ModelFormatException(
          source.path() + ": can't be opened: " + GgufSource.reason(e), e);
    }
    windowStart = position;
    window.limit(0);
  }

  long position() {
    return windowStart + window.position();
  }

  long remaining() {
    return source.size() - position();
  }

  /** An error at a byte of the file. */
  ModelFormatException error(long position, String message) {
    return source.error(message + " (at byte " + position + ")");
  }

  /** Refuses a file that ends before {@code bytes} more of what is being read. */
  void need(long bytes, String what) {
    if (bytes < 0 || bytes > remaining()) {
      throw error(
          position(),
          "the file is truncated or the length is wrong: "
              + what
              + " needs "
              + Long.toUnsignedString(bytes)
              + " bytes, but the file ends after "
              + remaining()
              + " more");
    }
  }

  int u8(String what) {
    fill(1, what);
    return window.get() & 0xff;
  }

  int i16(String what) {
    fill(2, what);
    return window.getShort();
  }

  int i32(String what) {
    fill(4, what);
    return window.getInt();
  }

  long i64(String what) {
    fill(8, what);
    return window.getLong();
  }

  /** A 64-bit length or count, which is refused when it exceeds what Java's long holds. */
  long size(String what) {
    long at = position();
    long size = i64(what);
    if (size < 0) {
      throw error(at, what + " is " + Long.toUnsignedString(size) + ", larger than any file");
    }
    return size;
  }

  byte[] bytes(long count, String what) {
    need(count, what);
    if (count > Integer.MAX_VALUE - 16) {
      throw error(position(), what + " has " + count + " bytes; at most 2 GiB can be read at once");
    }
    byte[] bytes = new byte[(int) count];
    int done = 0;
    while (done < bytes.length) {
      if (!window.hasRemaining()) {
        fill(1, what);
      }
      int n = Math.min(window.remaining(), bytes.length - done);
      window.get(bytes, done, n);
      done += n;
    }
    return bytes;
  }

  void skip(long count, String what) {
    need(count, what);
    if (count <= window.remaining()) {
      window.position(window.position() + (int) count);
    } else {
      windowStart = position() + count;
      window.position(0).limit(0);
    }
  }

  /** A name: 1 to {@code longest} bytes of strict UTF-8 without control characters. */
  String name(int longest, String what) {
    long at = position();
    long length = size("the length of " + what);
    if (length == 0) {
      throw error(at, what + " is empty; expected 1 to " + longest + " bytes");
    }
    if (length > longest) {
      throw error(at, what + " has " + length + " bytes; at most " + longest + " are allowed");
    }
    byte[] bytes = bytes(length, what);
    String name;
    try {
      name = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw error(at, what + " is not UTF-8");
    }
    if (name.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
      throw error(at, what + " contains a control character; expected printable text");
    }
    return name;
  }

  private void fill(int count, String what) {
    if (window.remaining() >= count) {
      return;
    }
    need(count, what);
    windowStart = position();
    window.compact();
    try {
      while (window.position() < count) {
        if (channel.read(window, windowStart + window.position()) < 0) {
          window.flip();
          throw error(position(), "the file was truncated while it was read: " + what);
        }
      }
    } catch (IOException e) {
      throw new ModelFormatException(
          source.path() + ": " + what + " can't be read: " + GgufSource.reason(e), e);
    }
    window.flip();
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new ModelFormatException(
          source.path() + ": can't be closed: " + GgufSource.reason(e), e);
    }
  }
}
