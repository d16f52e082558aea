package org.edgevlm.runtime.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.edgevlm.reference.BmpVisionProvider;
import org.edgevlm.reference.DraftStrategyProvider;
import org.edgevlm.reference.HeavyHitterPolicyProvider;
import org.edgevlm.reference.ReferenceBackendProvider;
import org.edgevlm.reference.ReferenceEncoderProvider;
import org.edgevlm.reference.WindowPolicyProvider;
import org.edgevlm.runtime.Answer;
import org.edgevlm.runtime.AnswerRequest;
import org.edgevlm.runtime.Degradation;
import org.edgevlm.runtime.EdgeVlm;
import org.edgevlm.runtime.MissingCapabilityException;
import org.edgevlm.runtime.plugin.PluginRegistry;
import org.edgevlm.runtime.reference.ReferenceHome;
import org.edgevlm.spi.CancelToken;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.EdgeVlmException;
import org.edgevlm.spi.Platform;
import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.PluginProvider;
import org.edgevlm.spi.Spi;
import org.edgevlm.spi.Support;
import org.edgevlm.spi.decoding.TokenListener;
import org.edgevlm.spi.inference.Grammar;
import org.edgevlm.spi.inference.InferenceBackend;
import org.edgevlm.spi.inference.InferenceBackendProvider;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.inference.ModelFormatException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sets that don't fit, with {@code degrade} and without. */
class DegradeTest {

  private static final Set<Capability> BASIC =
      EnumSet.of(Capability.TOKEN_STEPPING, Capability.IMAGE_EMBEDDINGS);

  private static final AnswerRequest CAPTION =
      AnswerRequest.caption(BmpVisionProvider.bmp(9, 5, 0xff0000, 0x0000ff), 40);

  private static final Grammar YES_NO = new Grammar(Grammar.Kind.GBNF, "root ::= \"yes\" | \"no\"");

  @TempDir Path folder;
  private ReferenceHome home;
  private final List<String> diary = new ArrayList<>();

  @BeforeEach
  void writeModels() throws Exception {
    home = new ReferenceHome(folder);
  }

  private static Set<Capability> without(Capability... lacking) {
    Set<Capability> rest = EnumSet.copyOf(ReferenceBackendProvider.ALL);
    rest.removeAll(List.of(lacking));
    return rest;
  }

  /** The reference plugins, with a backend {@code stock} that can do less. */
  private PluginRegistry plugins(Set<Capability> stock, PluginProvider... more) {
    List<PluginProvider> providers = new ArrayList<>(List.of(more));
    providers.add(new ReferenceBackendProvider("stock", stock, diary));
    providers.add(new ReferenceBackendProvider("reference", ReferenceBackendProvider.ALL, diary));
    providers.add(new ReferenceEncoderProvider("reference", 0, diary));
    providers.add(new BmpVisionProvider(diary));
    providers.add(new WindowPolicyProvider(diary));
    providers.add(new HeavyHitterPolicyProvider());
    providers.add(new AutoregressiveProvider());
    providers.add(new DraftStrategyProvider());
    return PluginRegistry.of(providers);
  }

  private EdgeVlm open(PluginRegistry plugins, String degrade, String... changes) {
    String[] all = new String[changes.length + 4];
    System.arraycopy(changes, 0, all, 4, changes.length);
    all[0] = "backend";
    all[1] = "stock";
    all[2] = "degrade";
    all[3] = degrade;
    return home.open(plugins, LoadProgress.NONE, all);
  }

  private MissingCapabilityException refused(
      PluginRegistry plugins, String degrade, String... changes) {
    MissingCapabilityException error =
        assertThrows(
            MissingCapabilityException.class, () -> open(plugins, degrade, changes).close());
    assertFalse(diary.toString().contains("loads"), "nothing was loaded: " + diary);
    return error;
  }

  private static Answer ask(EdgeVlm vlm, AnswerRequest request) {
    return vlm.answer(request, TokenListener.NONE, CancelToken.NEVER);
  }

