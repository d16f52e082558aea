package org.edgevlm.plugin.llamacpp.bytedeco.shape;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.gguf.GgufType;
import org.edgevlm.gguf.GgufValueType;
import org.edgevlm.gguf.writer.GgufWriter;
import org.edgevlm.gguf.writer.TinyModels;
import org.edgevlm.spi.inference.ModelFormatException;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Language models that the engine or llama.cpp's vocabulary would stumble over are refused. */
class MalformedLlamaTest {

  private static final String T = "tokenizer.ggml.";

  @TempDir Path folder;

  /** A change that breaks a valid model, and the words of the message. */
  record Case(String name, GgufWriter file, List<String> words) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Case broken(String name, Consumer<GgufWriter> change, String... words) {
    GgufWriter writer = TinyModels.llama();
    change.accept(writer);
    return new Case(name, writer, List.of(words));
  }

  static void refused(Executable call, String... words) {
    String message = assertThrows(ModelFormatException.class, call).getMessage();
    for (String word : words) {
      assertTrue(message.contains(word), () -> "'" + word + "' in: " + message);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"hyperParameters", "rope", "tensors", "vocabularies", "tokens"})
  void isRefused(Case broken) throws IOException {
    Path path = broken.file().write(folder.resolve("broken.gguf"));
    GgufFile file = GgufFile.open(path);
    refused(() -> LlamaShape.of(file), broken.words().toArray(String[]::new));
    refused(() -> LlamaShape.of(file), path + ": ");
  }

  static Stream<Case> hyperParameters() {
    String a = "llama.attention.";
    return Stream.of(
        broken(
            "no architecture", w -> w.remove("general.architecture"), "architecture' is missing"),
        broken("other architecture", w -> w.string("general.architecture", "bert"), "'bert'"),
        broken("architecture a number", w -> w.uint32("general.architecture", 1), "a UINT32"),
        broken("no layers", w -> w.remove("llama.block_count"), "'llama.block_count' is missing"),
        broken("0 layers", w -> w.uint32("llama.block_count", 0), "is 0", "1 to 512"),
        broken("513 layers", w -> w.uint32("llama.block_count", 513), "is 513"),
        broken("layers beyond the file", w -> w.uint32("llama.block_count", 3), "'blk.2.attn_norm"),
        broken("fewer layers", w -> w.uint32("llama.block_count", 1), "'blk.1.", "1 layers"),
        broken("layers a float", w -> w.float32("llama.block_count", 2), "FLOAT32", "an integer"),
        broken("width 0", w -> w.uint32("llama.embedding_length", 0), "embedding_length' is 0"),
        broken("width -1", w -> w.uint32("llama.embedding_length", -1), "4294967295"),
        broken("other width", w -> w.uint32("llama.embedding_length", 64), "expected [64, 300]"),
        broken("no heads", w -> w.remove(a + "head_count"), "head_count' is missing"),
        broken("0 heads", w -> w.uint32(a + "head_count", 0), "is 0", "out of range"),
        broken("5 heads", w -> w.uint32(a + "head_count", 5), "does not divide the width 32"),
        broken("odd heads", w -> w.uint32(a + "head_count", 32), "width 1", "even"),
        broken("0 KV heads", w -> w.uint32(a + "head_count_kv", 0), "head_count_kv' is 0"),
        broken("3 KV heads", w -> w.uint32(a + "head_count_kv", 3), "does not divide the 4 heads"),
        broken("8 KV heads", w -> w.uint32(a + "head_count_kv", 8), "head_count_kv' is 8"),
        broken("KV heads by layer", w -> w.int32s(a + "head_count_kv", 2, 4), "differs by layer"),
        broken("KV heads of 3 layers", w -> w.int32s(a + "head_count_kv", 2, 2, 2), "3 elements"),
        broken("KV heads texts", w -> w.strings(a + "head_count_kv", List.of("2", "2")), "STRING"),
        broken("no feed-forward", w -> w.remove("llama.feed_forward_length"), "is missing"),
        broken("feed-forward 0", w -> w.uint32("llama.feed_forward_length", 0), "is 0"),
        broken("feed-forward 96", w -> w.uint32("llama.feed_forward_length", 96), "[32, 96]"),
        broken("odd key width", w -> w.uint32(a + "key_length", 7), "8 while keys have 7"),
        broken("key width", w -> w.uint32(a + "key_length", 16), "value_length", "16"),
        broken(
            "odd head width",
            w -> w.uint32(a + "key_length", 9).uint32(a + "value_length", 9),
            "width 9",
            "even"),
        broken("no epsilon", w -> w.remove(a + "layer_norm_rms_epsilon"), "epsilon' is missing"),
        broken("epsilon 0", w -> w.float32(a + "layer_norm_rms_epsilon", 0), "positive"),
        broken("epsilon -1", w -> w.float32(a + "layer_norm_rms_epsilon", -1), "positive"),
        broken("epsilon NaN", w -> w.float32(a + "layer_norm_rms_epsilon", Float.NaN), "finite"),
        broken("no context", w -> w.remove("llama.context_length"), "context_length' is missing"),
        broken("context 0", w -> w.uint32("llama.context_length", 0), "is 0"),
        broken("experts", w -> w.uint32("llama.expert_count", 8), "experts"),
        broken("exit 0", w -> w.int32s("edgevlm.exit_layers", 0), "exit_layers", "ascending"),
        broken("exit 3 of 2", w -> w.int32s("edgevlm.exit_layers", 3), "lists 3"),
        broken("exits down", w -> w.int32s("edgevlm.exit_layers", 2, 1), "1 after 2"),
        broken("many exits", w -> w.int32s("edgevlm.exit_layers", 1, 2, 3), "more exits"),
        broken("exits a number", w -> w.uint32("edgevlm.exit_layers", 1), "an array"));
  }

