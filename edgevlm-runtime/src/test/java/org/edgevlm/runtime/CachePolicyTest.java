package org.edgevlm.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.edgevlm.reference.BmpVisionProvider;
import org.edgevlm.runtime.reference.ReferenceHome;
import org.edgevlm.spi.CancelToken;
import org.edgevlm.spi.decoding.TokenListener;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Policies that really cut a session's cache, in prefill and between tokens. */
class CachePolicyTest {

  private static final ByteBuffer IMAGE = BmpVisionProvider.bmp(16, 16, 0xff8000, 0x2040ff);
  private static final int ENTRY_BYTES = 2 * 16 * Float.BYTES;

  @TempDir Path folder;
  private ReferenceHome home;

  @BeforeEach
  void writeModels() throws Exception {
    home = new ReferenceHome(folder);
  }

  private Answer answer(String question, String... changes) {
    try (EdgeVlm vlm = home.open(changes)) {
      return vlm.answer(
          AnswerRequest.question(IMAGE, question, 60), TokenListener.NONE, CancelToken.NEVER);
    }
  }

  @Test
  void aBudgetFreesMemoryLayerByLayer() {
    Answer off = answer("What?");
    Answer on = answer("What?", "cache", "reference-window", "reference-window.budget", "20");
    assertFalse(off.counters().containsKey("evicted_entries"));
    assertEquals(List.of("reference-window"), on.plugins().cache());
    // Reviewed after each token that is not the last; the step after it adds one entry a layer.
    long kept = (20 + 1) + (10 + 1);
    assertEquals(kept * ENTRY_BYTES, on.counters().get("kv_bytes"));
    assertTrue(off.counters().get("kv_bytes") > 2 * kept * ENTRY_BYTES);
    assertEquals(off.counters().get("kv_bytes_prefill"), on.counters().get("kv_bytes_prefill"));
    assertEquals((20 + 10) * ENTRY_BYTES, on.counters().get("kv_bytes_kept"));
    assertEquals(on.tokens(), on.counters().get("cache_reviews"), "the prefill's and each token's");
    assertFalse(off.counters().containsKey("cache_reviews"));
    long prompt = (long) on.promptTokens() * ENTRY_BYTES;
    assertEquals(
        List.of(
            new LayerMemory(prompt, (20 + 1) * ENTRY_BYTES),
            new LayerMemory(prompt, (10 + 1) * ENTRY_BYTES)),
        on.layers());
    long fed = on.promptTokens() + on.tokens();
    assertEquals(2 * fed - kept, on.counters().get("evicted_entries"));
  }

  @Test
  void aBudgetThatIsNeverReachedChangesNothing() {
    Answer off = answer("Which colour?");
    Answer on =
        answer("Which colour?", "cache", "reference-window", "reference-window.budget", "4000");
    assertEquals(off.text(), on.text());
    assertEquals(off.counters().get("kv_bytes"), on.counters().get("kv_bytes"));
    assertEquals(0, on.counters().get("evicted_entries"));
  }

  /** One sets the budgets, the other chooses the entries; alone it drops nothing. */
  @Test
  void policiesCompose() {
    Set<String> different = new HashSet<>();
    for (int i = 0; i < 12; i++) {
      String question = "Question " + i;
      Answer off = answer(question);
      Answer scores = answer(question, "cache", "reference-heavy");
      Answer window =
          answer(question, "cache", "reference-window", "reference-window.budget", "12");
      Answer both =
          answer(
              question,
              "cache",
              "[reference-window, reference-heavy]",
              "reference-window.budget",
              "12");
      assertEquals(off.text(), scores.text());
      assertEquals(0, scores.counters().get("evicted_entries"));
      assertTrue(both.counters().get("evicted_entries") > 0);
      if (!window.text().equals(both.text())) {
        different.add(question);
      }
    }
    assertFalse(different.isEmpty(), "which entries are kept makes a difference");
  }
}
