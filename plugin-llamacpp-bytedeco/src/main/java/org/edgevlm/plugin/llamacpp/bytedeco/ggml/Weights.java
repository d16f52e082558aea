package org.edgevlm.plugin.llamacpp.bytedeco.ggml;

import java.util.HashMap;
import java.util.Map;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.gguf.GgufTensor;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml.Context;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml.Tensor;
import org.edgevlm.spi.inference.LoadProgress;

/** A file's tensors, mapped into memory and used where they lie. */
public final class Weights implements AutoCloseable {

  private static final long CHUNK = 32L << 20;

  private final Region region;
  private final Context context;
  private final Map<String, Tensor> tensors = new HashMap<>();
  private boolean closed;

  /** Maps a checked file. */
  public Weights(GgufFile file) {
    file.verifyUnchanged();
    region = Region.map(file.path(), file.fileSize());
    context = Ggml.newContext((file.tensors().size() + 1) * Ggml.ggml_tensor_overhead());
    for (GgufTensor t : file.tensors().values()) {
      int type = t.type().id();
      Tensor tensor =
          switch (t.dimensions()) {
            case 1 -> Ggml.ggml_new_tensor_1d(context, type, t.ne(0));
            case 2 -> Ggml.ggml_new_tensor_2d(context, type, t.ne(0), t.ne(1));
            case 3 -> Ggml.ggml_new_tensor_3d(context, type, t.ne(0), t.ne(1), t.ne(2));
            default -> Ggml.ggml_new_tensor_4d(context, type, t.ne(0), t.ne(1), t.ne(2), t.ne(3));
          };
      region.place(tensor, t.offset());
      tensors.put(t.name(), tensor);
    }
  }

  /** Reads the whole file once so that the first request doesn't wait for the disk. */
  public void preload(LoadProgress progress) {
    for (long done = 0; done < region.size(); ) {
      long length = Math.min(CHUNK, region.size() - done);
      region.touch(done, length);
      done += length;
      progress.update(done, region.size());
    }
  }

  /** Reads one tensor so that the first request doesn't wait for the disk. */
  public void preload(GgufTensor tensor) {
    region.touch(tensor.offset(), tensor.bytes());
  }

  /** Lets the pages that a tensor has to itself go; they are read again if they are needed. */
  public void release(GgufTensor tensor) {
    long from = Region.pages(tensor.offset());
    long to = (tensor.offset() + tensor.bytes()) / Region.PAGE * Region.PAGE;
    region.discard(from, Math.max(0, to - from));
  }

  /** A tensor that the file's checks found. */
  public Tensor get(String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("no tensor " + name);
    }
    return tensor;
  }

  /** A tensor, or null where the file has none of that name. */
  public Tensor find(String name) {
    return tensors.get(name);
  }

  /** Unmaps the file. Idempotent. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      Ggml.ggml_free(context);
      region.close();
    }
  }
}