  static Stream<Case> rope() {
    String r = "llama.rope.";
    return Stream.of(
        broken("odd rotation", w -> w.uint32(r + "dimension_count", 3), "is 3", "even"),
        broken("rotation 0", w -> w.uint32(r + "dimension_count", 0), "is 0"),
        broken("rotation wider than heads", w -> w.uint32(r + "dimension_count", 16), "2 to 8"),
        broken("base 0", w -> w.float32(r + "freq_base", 0), "freq_base' is 0"),
        broken("base infinite", w -> w.float32(r + "freq_base", 1f / 0), "Infinity", "finite"),
        broken("longrope", w -> w.string(r + "scaling.type", "longrope"), "longrope", "yarn"),
        broken("scaling unknown", w -> w.string(r + "scaling.type", "x"), "'x'", "linear"),
        broken("factor -2", w -> w.float32(r + "scaling.factor", -2), "factor' is -2"),
        broken("old factor NaN", w -> w.float32(r + "scale_linear", 0f / 0), "scale_linear", "NaN"),
        broken("attention factor", w -> w.float32(r + "scaling.attn_factor", -1), "attn_factor"),
        broken("factor an integer", w -> w.uint32(r + "scaling.factor", 2), "FLOAT32"),
        broken("first context 0", w -> w.uint32(r + "scaling.original_context_length", 0), "is 0"),
        broken("frequencies", w -> w.zeros("rope_freqs.weight", GgufType.F32, 8), "expected [4]"),
        broken("frequencies F16", w -> w.zeros("rope_freqs.weight", GgufType.F16, 4), "F32"));
  }

