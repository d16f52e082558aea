package org.edgevlm.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.edgevlm.reference.BmpVisionProvider;
import org.edgevlm.reference.DraftStrategyProvider;
import org.edgevlm.reference.HeavyHitterPolicyProvider;
import org.edgevlm.reference.ReferenceBackendProvider;
import org.edgevlm.reference.ReferenceEncoderProvider;
import org.edgevlm.reference.WindowPolicyProvider;
import org.edgevlm.runtime.AnswerRequest;
import org.edgevlm.spi.PluginProvider;
import org.edgevlm.spi.decoding.SamplingParameters;
import org.edgevlm.spi.inference.Grammar;
import org.edgevlm.testkit.asserting.AssertingPlugins;
import org.edgevlm.testkit.asserting.Violations;
import org.edgevlm.testkit.failing.FailingPlugins;
import org.edgevlm.testkit.failing.InjectedFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real pipeline with every plugin under watch, and with plugins that fail now and then. */
class PipelineTest {

  private static final int REQUESTS = 250;
  private static final int MOST = 2_500;

  /** Calls that a request makes once or twice. */
  private static final Set<String> RARE =
      Set.of("InferenceSession.step", "InferenceSession.close", "ImageEncoder.encode");

  private static final Grammar GRAMMAR =
      new Grammar(Grammar.Kind.GBNF, "root ::= \"yes\" | \"no\"");

  private static TestSet open(UnaryOperator<PluginProvider> over, boolean drafting) {
    List<PluginProvider> plugins = new ArrayList<>();
    plugins.add(new BmpVisionProvider());
    plugins.add(new ReferenceBackendProvider());
    plugins.add(new ReferenceEncoderProvider());
    // Entries can't be dropped before they are verified, so a set has a draft or policies.
    if (drafting) {
      plugins.add(new DraftStrategyProvider());
    } else {
      plugins.add(TestSet.builtIn());
      plugins.add(new WindowPolicyProvider());
      plugins.add(new HeavyHitterPolicyProvider());
    }
    TestSet.Builder builder =
        TestSet.with(plugins.stream().map(over).toArray(PluginProvider[]::new));
    if (drafting) {
      builder.set("reference-draft.model", "reference");
    }
    return builder.open();
  }

  private static AnswerRequest request(int number) {
    AnswerRequest request =
        new AnswerRequest(
            TestSet.picture(),
            Optional.of("Question " + number % 7),
            3 + number % 20,
            number % 2 == 0
                ? SamplingParameters.GREEDY
                : new SamplingParameters(1.2, 40, 0.95, 0, 1.1, number));
    return number % 3 == 0 ? request.withGrammar(GRAMMAR) : request;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void thePipelineKeepsEveryPromise(boolean drafting) {
    AssertingPlugins watch = new AssertingPlugins(Violations.thrown());
    try (TestSet set = open(watch::over, drafting)) {
      for (int i = 0; i < 30; i++) {
        assertFalse(set.answer(request(i)).text() == null);
        assertEquals(List.of(), watch.openBelow("model"), "open after request " + i);
      }
    }
    assertEquals(List.of(), watch.violations().all());
    assertEquals(List.of(), watch.open());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void thePipelineGetsOverFailures(boolean drafting) {
    FailingPlugins failing = new FailingPlugins(20261124, 60);
    AssertingPlugins watch = new AssertingPlugins(Violations.thrown());
    TestSet set = open(plugin -> watch.over(failing.over(plugin)), drafting);
    Map<Integer, String> expected = new TreeMap<>();
    for (int i = 0; i < REQUESTS; i++) {
      expected.put(i, set.answer(request(i)).text());
    }
    int answered = 0;
    int asked = 0;
    // Each of the rarer calls must have failed too.
    for (; asked < REQUESTS || asked < MOST && !failing.failed().containsAll(RARE); asked++) {
      int i = asked % REQUESTS;
      String when = "request " + asked + ", seed " + failing.seed();
      failing.failing(true);
      try {
        assertEquals(expected.get(i), set.answer(request(i)).text(), when);
        answered++;
      } catch (RuntimeException e) {
        assertTrue(isInjected(e), () -> when + " failed with " + e);
      }
      failing.failing(false);
      // A plugin's own session of a draft included.
      assertEquals(List.of(), watch.openBelow("model"), "open after " + when);
      assertEquals(List.of(), watch.violations().all(), when);
    }
    assertTrue(answered > 0 && answered < asked, answered + " of " + asked + " answered");
    assertEquals(expected.get(0), set.answer(request(0)).text(), "when nothing fails any more");
    assertTrue(failing.failed().containsAll(RARE), failing.failed().toString());
    set.close();
    assertEquals(List.of(), watch.open());
  }

  @Test
  void everythingIsClosedWhereClosingFails() {
    FailingPlugins failing = new FailingPlugins(1, 1);
    AssertingPlugins watch = new AssertingPlugins(Violations.thrown());
    TestSet set = open(plugin -> watch.over(failing.over(plugin)), true);
    set.answer(request(1));
    failing.failing(true);
    RuntimeException e = assertThrows(RuntimeException.class, set::close);
    assertTrue(isInjected(e), e.toString());
    assertTrue(e.getMessage().contains("seed 1"), e.getMessage());
    assertEquals(List.of(), watch.open());
    assertEquals(
        Set.of(
            "DecodingStrategy.close",
            "ImageEncoder.close",
            "ImageEncoderFactory.close",
            "InferenceBackend.close",
            "LanguageModel.close",
            "VisionProcessor.close"),
        failing.failed());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void nothingStaysOpenWhereOpeningFails(int seed) {
    FailingPlugins failing = new FailingPlugins(seed, 3);
    failing.failing(true);
    AssertingPlugins watch = new AssertingPlugins(Violations.thrown());
    try {
      TestSet set = open(plugin -> watch.over(failing.over(plugin)), seed % 2 == 0);
      failing.failing(false);
      set.close();
    } catch (RuntimeException e) {
      assertTrue(isInjected(e), () -> "seed " + seed + ": " + e);
    }
    assertEquals(List.of(), watch.open(), "seed " + seed);
  }

  private static boolean isInjected(Throwable e) {
    for (Throwable at = e; at != null; at = at.getCause()) {
      if (at instanceof InjectedFailure) {
        return true;
      }
    }
    return false;
  }
}
