package org.edgevlm.runtime.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.edgevlm.reference.BmpVisionProvider;
import org.edgevlm.reference.DraftStrategyProvider;
import org.edgevlm.reference.HeavyHitterPolicyProvider;
import org.edgevlm.reference.ReferenceBackendProvider;
import org.edgevlm.reference.ReferenceEncoderProvider;
import org.edgevlm.reference.WindowPolicyProvider;
import org.edgevlm.runtime.EdgeVlm;
import org.edgevlm.runtime.plugin.PluginRegistry;
import org.edgevlm.runtime.reference.ReferenceHome;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.EdgeVlmException;
import org.edgevlm.spi.Platform;
import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.PluginProvider;
import org.edgevlm.spi.Spi;
import org.edgevlm.spi.Support;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.inference.ModelFormatException;
import org.edgevlm.spi.vision.ImageFormat;
import org.edgevlm.spi.vision.VisionProcessor;
import org.edgevlm.spi.vision.VisionProcessorProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a set needs is checked before anything is loaded; what was opened is closed. */
class AssemblyTest {

  private static final Set<Capability> STOCK =
      EnumSet.of(Capability.TOKEN_STEPPING, Capability.IMAGE_EMBEDDINGS);

  @TempDir Path folder;
  private ReferenceHome home;
  private final List<String> diary = new ArrayList<>();

  @BeforeEach
  void writeModels() throws Exception {
    home = new ReferenceHome(folder);
  }

  private PluginRegistry plugins(PluginProvider... more) {
    List<PluginProvider> providers = new ArrayList<>(Arrays.asList(more));
    providers.add(new ReferenceBackendProvider("reference", ReferenceBackendProvider.ALL, diary));
    providers.add(new ReferenceEncoderProvider("reference", 0, diary));
    providers.add(new BmpVisionProvider(diary));
    providers.add(new WindowPolicyProvider(diary));
    providers.add(new HeavyHitterPolicyProvider());
    providers.add(new AutoregressiveProvider());
    providers.add(new DraftStrategyProvider());
    return PluginRegistry.of(providers);
  }

  private ReferenceBackendProvider backend(String id, Set<Capability> capabilities) {
    return new ReferenceBackendProvider(id, capabilities, diary);
  }

  private EdgeVlm open(PluginRegistry plugins, String... changes) {
    return home.open(plugins, LoadProgress.NONE, changes);
  }

  private String refused(
      Class<? extends EdgeVlmException> type, PluginRegistry plugins, String... changes) {
    String message = assertThrows(type, () -> open(plugins, changes)).getMessage();
    assertFalse(diary.toString().contains("loads"), "nothing was loaded: " + diary);
    return message;
  }

  @Test
  void aPolicyThatNeedsMoreThanTheBackendHasIsRefused() {
    String message =
        refused(
            PluginException.class,
            plugins(backend("stock", STOCK)),
            "backend",
            "stock",
            "cache",
            "reference-window");
    assertEquals(
        "cache policy 'reference-window' needs a backend that keeps, drops and frees KV entries"
            + " layer by layer (LAYERWISE_KV), which 'stock' does not; backends that do: reference",
        message);
  }

  @Test
  void aStrategyThatNeedsMoreThanTheBackendHasIsRefused() {
    String message =
        refused(
            PluginException.class,
            plugins(backend("stock", STOCK)),
            "backend",
            "stock",
            "decoding",
            "reference-draft");
    assertTrue(
        message.startsWith("decoding strategy 'reference-draft' needs a backend that goes back"),
        message);
    assertTrue(message.contains("REWIND") && message.endsWith("reference"), message);
  }

  /** What a policy tracks shows only once it is made; the weights are still not loaded. */
  @Test
  void aPolicyThatTracksAttentionNeedsABackendThatDoes() {
    Set<Capability> noScores = EnumSet.copyOf(ReferenceBackendProvider.ALL);
    noScores.remove(Capability.ATTENTION_SCORES);
    String message =
        refused(
            PluginException.class,
            plugins(backend("fused", noScores)),
            "backend",
            "fused",
            "cache",
            "reference-heavy");
    assertTrue(message.contains("'reference-heavy'"), message);
    assertTrue(message.contains("ATTENTION_SCORES"), message);
    open(plugins(backend("fused", noScores)), "backend", "fused", "cache", "reference-window")
        .close();
  }

