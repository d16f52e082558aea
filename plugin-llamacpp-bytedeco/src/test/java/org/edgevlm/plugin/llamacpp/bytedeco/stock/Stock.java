package org.edgevlm.plugin.llamacpp.bytedeco.stock;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.annotation.Cast;
import org.bytedeco.javacpp.annotation.Name;
import org.bytedeco.javacpp.annotation.Opaque;
import org.bytedeco.javacpp.annotation.Platform;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.NativeLibraries;

/** JavaCPP preset of stock llama.cpp's decoding, for {@link StockModel}. */
@Platform(include = "edgevlm_stock.h", link = "jllama")
final class Stock {

  static {
    load();
  }

  private Stock() {}

  private static void load() {
    NativeLibraries.load();
    String resource = "/edgevlm-natives/" + org.edgevlm.spi.Platform.current() + "/libjnistock.so";
    try (InputStream in = Stock.class.getResourceAsStream(resource)) {
      Path file = NativeLibraries.folder().resolve("libjnistock.so");
      Files.copy(in, file);
      file.toFile().deleteOnExit();
      System.load(file.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Opaque
  @Name("llama_model")
  static final class Model extends Pointer {
    Model(Pointer p) {
      super(p);
    }
  }

  @Opaque
  @Name("llama_context")
  static final class Context extends Pointer {
    Context(Pointer p) {
      super(p);
    }
  }

  @Name("edgevlm_stock_load")
  static native Model load(@Cast("const char*") BytePointer path);

  static native void llama_model_free(Model model);

  @Name("edgevlm_stock_context")
  static native Context context(Model model, int contextLength, int threads, boolean flash);

  static native void llama_free(Context context);

  @Name("edgevlm_stock_decode")
  static native int decode(
      Context context,
      @Cast("const int32_t*") int[] tokens,
      @Cast("const float*") FloatBuffer rows,
      int width,
      int count,
      int position,
      boolean all);

  static native FloatPointer llama_get_logits_ith(Context context, int i);

  static native void llama_kv_self_clear(Context context);

  @Cast("bool")
  static native boolean llama_kv_self_seq_rm(Context context, int sequence, int from, int to);
}
