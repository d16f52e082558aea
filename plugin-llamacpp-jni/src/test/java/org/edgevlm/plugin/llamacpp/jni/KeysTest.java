package org.edgevlm.plugin.llamacpp.jni;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.edgevlm.spi.EdgeVlmException;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.inference.ChatMessage;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.MemoryEstimate;
import org.edgevlm.spi.inference.ModelFiles;
import org.edgevlm.spi.inference.Outputs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What each configuration key does. */
class KeysTest {

  @TempDir Path folder;

  private static final ModelFiles FILES = new ModelFiles(Stock.MODEL, Optional.empty());

  private static int[] prompt(int count) {
    return new Random(5).ints(count, 3, RandomModels.TOKENS).toArray();
  }

  private static void refused(String expected, Path file, Object... keys) {
    PluginException e = assertThrows(PluginException.class, () -> Stock.open(file, keys).close());
    assertTrue(e.getMessage().contains(expected), e.getMessage());
    ModelFiles files = new ModelFiles(file, Optional.empty());
    assertThrows(PluginException.class, () -> Stock.backend(keys).estimate(files));
  }

  private static long kvBytes(Path file, Object... keys) {
    try (LanguageModel model = Stock.open(file, keys);
        InferenceSession session = Stock.session(model)) {
      long estimate =
          Stock.backend(keys).estimate(new ModelFiles(file, Optional.empty())).kvCache();
      assertEquals(session.kvBytes(), estimate);
      return session.kvBytes();
    }
  }

  @Test
  void kvTypesTakeLessMemoryAndSayNearlyTheSame() {
    Path file = RandomModels.file(folder, "llama");
    long f16 = kvBytes(file);
    assertEquals(512L * 2 * 2 * RandomModels.KV_HEADS * RandomModels.HEAD * 2, f16);
    assertEquals(f16 * 17 / 32, kvBytes(file, "kv_type_k", "q8-0", "kv_type_v", "q8-0"));
    assertEquals(f16 * 9 / 32, kvBytes(file, "kv_type_k", "q4-0", "kv_type_v", "q4-0"));
    int[] tokens = prompt(40);
    float[][] rows = new float[3][];
    String[] types = {"f16", "q8-0", "q4-0"};
    for (int i = 0; i < 3; i++) {
      try (LanguageModel model = Stock.open(file, "kv_type_k", types[i], "kv_type_v", types[i]);
          InferenceSession session = Stock.session(model)) {
        rows[i] = Stock.row(Stock.feed(session, tokens), 0);
      }
    }
    float eight = Stock.difference(rows[0], rows[1]);
    float four = Stock.difference(rows[0], rows[2]);
    assertTrue(eight > 0 && eight < 1, "q8-0 differs by " + eight);
    assertTrue(four > eight && four < 5, "q4-0 differs by " + four);
  }

  @Test
  void quantisedValuesNeedFusedAttention() {
    Path file = RandomModels.file(folder, "llama");
    refused("kv_type_v: q8-0 needs", file, "kv_type_v", "q8-0", "flash_attention", "off");
    kvBytes(file, "kv_type_k", "q8-0", "flash_attention", "off");
  }

  @Test
  void fusedAttentionSaysTheSame() {
    Path file = RandomModels.file(folder, "llama");
    int[] tokens = prompt(40);
    float[][] rows = new float[2][];
    for (int i = 0; i < 2; i++) {
      try (LanguageModel model = Stock.open(file, "flash_attention", i == 0 ? "on" : "off");
          InferenceSession session = Stock.session(model)) {
        rows[i] = Stock.row(Stock.feed(session, tokens), 0);
      }
    }
    assertTrue(Stock.difference(rows[0], rows[1]) < 0.05);
    assertFalse(Arrays.equals(rows[0], rows[1]), "both went the same way");
  }

  @Test
  void contextLengthIsTheCapacity() {
    try (LanguageModel model = Stock.open(Stock.MODEL, "context_length", 100);
        InferenceSession session = Stock.session(model)) {
      assertEquals(100, session.capacity());
      assertEquals(100, model.info().contextLength());
    }
    MemoryEstimate small = Stock.backend("context_length", 256).estimate(FILES);
    MemoryEstimate large = Stock.backend("context_length", 1024).estimate(FILES);
    assertEquals(4 * small.kvCache(), large.kvCache());
  }

  @Test
  void batchesTakeMemory() {
    MemoryEstimate small = Stock.backend("micro_batch", 16).estimate(FILES);
    MemoryEstimate large = Stock.backend("micro_batch", 256).estimate(FILES);
    assertTrue(large.compute() > 4 * small.compute());
  }