  @Test
  void aBackendWithoutImagesIsRefusedAndNoOtherIsPromised() {
    PluginRegistry alone =
        PluginRegistry.of(
            List.of(
                backend("text", EnumSet.of(Capability.TOKEN_STEPPING)),
                new ReferenceEncoderProvider(),
                new BmpVisionProvider(),
                new AutoregressiveProvider()));
    String message = refused(PluginException.class, alone, "backend", "text");
    assertTrue(message.contains("IMAGE_EMBEDDINGS"), message);
    assertTrue(message.endsWith("no installed backend does"), message);
  }

  @Test
  void anUnknownIdNamesThoseThatAreThere() {
    for (String key : List.of("backend", "encoder", "vision", "cache", "decoding")) {
      String message = refused(EdgeVlmException.class, plugins(), key, "refrence-x");
      assertTrue(message.contains("refrence-x"), message);
      assertTrue(
          message.contains(key.equals("decoding") ? "autoregressive" : "reference"), message);
    }
  }

  @Test
  void aPolicyIsConfiguredOnce() {
    String message =
        refused(PluginException.class, plugins(), "cache", "[reference-window, reference-window]");
    assertEquals("cache policy 'reference-window' is configured twice", message);
  }

  @Test
  void anEncoderIsTheBackendsOwnElseTheBest() {
    PluginProvider best = new ReferenceEncoderProvider("best", 10, diary);
    PluginProvider worse = new ReferenceEncoderProvider("worse", 5, diary);
    assertEncoder("reference", plugins(best, worse));
    assertEncoder("best", plugins(best, worse, backend("stock", STOCK)), "backend", "stock");
    assertEncoder("worse", plugins(best, worse), "encoder", "worse");
  }

  private void assertEncoder(String id, PluginRegistry plugins, String... changes) {
    try (EdgeVlm vlm = open(plugins, changes)) {
      assertEquals(id, vlm.plugins().encoder());
    }
  }

  @Test
  void aProjectorOfAnotherWidthIsRefusedAndEverythingClosed() throws Exception {
    home.model("mixed", "width=16\nseed=1\n", "width=24\nseed=1\n");
    PluginException error =
        assertThrows(PluginException.class, () -> open(plugins(), "model", "mixed"));
    assertTrue(error.getMessage().contains("width 24"), error.getMessage());
    assertTrue(error.getMessage().contains("width 16"), error.getMessage());
    assertEquals(
        List.of(
            "reference opens mixed-mmproj.gguf",
            "reference loads mixed.gguf",
            "reference frees mixed.gguf",
            "reference closes encoder",
            "reference closes factory",
            "reference closes",
            "reference-bmp closes"),
        diary);
  }

  @Test
  void aModelWithoutProjectorIsRefused() throws Exception {
    home.model("blind", "width=16\nseed=1\n", null);
    String message = refused(EdgeVlmException.class, plugins(), "model", "blind");
    assertTrue(message.startsWith("model 'blind' has no projector"), message);
  }

  @Test
  void aBrokenFileIsTheBackendsError() throws Exception {
    home.model("broken", "nonsense\n", "width=16\nseed=1\n");
    refused(ModelFormatException.class, plugins(), "model", "broken");
    assertEquals(
        List.of("reference closes factory", "reference closes", "reference-bmp closes"), diary);
  }

  @Test
  void whatDoesNotFitTheMemoryLimitIsRefusedBeforeLoading() throws Exception {
    home.model(
        "large",
        "width=16\nseed=1\nweights=1600000000\nkv=201326592\ncompute=100000000\n",
        "width=16\nseed=1\nweights=600000000\nkv=0\ncompute=50000000\n");
    String message =
        refused(EdgeVlmException.class, plugins(), "model", "large", "memory_limit", "2.2GB");
    assertEquals(
        "model 'large' needs about 2.4 GB (weights 2.1 GB, KV cache 192.0 MB, compute buffers"
            + " 143.1 MB), more than the limit of 2.2 GB (memory_limit): choose a smaller model,"
            + " a shorter context or a higher memory_limit",
        message);
    open(plugins(), "model", "large", "memory_limit", "2.5GB").close();
  }