  @Test
  void withoutItARefusalSaysWhatIsMissingAndWhoHasIt() {
    MissingCapabilityException error =
        refused(plugins(BASIC), "false", "cache", "reference-window");
    assertEquals("stock", error.backend());
    assertEquals(EnumSet.of(Capability.LAYERWISE_KV), error.missing());
    assertEquals(List.of("reference"), error.backends());
    assertEquals(
        "cache policy 'reference-window' needs a backend that keeps, drops and frees KV entries"
            + " layer by layer (LAYERWISE_KV), which 'stock' does not; backends that do: reference",
        error.getMessage());
  }

  /** Only a backend with everything that is needed, on this machine, is worth a try. */
  @Test
  void backendsThatLackAnotherPartOrThisMachineAreNotSuggested() {
    PluginProvider noImages =
        new ReferenceBackendProvider("no-images", without(Capability.IMAGE_EMBEDDINGS), diary);
    PluginProvider noLayers =
        new ReferenceBackendProvider("no-layers", without(Capability.LAYERWISE_KV), diary);
    PluginProvider elsewhere = new Elsewhere();
    PluginRegistry all = plugins(BASIC, noImages, noLayers, elsewhere);
    assertEquals(
        List.of("reference"), refused(all, "false", "cache", "reference-window").backends());
    MissingCapabilityException attention =
        refused(
            plugins(without(Capability.ATTENTION_SCORES), noImages, noLayers, elsewhere),
            "false",
            "cache",
            "reference-heavy");
    assertEquals(EnumSet.of(Capability.ATTENTION_SCORES), attention.missing());
    assertEquals(List.of("reference"), attention.backends());
  }

  /** A backend with everything, for another machine. */
  private record Elsewhere() implements InferenceBackendProvider {
    @Override
    public String id() {
      return "elsewhere";
    }

    @Override
    public String version() {
      return "1";
    }

    @Override
    public int spiVersion() {
      return Spi.VERSION;
    }

    @Override
    public String description() {
      return "Runs on another machine";
    }

    @Override
    public Support supports(Platform platform) {
      return Support.no("needs another machine");
    }

    @Override
    public Set<Capability> capabilities() {
      return EnumSet.allOf(Capability.class);
    }

    @Override
    public InferenceBackend create(PluginContext context) {
      throw new IllegalStateException("it doesn't run here");
    }
  }

  @Test
  void aPolicyIsLeftOut() {
    try (EdgeVlm vlm = open(plugins(BASIC), "true", "cache", "reference-window")) {
      assertEquals(1, vlm.degradations().size());
      Degradation part = vlm.degradations().get(0);
      assertEquals("cache", part.service());
      assertEquals("reference-window", part.plugin());
      assertEquals(Set.of(Capability.LAYERWISE_KV), part.missing());
      assertEquals(Degradation.LEFT_OUT, part.fallback());
      assertEquals(List.of(), vlm.plugins().cache());
      Answer answer = ask(vlm, CAPTION);
      assertEquals(
          "cache policy 'reference-window' is left out: it needs a backend that keeps, drops and"
              + " frees KV entries layer by layer (LAYERWISE_KV), which 'stock' does not; backends"
              + " that do: reference",
          part.warning());
      assertEquals(List.of(part.warning()), answer.warnings());
      assertEquals(vlm.plugins(), answer.plugins());
      assertFalse(answer.counters().containsKey("evicted_entries"));
    }
    assertFalse(diary.toString().contains("reference-window"), "it was never made");
  }

  @Test
  void aStrategyIsReplacedByTheRuntimesOwn() {
    String plain;
    try (EdgeVlm vlm = open(plugins(BASIC), "true")) {
      assertEquals(List.of(), vlm.degradations());
      plain = ask(vlm, CAPTION).text();
      assertEquals(List.of(), ask(vlm, CAPTION).warnings());
    }
    try (EdgeVlm vlm = open(plugins(BASIC), "true", "decoding", "reference-draft")) {
      Degradation part = vlm.degradations().get(0);
      assertEquals(
          List.of("decoding", "reference-draft", "autoregressive"),
          List.of(part.service(), part.plugin(), part.fallback()));
      assertEquals(Set.of(Capability.REWIND), part.missing());
      assertEquals("autoregressive", vlm.plugins().decoding());
      Answer answer = ask(vlm, CAPTION);
      assertEquals(plain, answer.text());
      assertEquals(1, answer.warnings().size());
      assertTrue(
          answer
              .warnings()
              .get(0)
              .startsWith(
                  "decoding strategy 'reference-draft' is replaced by 'autoregressive': it needs a"
                      + " backend that goes back"),
          answer.warnings().toString());
    }
  }

