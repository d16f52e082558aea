package org.edgevlm.plugin.llamacpp.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.gguf.GgufTensor;
import org.edgevlm.gguf.GgufType;
import org.edgevlm.gguf.writer.GgufWriter;
import org.edgevlm.spi.EdgeVlmException;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LanguageModel;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files that are wrong in many ways, each loaded for real in a process of its own, which must be
 * alive at the end: a model either works or is refused with a message. Of each architecture's files
 * every fourth is tried, with {@code -Dedgevlm.test.thorough=true} all.
 */
class BrokenFilesTest {

  /** A value that llama.cpp must not see. */
  private static final long[] NUMBERS = {0, 1, 3, 7, 33, 4095, 65_536, 0x7fffffffL, 0xffffffffL};

  private static final String STRIDE = Boolean.getBoolean("edgevlm.test.thorough") ? "1" : "4";

  @ParameterizedTest
  @ValueSource(strings = {"llama", "qwen2", "internlm2", "phi3", "gpt2", "starcoder2"})
  void theProcessLives(String architecture) throws IOException {
    Probe.Result result =
        Probe.run(BrokenFilesTest.class, List.of("-Xmx512m"), architecture, STRIDE);
    assertEquals(0, result.status(), result::output);
    String last = result.output().strip().lines().reduce((a, b) -> b).orElse("");
    assertTrue(last.matches("refused [0-9]{2,}, works [0-9]+"), result::output);
  }

  public static void main(String[] arguments) throws IOException {
    Path file = Files.createTempFile("broken", ".gguf");
    int refused = 0;
    int works = 0;
    int stride = Integer.parseInt(arguments[1]);
    List<UnaryOperator<GgufWriter>> variants = variants(arguments[0]);
    // Another fourth for each architecture.
    for (int i = Math.floorMod(arguments[0].hashCode(), stride); i < variants.size(); i += stride) {
      UnaryOperator<GgufWriter> change = variants.get(i);
      change.apply(RandomModels.of(arguments[0])).write(file);
      if (load(file)) {
        works++;
      } else {
        refused++;
      }
    }
    byte[] good = Files.readAllBytes(RandomModels.of(arguments[0]).write(file));
    Random random = new Random(1);
    for (int i = 0; i < 160 / stride; i++) {
      Files.write(file, damaged(good, random));
      if (load(file)) {
        works++;
      } else {
        refused++;
      }
    }
    Files.delete(file);
    System.out.println("refused " + refused + ", works " + works);
  }

  /** A file cut short, or with bytes of its header changed. */
  private static byte[] damaged(byte[] good, Random random) {
    byte[] bytes = good.clone();
    if (random.nextInt(8) == 0) {
      return java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length));
    }
    for (int i = random.nextInt(3); i >= 0; i--) {
      int at = random.nextInt(Math.min(bytes.length, 14_000));
      switch (random.nextInt(3)) {
        case 0 -> bytes[at] = (byte) random.nextInt();
        case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        default ->
            ByteBuffer.wrap(bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(at, (int) NUMBERS[random.nextInt(NUMBERS.length)]);
      }
    }
    return bytes;
  }

  private static List<UnaryOperator<GgufWriter>> variants(String name) throws IOException {
    List<UnaryOperator<GgufWriter>> all = new ArrayList<>();
    Path file = Files.createTempFile("good", ".gguf");
    GgufFile good = GgufFile.open(RandomModels.of(name).write(file));
    for (String key : good.metadata().keys()) {
      if (!key.startsWith(name + ".")) {
        continue;
      }
      all.add(w -> w.remove(key));
      for (long number : NUMBERS) {
        all.add(w -> w.uint32(key, number));
      }
      for (float number : new float[] {-1, 0, Float.NaN, Float.NEGATIVE_INFINITY, 1e30f}) {
        all.add(w -> w.float32(key, number));
      }
      all.add(w -> w.string(key, "x"));
      all.add(w -> w.int32s(key, 4, 2));
      all.add(w -> w.int32s(key, 4, 0));
    }
    for (String key :
        List.of(
            "expert_count",
            "expert_used_count",
            "rope.dimension_count",
            "attention.key_length",
            "attention.value_length",
            "attention.sliding_window",
            "rope.scaling.original_context_length",
            "vocab_size",
            "pooling_type",
            "attention.kv_lora_rank",
            "tokenizer")) {
      for (long number : NUMBERS) {
        all.add(w -> w.uint32(name + "." + key, number));
      }
    }
    for (float number : new float[] {-1, 0, Float.NaN, 1e-30f, 1e30f}) {
      for (String key :
          List.of(
              "rope.freq_base",
              "rope.scaling.factor",
              "logit_scale",
              "rope.scaling.attn_factor",
              "attention.clamp_kqv",
              "attention.max_alibi_bias")) {
        all.add(w -> w.float32(name + "." + key, number));
      }
    }
    all.add(w -> w.string(name + ".rope.scaling.type", "sideways"));
    all.add(w -> w.bool(name + ".attention.causal", false));
    for (GgufTensor tensor : good.tensors().values()) {
      all.addAll(tensors(tensor));
    }
    Files.delete(file);
    return all;
  }

  private static List<UnaryOperator<GgufWriter>> tensors(GgufTensor tensor) {
    List<UnaryOperator<GgufWriter>> all = new ArrayList<>();
    all.add(w -> w.removeTensor(tensor.name()));
    long[] shape = tensor.shape();
    List<UnaryOperator<long[]>> shapes =
        List.of(
            s -> new long[] {s[0] * 2},
            s -> new long[] {s[0], 1, 1, 3},
            s -> s.length > 1 ? new long[] {s[1], s[0]} : new long[] {s[0] / 2},
            s -> new long[] {s[0]});
    for (UnaryOperator<long[]> other : shapes) {
      all.add(w -> w.zeros(tensor.name(), GgufType.F32, other.apply(shape.clone())));
    }
    for (GgufType type :
        List.of(
            GgufType.F16,
            GgufType.I32,
            GgufType.F64,
            GgufType.I8,
            GgufType.BF16,
            GgufType.Q8_0,
            GgufType.Q4_0,
            GgufType.IQ4_NL,
            GgufType.Q8_1)) {
      if (shape[0] % type.blockSize() == 0) {
        all.add(w -> w.zeros(tensor.name(), type, shape));
      }
    }
    return all;
  }

  /** Whether a model works; false if it is refused as it should be. */
  private static boolean load(Path file) {
    try (LanguageModel model = Stock.open(file, "context_length", 64);
        InferenceSession session = Stock.session(model)) {
      Stock.feed(session, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
      Stock.feed(session, 5);
      session.rewind(3);
      Stock.feed(session, 6);
      return true;
    } catch (EdgeVlmException e) {
      if (e.getMessage() == null || e.getMessage().length() < 10) {
        throw e;
      }
      return false;
    }
  }
}
