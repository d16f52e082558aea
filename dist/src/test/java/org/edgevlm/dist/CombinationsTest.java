package org.edgevlm.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.edgevlm.runtime.Answer;
import org.edgevlm.runtime.AnswerRequest;
import org.edgevlm.runtime.Degradation;
import org.edgevlm.runtime.EdgeVlm;
import org.edgevlm.runtime.MissingCapabilityException;
import org.edgevlm.runtime.config.Configuration;
import org.edgevlm.runtime.plugin.PluginDescriptor;
import org.edgevlm.runtime.plugin.PluginRegistry;
import org.edgevlm.spi.CancelToken;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.decoding.TokenListener;
import org.edgevlm.spi.inference.LoadProgress;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Walks every combination of backend, image processor, cache policies, decoding strategy and {@code
 * degrade} that the built distribution has, with an example's policy and three plugins that need
 * much. Of the cache policies it takes none, each, every pair and all: policies meet each other in
 * pairs, and their number of sets doubles with each further one. Each combination answers, and the
 * answer is checked, or is refused for the reason that this test works out itself from what the
 * providers declare.
 */
class CombinationsTest {

  private static final String FALLBACK = "autoregressive";

  /** Tokens of a whole answer: where there is at most one policy. */
  private static final int WHOLE = 64;

  /** Tokens of the beginning of one: enough where several policies are together. */
  private static final int BEGINNING = 6;

  /** What an answer about a picture needs of any backend. */
  private static final Set<Capability> BASIC =
      EnumSet.of(Capability.TOKEN_STEPPING, Capability.IMAGE_EMBEDDINGS);

  @TempDir static Path folder;

  private static PluginRegistry plugins;
  private static ByteBuffer picture;

  /** What the built-in strategy answers without policies, by the most tokens. */
  private static final Map<Integer, String> EXPECTED = new HashMap<>();

  /** One of the combinations. */
  private record Combination(
      PluginDescriptor backend,
      PluginDescriptor vision,
      List<PluginDescriptor> cache,
      PluginDescriptor decoding,
      boolean degrade) {

    /** The plugins that the backend can't serve, with what it lacks, in the order of the check. */
    Map<PluginDescriptor, Set<Capability>> unserved() {
      Map<PluginDescriptor, Set<Capability>> unserved = new LinkedHashMap<>();
      List<PluginDescriptor> asking = new ArrayList<>(cache);
      asking.add(decoding);
      for (PluginDescriptor plugin : asking) {
        Set<Capability> missing = EnumSet.noneOf(Capability.class);
        missing.addAll(plugin.capabilities());
        missing.removeAll(backend.capabilities());
        if (!missing.isEmpty()) {
          unserved.put(plugin, missing);
        }
      }
      return unserved;
    }

    private static List<String> ids(List<PluginDescriptor> plugins) {
      return plugins.stream().map(PluginDescriptor::id).toList();
    }

    @Override
    public String toString() {
      return backend.id()
          + " + "
          + vision.id()
          + " + "
          + ids(cache)
          + " + "
          + decoding.id()
          + (degrade ? " + degrade" : "");
    }
  }

  @BeforeAll
  static void discover() throws Exception {
    Path home = Program.homeLikeTheDistribution(folder.resolve("home"));
    Path example = Program.PROJECT.resolve("examples/cache-recent-window/src/main");
    PluginSources.install(
        example.resolve("java"),
        example.resolve("resources"),
        home.resolve("plugins/recent-window"));
    Path own = Program.PROJECT.resolve("dist/src/test/plugins/combinations");
    PluginSources.install(own, own.resolve("resources"), home.resolve("plugins/combinations"));
    plugins = PluginRegistry.discover(List.of(home.resolve("plugins")));
    assertEquals(List.of(), plugins.problems());
    picture =
        ByteBuffer.wrap(Files.readAllBytes(Program.PROJECT.resolve("docs/images/scene.png")))
            .asReadOnlyBuffer();
    try (EdgeVlm vlm = open(Map.of())) {
      for (int tokens : new int[] {WHOLE, BEGINNING}) {
        EXPECTED.put(tokens, ask(vlm, tokens).text());
      }
    }
    assertTrue(EXPECTED.get(WHOLE).contains(Pictures.BOTTOM_LEFT), EXPECTED::toString);
    assertTrue(EXPECTED.get(WHOLE).startsWith(EXPECTED.get(BEGINNING)), EXPECTED::toString);
  }