  @Test
  void aDraftModelCountsTowardsTheMemoryLimit() {
    // The pair of tiny takes 2 × 1,700 bytes, a draft's language model 1,700 more.
    open(plugins(), "memory_limit", "5000").close();
    String[] drafting = {"decoding", "reference-draft", "memory_limit", "5000"};
    String message =
        assertThrows(EdgeVlmException.class, () -> open(plugins(), drafting)).getMessage();
    assertTrue(message.contains("besides 3.4 KB already in use"), message);
    assertTrue(diary.contains("reference frees tiny.gguf"), diary.toString());
    drafting[3] = "5100";
    open(plugins(), drafting).close();
  }

  @Test
  void closesInTheReverseOrderOnce() {
    EdgeVlm vlm = open(plugins(), "cache", "reference-window", "decoding", "reference-draft");
    diary.clear();
    vlm.close();
    vlm.close();
    assertEquals(
        List.of(
            "reference frees tiny.gguf",
            "reference frees tiny.gguf",
            "reference closes encoder",
            "reference closes factory",
            "reference closes",
            "reference-bmp closes",
            "reference-window closes"),
        diary);
  }

  @Test
  void loadingIsReportedAsOneToTheEnd() {
    List<Long> done = new ArrayList<>();
    LoadProgress progress =
        (now, total) -> {
          assertEquals(2000, total);
          done.add(now);
        };
    home.open(plugins(), progress).close();
    assertEquals(done.stream().sorted().distinct().toList(), done, "never goes back");
    assertEquals(2000, done.get(done.size() - 1));
    assertEquals(1, done.stream().filter(now -> now == 2000).count());
    assertTrue(done.size() >= 3, done.toString());
  }

  @Test
  void aPluginThatDoesNotRunHereIsRefusedByName() {
    EdgeVlmException error =
        assertThrows(
            EdgeVlmException.class,
            () ->
                open(
                    plugins(
                        new BrokenVision(
                            Support.no("needs a GPU"), new UnsatisfiedLinkError("libnone.so"))),
                    "vision",
                    "broken"));
    assertTrue(error.getMessage().contains("broken"), error.getMessage());
    assertTrue(error.getMessage().contains("needs a GPU"), error.getMessage());
  }

  @Test
  void aMissingNativeLibraryNamesThePlugin() {
    PluginException error =
        assertThrows(
            PluginException.class,
            () ->
                open(
                    plugins(
                        new BrokenVision(Support.yes(), new UnsatisfiedLinkError("libnone.so"))),
                    "vision",
                    "broken"));
    assertTrue(error.getMessage().contains("plugin 'broken'"), error.getMessage());
    assertTrue(error.getMessage().contains("libnone.so"), error.getMessage());
  }

  @Test
  void aPluginThatFailsToStartIsNamed() {
    BrokenVision broken = new BrokenVision(Support.yes(), new IllegalStateException("no camera"));
    PluginException error =
        assertThrows(PluginException.class, () -> open(plugins(broken), "vision", "broken"));
    assertTrue(error.getMessage().contains("plugin 'broken' failed"), error.getMessage());
    assertTrue(error.getMessage().contains("no camera"), error.getMessage());
  }

  private record BrokenVision(Support support, Throwable failure)
      implements VisionProcessorProvider {

    @Override
    public String id() {
      return "broken";
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
      return "Its native library is missing";
    }

    @Override
    public Support supports(Platform platform) {
      return support;
    }

    @Override
    public Set<ImageFormat> formats() {
      return Set.of();
    }

    @Override
    public VisionProcessor create(PluginContext context) {
      if (failure instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) failure;
    }
  }
}