  static Stream<Case> tensors() {
    return Stream.of(
        broken("no embedding", w -> w.removeTensor("token_embd.weight"), "'token_embd.weight' is"),
        broken("no last norm", w -> w.removeTensor("output_norm.weight"), "'output_norm.weight'"),
        broken("no query", w -> w.removeTensor("blk.1.attn_q.weight"), "'blk.1.attn_q.weight'"),
        broken("no norm", w -> w.removeTensor("blk.0.ffn_norm.weight"), "'blk.0.ffn_norm.weight'"),
        broken(
            "norm F16",
            w -> w.zeros("blk.0.attn_norm.weight", GgufType.F16, 32),
            "'blk.0.attn_norm.weight' is of type F16",
            "F32 for norms"),
        broken(
            "norm too short",
            w -> w.zeros("output_norm.weight", GgufType.F32, 16),
            "[16]",
            "expected [32]"),
        broken(
            "query transposed",
            w -> w.zeros("blk.0.ffn_down.weight", GgufType.F16, 32, 64),
            "has shape [32, 64]; expected [64, 32]"),
        broken(
            "keys of all heads",
            w -> w.zeros("blk.1.attn_k.weight", GgufType.F16, 32, 32),
            "expected [32, 16]"),
        broken(
            "a third dimension",
            w -> w.zeros("blk.1.attn_q.weight", GgufType.F16, 32, 32, 2),
            "[32, 32, 2]"),
        broken(
            "integers",
            w -> w.zeros("blk.0.attn_q.weight", GgufType.I32, 32, 32),
            "type I32",
            "F16"),
        broken(
            "codebooks", w -> w.zeros("output.weight", GgufType.IQ4_NL, 32, 300), "IQ4_NL", "Q8_0"),
        broken(
            "head of another vocabulary",
            w -> w.zeros("output.weight", GgufType.F16, 32, 301),
            "'output.weight'",
            "expected [32, 300]"),
        broken(
            "bias of another width",
            w -> w.zeros("blk.0.attn_k.bias", GgufType.F32, 32),
            "'blk.0.attn_k.bias'",
            "expected [16]"),
        broken("bias F16", w -> w.zeros("blk.0.attn_q.bias", GgufType.F16, 32), "F32 for norms"),
        broken("other bias", w -> w.zeros("blk.0.ffn_up.bias", GgufType.F32, 64), "ffn_up.bias"),
        broken("unknown tensor", w -> w.zeros("extra", GgufType.F32, 1), "'extra' is not part"),
        broken(
            "experts' gate",
            w -> w.zeros("blk.0.ffn_gate_inp.weight", GgufType.F32, 32, 8),
            "mixture of experts"));
  }

  static Stream<Case> vocabularies() {
    byte[] bytes = new byte[TinyModels.TOKENS];
    return Stream.of(
        broken("no tokenizer", w -> w.remove(T + "model"), "'tokenizer.ggml.model' is missing"),
        broken("WordPiece", w -> w.string(T + "model", "bert"), "'bert'", "gpt2"),
        broken("no vocabulary", w -> w.string(T + "model", "none"), "'none'"),
        broken("unknown tokenizer", w -> w.string(T + "model", "x"), "'x'", "expected 'llama'"),
        broken("no merges", w -> w.string(T + "model", "gpt2"), "merges' is missing"),
        broken(
            "merges of numbers",
            w -> w.string(T + "model", "gpt2").int32s(T + "merges", 1),
            "merges' is an array of INT32"),
        broken(
            "unknown pre-tokenizer",
            w ->
                w.string(T + "model", "gpt2")
                    .strings(T + "merges", List.of())
                    .string(T + "pre", "x"),
            "'tokenizer.ggml.pre' is 'x'"),
        broken("scores too short", w -> w.float32s(T + "scores", new float[299]), "299", "300"),
        broken("scores of integers", w -> w.int32s(T + "scores", new int[300]), "FLOAT32"),
        broken("scores NaN", w -> w.float32s(T + "scores", nan()), "index 7", "finite"),
        broken("types too short", w -> w.int32s(T + "token_type", 1), "token_type' has 1 elements"),
        broken(
            "types of one byte",
            w -> w.array(T + "token_type", GgufValueType.UINT8, 300, bytes),
            "an array of UINT8; expected an array of INT32"),
        broken("types no array", w -> w.uint32(T + "token_type", 1), "an array"),
        broken("begin out of range", w -> w.uint32(T + "bos_token_id", 300), "is 300", "0 to 299"),
        broken("end out of range", w -> w.uint32(T + "eos_token_id", -1), "4294967295"),
        broken("end a text", w -> w.string(T + "eos_token_id", "2"), "a STRING", "a UINT32"),
        broken("end signed", w -> w.integer(T + "eos_token_id", GgufValueType.INT32, 2), "INT32"),
        broken("pad a float", w -> w.float32(T + "padding_token_id", 2), "padding_token_id"),
        broken("flag a number", w -> w.uint32(T + "add_bos_token", 1), "a BOOL"),
        broken("template a number", w -> w.uint32("tokenizer.chat_template", 1), "a STRING"),
        broken("file type a text", w -> w.string("general.file_type", "F16"), "a UINT32"),
        broken("name a number", w -> w.uint32("general.name", 1), "general.name"),
        broken("split", w -> w.integer("split.count", GgufValueType.UINT16, 2), "merge them"),
        broken("vocabulary size", w -> w.uint32("llama.vocab_size", 299), "is 299", "300 rows"),
        broken(
            "begin without token",
            w ->
                w.string(T + "model", "gpt2")
                    .strings(T + "merges", List.of())
                    .string(T + "pre", "chatglm-bpe")
                    .remove(T + "bos_token_id"),
            "add_bos_token' is true"),
        broken(
            "phi-3 without its tokens", w -> w.string("general.name", "My Phi-3"), "<|endoftext|>"),
        broken(
            "jina without its mask",
            w ->
                w.string(T + "model", "gpt2")
                    .strings(T + "merges", List.of())
                    .string(T + "pre", "jina-v2-de"),
            "'<mask>'"));
  }

