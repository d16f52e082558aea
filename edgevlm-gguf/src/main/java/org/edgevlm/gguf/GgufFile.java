package org.edgevlm.gguf;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.edgevlm.spi.inference.ModelFormatException;

/**
 * A GGUF file (version 2 or 3, little-endian) whose container has been read and validated. What
 * {@link #open} lets through has: a header that ends before the data; unique keys and tensor names;
 * known types; tensors of whole blocks, aligned, inside the file and apart from each other. What
 * the keys and tensors mean is checked by whoever runs the model.
 *
 * <p>Immutable and thread-safe. The file is not held open; the weights are never read here.
 */
public final class GgufFile {

  private final GgufSource source;
  private final int version;
  private final int alignment;
  private final long dataOffset;
  private final GgufMetadata metadata;
  private final Map<String, GgufTensor> tensors;

  GgufFile(
      GgufSource source,
      int version,
      int alignment,
      long dataOffset,
      GgufMetadata metadata,
      Map<String, GgufTensor> tensors) {
    this.source = source;
    this.version = version;
    this.alignment = alignment;
    this.dataOffset = dataOffset;
    this.metadata = metadata;
    this.tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
  }

  /**
   * Reads the header of a file and checks all of it.
   *
   * @throws ModelFormatException if the file can't be read, is not a GGUF, is broken, or changed
   *     while it was read; the message names the file, what is wrong, where, and what would be
   *     right
   */
  public static GgufFile open(Path path) {
    GgufSource source = GgufSource.of(path);
    GgufFile file;
    try (GgufReader reader = new GgufReader(source, 0)) {
      file = new GgufParser(source, reader).parse();
    }
    source.verifyUnchanged();
    return file;
  }

  /** Where the file lies, as given to {@link #open}. */
  public Path path() {
    return source.path();
  }

  /** The size in bytes when it was opened. */
  public long fileSize() {
    return source.size();
  }

  /** The container's version, 2 or 3. */
  public int version() {
    return version;
  }

  /** What the offsets of tensors are multiples of, in bytes; a power of two. */
  public int alignment() {
    return alignment;
  }

  /** Where the header ends and the data of the tensors begins. */
  public long dataOffset() {
    return dataOffset;
  }

  /** The key-value pairs. */
  public GgufMetadata metadata() {
    return metadata;
  }

  /** The tensors by name, in the order of the file; unmodifiable. */
  public Map<String, GgufTensor> tensors() {
    return tensors;
  }

  /** A tensor by name, or empty. */
  public Optional<GgufTensor> tensor(String name) {
    return Optional.ofNullable(tensors.get(name));
  }

  /** A tensor by name; an error that names it if the file lacks it. */
  public GgufTensor requireTensor(String name) {
    GgufTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw error("tensor '" + name + "' is missing");
    }
    return tensor;
  }

  /**
   * Refuses a file that was truncated, is growing, or was written or replaced since {@link #open},
   * by size, time of modification and identity. Call it before and after native code opens the same
   * path.
   */
  public void verifyUnchanged() {
    source.verifyUnchanged();
  }

  /**
   * Refuses tensors that don't follow each other without gaps in the order of the header. GGUF
   * allows such files, but llama.cpp's reader (b4916), which loads the vocabulary, doesn't.
   */
  public void requirePacked() {
    long expected = dataOffset;
    for (GgufTensor tensor : tensors.values()) {
      if (tensor.offset() != expected) {
        throw error(
            "tensor '"
                + tensor.name()
                + "' begins at byte "
                + tensor.offset()
                + ", expected "
                + expected
                + ": llama.cpp wants tensors in the header's order without gaps");
      }
      expected = GgufParser.align(tensor.offset() + tensor.bytes(), alignment);
    }
  }

  /** A name or text of a file for a message: in quotes, printable and not too long. */
  public static String quote(String text) {
    return GgufSource.quote(text);
  }

  /** An error whose message begins with the file's path. */
  public ModelFormatException error(String message) {
    return source.error(message);
  }

  @Override
  public String toString() {
    return path() + " (GGUF version " + version + ", " + tensors.size() + " tensors)";
  }
}
