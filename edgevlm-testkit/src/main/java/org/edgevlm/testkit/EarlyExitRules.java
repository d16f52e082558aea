package org.edgevlm.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.cache.AttentionTracking;
import org.edgevlm.spi.inference.Confidence;
import org.edgevlm.spi.inference.EarlyExit;
import org.edgevlm.spi.inference.ExitRule;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.spi.inference.StepResult;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Steps that end at an exit layer. */
abstract class EarlyExitRules extends BackendRules {

  EarlyExitRules(BackendFixture fixture) {
    super(fixture);
  }

  /** The model's own exits before its last layer, or its first layer. */
  private List<Integer> exits() {
    int layers = backend().model().info().layers();
    List<Integer> own =
        backend().model().info().exitLayers().stream().filter(layer -> layer < layers).toList();
    return own.isEmpty() ? List.of(1) : own;
  }

  private InferenceSession open(List<Integer> layers, ExitRule rule) {
    return backend()
        .model()
        .openSession(
            new SessionOptions(AttentionTracking.NONE, Optional.of(new EarlyExit(layers, rule))));
  }

  @Test
  @DisplayName("A step of one token ends where the rule says yes, and says which layer that was")
  void aStepEndsAtItsExit() {
    backend().assumeHas(Capability.EARLY_EXIT);
    int[] tokens = backend().tokens(6, 81);
    for (int exit : exits()) {
      try (InferenceSession session = open(exits(), (layer, confidence) -> layer == exit)) {
        session.step(tokens, 0, 3, Outputs.NONE);
        for (int i = 3; i < 6; i++) {
          StepResult result = session.step(tokens, i, 1, Outputs.LAST);
          assertEquals(exit, result.layersUsed(0), "layersUsed");
          assertEquals(i + 1, session.position(), "the position after an early exit");
        }
      }
    }
  }

  @Test
  @DisplayName("A rule that always says no changes nothing")
  void aRuleThatSaysNoChangesNothing() {
    backend().assumeHas(Capability.EARLY_EXIT);
    int[] tokens = backend().tokens(6, 82);
    float[] expected = backend().last(tokens);
    try (InferenceSession session = open(exits(), (layer, confidence) -> false)) {
      session.step(tokens, 0, 4, Outputs.NONE);
      session.step(tokens, 4, 1, Outputs.NONE);
      StepResult result = session.step(tokens, 5, 1, Outputs.LAST);
      assertEquals(backend().model().info().layers(), result.layersUsed(0), "layersUsed");
      backend().assertSame(expected, result, 0, "without an exit");
    }
  }

  @Test
  @DisplayName("Steps of several tokens go to the last layer and ask nobody")
  void prefillGoesToTheEnd() {
    backend().assumeHas(Capability.EARLY_EXIT);
    int[] tokens = backend().tokens(6, 83);
    List<Integer> asked = new ArrayList<>();
    float[] expected = backend().last(tokens);
    try (InferenceSession session = open(exits(), (layer, confidence) -> asked.add(layer))) {
      StepResult result = session.step(tokens, 0, 6, Outputs.LAST);
      assertEquals(List.of(), asked, "layers asked about in a prefill");
      assertEquals(backend().model().info().layers(), result.layersUsed(0), "layersUsed");
      backend().assertSame(expected, result, 0, "the prefill");
    }
  }

  @Test
  @DisplayName("The rule is asked at each exit in turn, with a confidence that makes sense")
  void theRuleIsAskedInTurn() {
    backend().assumeHas(Capability.EARLY_EXIT);
    int[] tokens = backend().tokens(4, 84);
    double most = Math.log(backend().model().info().vocabularySize());
    List<Integer> asked = new ArrayList<>();
    ExitRule rule =
        (layer, confidence) -> {
          asked.add(layer);
          assertTrue(confidence.max() > 0 && confidence.max() <= 1.0001, "max");
          assertTrue(confidence.margin() >= 0 && confidence.margin() <= confidence.max(), "margin");
          assertTrue(
              confidence.entropy() >= -1e-3 && confidence.entropy() <= most + 1e-3, "entropy");
          return false;
        };
    try (InferenceSession session = open(exits(), rule)) {
      session.step(tokens, 0, 3, Outputs.NONE);
      session.step(tokens, 3, 1, Outputs.LAST);
      assertEquals(exits(), asked, "layers asked about in one step");
    }
  }

  @Test
  @DisplayName("Steps that ended early are completed to what a session without exits has")
  void stepsThatEndedEarlyAreCompleted() {
    backend().assumeHas(Capability.EARLY_EXIT);
    backend().assumeHas(Capability.REWIND);
    int[] tokens = backend().tokens(9, 85);
    float[] before = backend().last(Arrays.copyOf(tokens, 7));
    float[] expected = backend().last(Arrays.copyOf(tokens, 8));
    float[] after = backend().last(tokens);
    Closing rule = new Closing();
    try (InferenceSession session = open(exits(), rule)) {
      session.step(tokens, 0, 3, Outputs.NONE);
      for (int i = 3; i < 8; i++) {
        session.step(tokens, i, 1, Outputs.LAST);
      }
      rule.open = false;
      StepResult result = session.complete(tokens, 3, 5);
      assertEquals(5, result.rows(), "rows");
      assertEquals(8, session.position(), "the position after completing");
      assertEquals(backend().model().info().layers(), result.layersUsed(4), "layersUsed");
      backend().assertSame(before, result, 3, "a completed step");
      backend().assertSame(expected, result, 4, "the last completed step");
      result = session.step(tokens, 8, 1, Outputs.LAST);
      backend().assertSame(after, result, 0, "a step after completed ones, of a closed rule");
    }
  }

  /** Ends steps at the first exit while it is open. */
  private static final class Closing implements ExitRule {

    private boolean open = true;

    @Override
    public boolean isOpen() {
      return open;
    }

    @Override
    public boolean exit(int layer, Confidence confidence) {
      return open;
    }
  }

  @Test
  @DisplayName("Without EARLY_EXIT, a session that asks for it is a PluginException")
  void exitsAreRefusedWithoutTheCapability() {
    backend().assumeLacks(Capability.EARLY_EXIT);
    assertThrows(PluginException.class, () -> open(exits(), (layer, confidence) -> false).close());
  }

  @Test
  @DisplayName("An exit layer that the model doesn't have is refused")
  void exitsBeyondTheModelAreRefused() {
    backend().assumeHas(Capability.EARLY_EXIT);
    int beyond = backend().model().info().layers() + 1;
    assertThrows(
        RuntimeException.class,
        () -> open(List.of(beyond), (layer, confidence) -> false).close(),
        "an exit at layer " + beyond);
  }
}