  private static long mapped(Path file) throws IOException {
    try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
      return maps.filter(line -> line.contains(file.getFileName().toString())).count();
    }
  }

  @Test
  void mmapMapsTheFile() throws IOException {
    Path file = RandomModels.file(folder, "llama");
    try (LanguageModel model = Stock.open(file)) {
      assertTrue(mapped(file) > 0, model.info().name());
    }
    assertEquals(0, mapped(file));
    try (LanguageModel model = Stock.open(file, "mmap", false);
        InferenceSession session = Stock.session(model)) {
      assertEquals(0, mapped(file));
      Stock.feed(session, 5);
    }
  }

  private static long locked() throws IOException {
    try (Stream<String> status = Files.lines(Path.of("/proc/self/status"))) {
      return status
          .filter(line -> line.startsWith("VmLck"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .sum();
    }
  }

  @Test
  void mlockLocksOrSaysThatItCant() throws IOException {
    long before = locked();
    try (LanguageModel model = Stock.open(Stock.MODEL, "mlock", true)) {
      long size = Files.size(Stock.MODEL) / 1024;
      assertTrue(
          locked() - before > size * 8 / 10, model.info().name() + ": " + locked() + " KiB locked");
    } catch (PluginException e) {
      // A machine that limits it, such as a container.
      assertTrue(e.getMessage().contains("mlock: true"), e.getMessage());
      assertTrue(e.getMessage().contains("ulimit"), e.getMessage());
    }
  }

  @Test
  void chatTemplates() {
    List<ChatMessage> chat = List.of(new ChatMessage(ChatMessage.Role.USER, "Hello\0!"));
    try (LanguageModel own = Stock.open(Stock.MODEL);
        LanguageModel named = Stock.open(Stock.MODEL, "chat_template", "chatml");
        LanguageModel wrong = Stock.open(Stock.MODEL, "chat_template", "{{ no such }}")) {
      assertEquals("USER: Hello !\nASSISTANT:", own.tokenizer().applyChatTemplate(chat, true));
      assertEquals(
          "<|im_start|>user\nHello !<|im_end|>\n",
          named.tokenizer().applyChatTemplate(chat, false));
      EdgeVlmException e =
          assertThrows(
              EdgeVlmException.class, () -> wrong.tokenizer().applyChatTemplate(chat, true));
      assertTrue(e.getMessage().contains("llamacpp-jni.chat_template"), e.getMessage());
    }
  }

  @Test
  void contextShiftGoesOnBeyondTheEnd() {
    Path file = RandomModels.file(folder, "llama");
    int[] tokens = prompt(300);
    try (LanguageModel model =
            Stock.open(file, "context_length", 64, "context_shift", true, "context_keep", 4);
        InferenceSession session = Stock.session(model)) {
      assertEquals(Integer.MAX_VALUE, session.capacity());
      float[] last = null;
      for (int i = 0; i < 300; i++) {
        last = Stock.row(session.step(tokens, i, 1, Outputs.LAST), 0);
        assertEquals(i + 1, session.position());
      }
      // A long prompt, in one step.
      session.step(tokens, 0, 300, Outputs.NONE);
      assertEquals(600, session.position());
      assertTrue(Float.isFinite(last[0]));
      // Back to what is kept: as if nothing else had been.
      session.rewind(3);
      try (LanguageModel plain = Stock.open(file);
          InferenceSession fresh = Stock.session(plain)) {
        fresh.step(tokens, 0, 3, Outputs.NONE);
        float[] expected = Stock.row(Stock.feed(fresh, 9), 0);
        assertTrue(Stock.difference(expected, Stock.row(Stock.feed(session, 9), 0)) < 0.02);
      }
    }
  }

  @Test
  void contextShiftKeepsTheBeginningAndTheLatest() throws IOException {
    // With one layer, K and V depend on nothing before them: what is left after a shift is what a
    // session has that was fed the kept tokens only.
    Path file = oneLayer();
    int[] tokens = prompt(65);
    int[] kept = new int[64 - 30 + 1];
    System.arraycopy(tokens, 0, kept, 0, 4);
    // (64 - 4) / 2 = 30 are dropped, behind the first 4.
    System.arraycopy(tokens, 34, kept, 4, kept.length - 4);
    try (LanguageModel model =
            Stock.open(file, "context_length", 64, "context_shift", true, "context_keep", 4);
        LanguageModel plain = Stock.open(file);
        InferenceSession session = Stock.session(model);
        InferenceSession fresh = Stock.session(plain)) {
      session.step(tokens, 0, 64, Outputs.NONE);
      float[] shifted = Stock.row(session.step(tokens, 64, 1, Outputs.LAST), 0);
      float[] expected = Stock.row(Stock.feed(fresh, kept), 0);
      assertTrue(Stock.difference(expected, shifted) < 0.05);
      assertEquals(65, session.position());
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> session.rewind(20));
      assertTrue(e.getMessage().contains("positions 4 to 33 were dropped"), e.getMessage());
      assertEquals(65, session.position());
      session.rewind(34);
      fresh.rewind(4);
      assertTrue(
          Stock.difference(Stock.row(Stock.feed(fresh, 7), 0), Stock.row(Stock.feed(session, 7), 0))
              < 0.05);
      assertEquals(35, session.position());
    }
  }

  private Path oneLayer() throws IOException {
    var writer = RandomModels.of("llama").uint32("llama.block_count", 1);
    for (String name :
        List.of(
            "attn_norm",
            "attn_q",
            "attn_k",
            "attn_v",
            "attn_output",
            "ffn_norm",
            "ffn_gate",
            "ffn_up",
            "ffn_down")) {
      writer.removeTensor("blk.1." + name + ".weight");
    }
    return writer.write(folder.resolve("one.gguf"));
  }

  @Test
  void contextShiftIsRefusedWhereItCantBe() {
    Path file = RandomModels.file(folder, "llama");
    refused("context_keep", file, "context_length", 64, "context_shift", true, "context_keep", 40);
  }

  @Test
  void threadsCompute() throws IOException {
    assertArrayEquals(new long[] {0, 3}, new long[] {Probe.extraThreads(1), Probe.extraThreads(4)});
  }
}
