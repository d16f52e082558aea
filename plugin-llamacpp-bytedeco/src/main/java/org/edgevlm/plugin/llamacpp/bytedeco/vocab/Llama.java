package org.edgevlm.plugin.llamacpp.bytedeco.vocab;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.annotation.Cast;
import org.bytedeco.javacpp.annotation.Const;
import org.bytedeco.javacpp.annotation.Name;
import org.bytedeco.javacpp.annotation.Opaque;
import org.bytedeco.javacpp.annotation.Platform;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.NativeLibraries;

/** JavaCPP preset of llama.cpp's vocabularies and chat templates. */
@Platform(include = "edgevlm_llama.h", link = "jllama")
final class Llama {

  static {
    NativeLibraries.load();
  }

  private Llama() {}

  @Opaque
  @Name("llama_model")
  static final class Model extends Pointer {
    Model(Pointer p) {
      super(p);
    }
  }

  @Opaque
  @Name("llama_vocab")
  static final class Vocab extends Pointer {
    Vocab(Pointer p) {
      super(p);
    }
  }

  @Name("edgevlm_silence")
  static native void silence();

  static native void llama_backend_init();

  @Name("edgevlm_load_vocabulary")
  static native Model loadVocabulary(@Cast("const char*") BytePointer path);

  static native void llama_model_free(Model model);

  @Const
  static native Vocab llama_model_get_vocab(@Const Model model);

  static native int llama_vocab_n_tokens(@Const Vocab vocab);

  static native int llama_vocab_bos(@Const Vocab vocab);

  static native boolean llama_vocab_get_add_bos(@Const Vocab vocab);

  static native boolean llama_vocab_is_eog(@Const Vocab vocab, int token);

  static native boolean llama_vocab_is_control(@Const Vocab vocab, int token);

  @Cast("const char*")
  static native BytePointer llama_vocab_get_text(@Const Vocab vocab, int token);

  static native int llama_tokenize(
      @Const Vocab vocab,
      @Cast("const char*") BytePointer text,
      int length,
      int[] tokens,
      int capacity,
      boolean addSpecial,
      boolean parseSpecial);

  static native int llama_token_to_piece(
      @Const Vocab vocab,
      int token,
      @Cast("char*") BytePointer buffer,
      int length,
      int lstrip,
      boolean special);

  @Cast("const char*")
  static native BytePointer llama_model_chat_template(
      @Const Model model, @Cast("const char*") BytePointer name);

  @Name("edgevlm_apply_template")
  static native int applyTemplate(
      @Cast("const char*") BytePointer template,
      @Cast("const char*") BytePointer texts,
      int messages,
      boolean addAssistant,
      @Cast("char*") BytePointer buffer,
      int length);
}