  @Test
  void aPolicyWhoseAttentionCannotBeTrackedIsLeftOutAndTheOthersStay() {
    PluginRegistry fused = plugins(without(Capability.ATTENTION_SCORES));
    String both = "[reference-heavy, reference-window]";
    try (EdgeVlm vlm = open(fused, "true", "cache", both, "reference-window.budget", "12")) {
      assertEquals(List.of("reference-window"), vlm.plugins().cache());
      assertEquals(1, vlm.degradations().size());
      assertEquals("reference-heavy", vlm.degradations().get(0).plugin());
      assertEquals(Set.of(Capability.ATTENTION_SCORES), vlm.degradations().get(0).missing());
      assertTrue(ask(vlm, CAPTION).counters().get("evicted_entries") > 0);
    }
  }

  @Test
  void eachPartHasOneWarning() {
    try (EdgeVlm vlm =
        open(
            plugins(BASIC),
            "true",
            "cache",
            "[reference-heavy, reference-window]",
            "decoding",
            "reference-draft")) {
      assertEquals(
          List.of("reference-heavy", "reference-window", "reference-draft"),
          vlm.degradations().stream().map(Degradation::plugin).toList());
      assertEquals(
          vlm.degradations().stream().map(Degradation::warning).toList(),
          ask(vlm, CAPTION).warnings());
      Answer cancelled = vlm.answer(CAPTION, TokenListener.NONE, () -> true);
      assertEquals(3, cancelled.warnings().size());
    }
  }

  @Test
  void whatCannotBeDoneWithoutStaysAnError() throws Exception {
    MissingCapabilityException images =
        refused(plugins(without(Capability.IMAGE_EMBEDDINGS)), "true");
    assertEquals(EnumSet.of(Capability.IMAGE_EMBEDDINGS), images.missing());
    assertEquals(
        EnumSet.of(Capability.TOKEN_STEPPING),
        refused(plugins(without(Capability.TOKEN_STEPPING)), "true").missing());
    assertThrows(EdgeVlmException.class, () -> open(plugins(BASIC), "true", "cache", "nosuch"));
    assertThrows(EdgeVlmException.class, () -> open(plugins(BASIC), "true", "decoding", "nosuch"));
    assertThrows(
        EdgeVlmException.class,
        () -> open(plugins(BASIC, new Elsewhere()), "true", "backend", "elsewhere"));
    home.model("broken", "nonsense\n", "width=16\n");
    assertThrows(ModelFormatException.class, () -> open(plugins(BASIC), "true", "model", "broken"));
  }

  @Test
  void aGrammarIsRefusedOrIgnored() {
    AnswerRequest request = CAPTION.withGrammar(YES_NO);
    String plain;
    try (EdgeVlm vlm = open(plugins(BASIC), "false")) {
      plain = ask(vlm, CAPTION).text();
      MissingCapabilityException error =
          assertThrows(MissingCapabilityException.class, () -> ask(vlm, request));
      assertEquals(EnumSet.of(Capability.GRAMMAR), error.missing());
      assertEquals(List.of("reference"), error.backends());
    }
    try (EdgeVlm vlm = open(plugins(BASIC), "true")) {
      assertEquals(List.of(), vlm.degradations(), "nothing of the set itself");
      assertEquals(List.of(), ask(vlm, CAPTION).warnings());
      Answer answer = ask(vlm, request);
      assertEquals(plain, answer.text());
      assertEquals(1, answer.warnings().size());
      assertTrue(answer.warnings().get(0).contains("GRAMMAR"), answer.warnings().toString());
      assertEquals(1L, answer.counters().get("ignored_grammars"));
      ask(vlm, request);
      assertEquals(2L, vlm.metrics().counters().get("ignored_grammars"));
    }
    try (EdgeVlm vlm = open(plugins(ReferenceBackendProvider.ALL), "true")) {
      assertTrue(Set.of("yes", "no").contains(ask(vlm, request).text()));
      assertEquals(List.of(), ask(vlm, request).warnings());
    }
  }
}