  private static EdgeVlm open(Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(Map.of("model", "edgevlm-tiny"));
    // One thread a backend: several wait for each other at every step where cores are busy.
    of("backend").forEach(backend -> all.put(backend.id() + ".threads", "1"));
    all.putAll(settings);
    Configuration configuration = Configuration.load(Optional.empty(), Map.of(), all, plugins);
    return EdgeVlm.open(configuration, plugins, folder.resolve("home"), LoadProgress.NONE);
  }

  private static EdgeVlm open(Combination combination) {
    return open(
        Map.of(
            "backend",
            combination.backend().id(),
            "vision",
            combination.vision().id(),
            "cache",
            String.join(",", Combination.ids(combination.cache())),
            "decoding",
            combination.decoding().id(),
            "degrade",
            String.valueOf(combination.degrade())));
  }

  private static Answer ask(EdgeVlm vlm, int tokens) {
    return vlm.answer(
        AnswerRequest.caption(picture, tokens), TokenListener.NONE, CancelToken.NEVER);
  }

  private static List<PluginDescriptor> of(String service) {
    return plugins.plugins().stream().filter(plugin -> plugin.service().equals(service)).toList();
  }

  /** None, each, every pair and all. */
  private static List<List<PluginDescriptor>> sets(List<PluginDescriptor> all) {
    List<List<PluginDescriptor>> sets = new ArrayList<>(List.of(List.of(), all));
    for (int first = 0; first < all.size(); first++) {
      sets.add(List.of(all.get(first)));
      for (PluginDescriptor second : all.subList(first + 1, all.size())) {
        sets.add(List.of(all.get(first), second));
      }
    }
    return sets;
  }

  private static List<Combination> combinations() {
    List<Combination> combinations = new ArrayList<>();
    for (PluginDescriptor backend : of("backend")) {
      for (PluginDescriptor vision : of("vision")) {
        for (List<PluginDescriptor> cache : sets(of("cache"))) {
          for (PluginDescriptor decoding : of("decoding")) {
            for (boolean degrade : new boolean[] {false, true}) {
              combinations.add(new Combination(backend, vision, cache, decoding, degrade));
            }
          }
        }
      }
    }
    return combinations;
  }

  @Test
  void everyCombinationAnswersOrIsRefusedForTheRightReason() {
    List<Combination> combinations = combinations();
    int policies = of("cache").size();
    int product =
        of("backend").size()
            * of("vision").size()
            * (2 + policies + policies * (policies - 1) / 2)
            * of("decoding").size()
            * 2;
    assertTrue(of("backend").size() >= 2, "both backends are there");
    assertTrue(of("vision").size() >= 2, "both image processors are there");
    assertTrue(policies > 2 && of("decoding").size() >= 3, "policies and strategies");
    AtomicInteger answered = new AtomicInteger();
    AtomicInteger degraded = new AtomicInteger();
    AtomicInteger refused = new AtomicInteger();
    // Sets don't know each other, so several are open at a time.
    combinations.parallelStream()
        .forEach(
            combination -> {
              boolean fits = combination.unserved().isEmpty();
              if (fits || combination.degrade()) {
                check(combination);
                answered.incrementAndGet();
                degraded.addAndGet(fits ? 0 : 1);
              } else {
                checkRefused(combination);
                refused.incrementAndGet();
              }
            });
    System.out.printf(
        "%d combinations: %d answered (%d of them degraded), %d refused%n",
        combinations.size(), answered.get(), degraded.get(), refused.get());
    assertEquals(product, answered.get() + refused.get());
    assertTrue(
        refused.get() > 0 && degraded.get() > 0 && degraded.get() < answered.get(),
        "all kinds were there");
  }

