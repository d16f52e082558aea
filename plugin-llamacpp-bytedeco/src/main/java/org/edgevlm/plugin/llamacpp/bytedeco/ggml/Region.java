package org.edgevlm.plugin.llamacpp.bytedeco.ggml;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import org.bytedeco.javacpp.BytePointer;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml.Buffer;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml.Tensor;
import org.edgevlm.spi.EdgeVlmException;

/**
 * Page-aligned memory outside the heap that tensors are placed in: a mapped file or reserved
 * address space, whose pages take memory when they are first written. Its address never changes.
 */
public final class Region implements AutoCloseable {

  /** The system's page size in bytes. */
  public static final int PAGE = Ggml.pageSize();

  private final long address;
  private final long size;
  private final Buffer buffer;
  private boolean closed;

  private Region(long address, long size) {
    this.address = address;
    this.size = size;
    this.buffer = Ggml.wrap(address, size);
  }

  /** Maps a whole file for reading. Its size is checked again when it is mapped. */
  public static Region map(Path file, long size) {
    try (BytePointer path = terminated(file.toString())) {
      long address = Ggml.mapFile(path, size);
      if (address == 0) {
        throw new EdgeVlmException(file + " can't be mapped: it changed, or address space ran out");
      }
      return new Region(address, size);
    }
  }

  /** Reserves address space that reads as zeros. */
  public static Region reserve(long size) {
    long rounded = pages(size);
    long address = Ggml.reserve(rounded);
    if (address == 0) {
      throw new EdgeVlmException("no address space for " + rounded + " bytes");
    }
    return new Region(address, rounded);
  }

  /** A C string. */
  public static BytePointer terminated(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return new BytePointer(Arrays.copyOf(bytes, bytes.length + 1));
  }

  /** A size rounded up to whole pages. */
  public static long pages(long size) {
    return (size + PAGE - 1) / PAGE * PAGE;
  }

  /** Where the region begins. */
  public long address() {
    return address;
  }

  /** Bytes. */
  public long size() {
    return size;
  }

  /** Gives a tensor its place. */
  public void place(Tensor tensor, long offset) {
    requireOpen();
    Ggml.place(buffer, tensor, address + offset);
  }

  /** A part of the region, in native byte order, not copied. */
  public ByteBuffer bytes(long offset, long length) {
    requireOpen();
    Objects.checkFromIndexSize(offset, length, size);
    return Address.buffer(address + offset, length);
  }

  /** Moves bytes inside the region; the parts may overlap. */
  public void move(long to, long from, long bytes) {
    requireOpen();
    Objects.checkFromIndexSize(to, bytes, size);
    Objects.checkFromIndexSize(from, bytes, size);
    Ggml.move(address + to, address + from, bytes);
  }

  /** Gives whole pages back to the system; they read as zeros until they are written again. */
  public void discard(long offset, long length) {
    requireOpen();
    if (length > 0) {
      Objects.checkFromIndexSize(offset, length, size);
      Ggml.discard(address + offset, length);
    }
  }

  /** Bytes of the pages that are in memory now. */
  public long residentBytes() {
    requireOpen();
    return Ggml.residentPages(address, size) * PAGE;
  }

  /** Makes a part resident. */
  public void touch(long offset, long length) {
    requireOpen();
    Objects.checkFromIndexSize(offset, length, size);
    Ggml.touch(address + offset, length);
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the memory was freed");
    }
  }

  /** Unmaps. No tensor in the region may be used afterwards. Idempotent. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      Ggml.ggml_backend_buffer_free(buffer);
      Ggml.unmap(address, size);
    }
  }
}