  static Stream<Case> tokens() {
    return Stream.of(
        broken("no tokens", w -> w.remove(T + "tokens"), "'tokenizer.ggml.tokens' is missing"),
        broken("tokens a text", w -> w.string(T + "tokens", "x"), "a STRING", "an array"),
        broken("tokens of numbers", w -> w.int32s(T + "tokens", 1), "expected an array of STRING"),
        broken("299 tokens", w -> w.strings(T + "tokens", tokens(299)), "299", "expected 300"),
        broken("token twice", w -> w.strings(T + "tokens", tokens(280, "</s>")), "'</s>' twice"),
        broken(
            "tokens that end alike at a zero byte",
            w -> w.strings(T + "tokens", tokens(280, "</s>\0x")),
            "'</s>' twice, as 2 and 280"),
        broken("no byte token", w -> w.strings(T + "tokens", tokens(13, "x")), "byte token", "13"),
        broken(
            "byte without token",
            w -> w.strings(T + "tokens", tokens(13, "x")).int32s(T + "token_type", ones()),
            "lacks the byte token '<0x0A>'"),
        broken(
            "bytes in lower case",
            w -> w.strings(T + "tokens", tokens(13, "<0x0a>")),
            "'<0x0a>' as byte token 13"),
        broken(
            "tiny vocabulary",
            w -> {
              TinyModels.sentencePiece(w, 2);
              w.zeros("token_embd.weight", GgufType.F16, 32, 2);
              w.zeros("output.weight", GgufType.F16, 32, 2);
              w.remove(T + "eos_token_id");
            },
            "eos_token_id' is missing",
            "default, 2"));
  }

  private static List<String> tokens(int count) {
    return TinyModels.sentencePieceTokens(TinyModels.TOKENS).subList(0, count);
  }

  private static List<String> tokens(int index, String text) {
    List<String> tokens = new ArrayList<>(tokens(TinyModels.TOKENS));
    tokens.set(index, text);
    return tokens;
  }

  private static int[] ones() {
    int[] types = new int[TinyModels.TOKENS];
    Arrays.fill(types, 1);
    return types;
  }

  private static float[] nan() {
    float[] scores = new float[TinyModels.TOKENS];
    scores[7] = Float.NaN;
    return scores;
  }
}
