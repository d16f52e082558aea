package org.edgevlm.dist;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.gguf.GgufMetadata;
import org.edgevlm.gguf.GgufTensor;
import org.edgevlm.gguf.GgufValueType;
import org.edgevlm.gguf.writer.GgufWriter;

/**
 * A model's first blocks with its own embedding, output norm and head, as a file of its own. Of a
 * model that was trained to be read out early this is a draft.
 */
final class TruncatedModel {

  private static final String BLOCK_COUNT = "llama.block_count";
  private static final Pattern BLOCK = Pattern.compile("blk\\.(\\d+)\\..*");

  private TruncatedModel() {}

  /**
   * Writes the file.
   *
   * @param blocks to keep
   */
  static Path write(Path model, int blocks, Path to) throws IOException {
    GgufFile file = GgufFile.open(model);
    GgufWriter writer = new GgufWriter().tokenizerOf(file).alignment(file.alignment());
    GgufMetadata metadata = file.metadata();
    for (String key : metadata.keys()) {
      // Arrays outside of the tokenizer list exits, of which the copy has none.
      if (!key.startsWith("tokenizer.") && metadata.elementType(key).isEmpty()) {
        copy(metadata, key, writer);
      }
    }
    writer.uint32(BLOCK_COUNT, blocks);
    for (GgufTensor tensor : file.tensors().values()) {
      Matcher block = BLOCK.matcher(tensor.name());
      if (!block.matches() || Integer.parseInt(block.group(1)) < blocks) {
        writer.tensor(
            tensor.name(), tensor.type(), tensor.shape(), out -> transfer(model, tensor, out));
      }
    }
    return writer.write(to);
  }

  private static void copy(GgufMetadata metadata, String key, GgufWriter writer) {
    GgufValueType type = metadata.type(key).orElseThrow();
    switch (type) {
      case STRING -> writer.string(key, metadata.requireString(key));
      case BOOL -> writer.bool(key, metadata.requireBoolean(key));
      case FLOAT32 -> writer.float32(key, metadata.requireFloat(key));
      default -> writer.integer(key, type, metadata.requireLong(key));
    }
  }

  private static void transfer(Path model, GgufTensor tensor, WritableByteChannel out)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(tensor.bytes()));
    try (FileChannel in = FileChannel.open(model, StandardOpenOption.READ)) {
      while (bytes.hasRemaining()) {
        if (in.read(bytes, tensor.offset() + bytes.position()) < 0) {
          throw new IOException(model + " ends inside " + tensor.name());
        }
      }
    }
    GgufWriter.writeAll(out, bytes.flip());
  }
}