  private static void check(Combination combination) {
    String which = combination.toString();
    Map<PluginDescriptor, Set<Capability>> unserved = combination.unserved();
    try (EdgeVlm vlm = open(combination)) {
      int tokens = combination.cache().size() < 2 ? WHOLE : BEGINNING;
      Answer answer = ask(vlm, tokens);
      assertFalse(answer.text().isBlank(), which);
      if (answer.counters().getOrDefault("evicted_entries", 0L) == 0
          && answer.counters().getOrDefault("compressed_entries", 0L) == 0) {
        assertEquals(EXPECTED.get(tokens), answer.text(), which);
      }
      List<String> policies =
          combination.cache().stream()
              .filter(plugin -> !unserved.containsKey(plugin))
              .map(PluginDescriptor::id)
              .toList();
      boolean without = unserved.containsKey(combination.decoding());
      assertEquals(combination.backend().id(), answer.plugins().backend(), which);
      assertEquals(combination.vision().id(), answer.plugins().vision(), which);
      assertEquals(encoderFor(combination), answer.plugins().encoder(), which);
      assertEquals(policies, answer.plugins().cache(), which);
      assertEquals(
          without ? FALLBACK : combination.decoding().id(), answer.plugins().decoding(), which);
      assertEquals(
          combination.decoding().id().equals("testing-careful") && !without,
          answer.counters().containsKey("careful_steps"),
          which);
      checkDegradations(combination, vlm.degradations());
      assertEquals(
          vlm.degradations().stream().map(Degradation::warning).toList(), answer.warnings(), which);
    }
  }

  /** The backend's own, or the one that is best. */
  private static String encoderFor(Combination combination) {
    List<String> encoders = Combination.ids(of("encoder"));
    return encoders.contains(combination.backend().id())
        ? combination.backend().id()
        : encoders.get(0);
  }

  private static void checkDegradations(Combination combination, List<Degradation> actual) {
    Map<PluginDescriptor, Set<Capability>> unserved = combination.unserved();
    assertEquals(
        Combination.ids(List.copyOf(unserved.keySet())),
        actual.stream().map(Degradation::plugin).toList(),
        combination.toString());
    for (Degradation degradation : actual) {
      boolean policy = degradation.service().equals("cache");
      PluginDescriptor plugin =
          unserved.keySet().stream()
              .filter(other -> other.id().equals(degradation.plugin()))
              .findFirst()
              .orElseThrow();
      assertEquals(plugin.service(), degradation.service(), combination.toString());
      assertEquals(unserved.get(plugin), degradation.missing(), combination.toString());
      assertEquals(
          policy ? Degradation.LEFT_OUT : FALLBACK, degradation.fallback(), combination.toString());
      assertTrue(degradation.warning().contains("'" + plugin.id() + "'"), degradation::warning);
    }
  }

  private static void checkRefused(Combination combination) {
    MissingCapabilityException refusal =
        assertThrows(
            MissingCapabilityException.class,
            () -> open(combination).close(),
            combination.toString());
    PluginDescriptor first = combination.unserved().keySet().iterator().next();
    assertTrue(
        refusal.getMessage().contains("'" + first.id() + "'"),
        combination + ": " + refusal.getMessage());
    assertEquals(combination.backend().id(), refusal.backend(), combination.toString());
    assertEquals(combination.unserved().get(first), refusal.missing(), combination.toString());
    Set<Capability> needed = EnumSet.copyOf(BASIC);
    needed.addAll(first.capabilities());
    List<String> serving =
        of("backend").stream()
            .filter(backend -> backend.capabilities().containsAll(needed))
            .map(PluginDescriptor::id)
            .toList();
    assertEquals(serving, refusal.backends(), combination.toString());
    serving.forEach(
        backend -> assertTrue(refusal.getMessage().contains(backend), refusal.getMessage()));
  }
}
