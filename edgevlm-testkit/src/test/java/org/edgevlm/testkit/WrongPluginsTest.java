package org.edgevlm.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.edgevlm.spi.PluginProvider;
import org.edgevlm.spi.cache.CachePolicyProvider;
import org.edgevlm.spi.decoding.DecodingStrategyProvider;
import org.edgevlm.spi.inference.ImageEncoderProvider;
import org.edgevlm.spi.inference.InferenceBackendProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** A plugin that breaks a rule fails the contract in that rule, and in no other. */
class WrongPluginsTest {

  @TempDir static Path folder;

  /** The rules that a suite fails in. */
  private static Set<String> failures(Class<?> suite) {
    Set<String> failed = new TreeSet<>();
    LauncherFactory.create()
        .execute(
            LauncherDiscoveryRequestBuilder.request().selectors(selectClass(suite)).build(),
            new TestExecutionListener() {
              @Override
              public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                if (result.getStatus() == TestExecutionResult.Status.FAILED) {
                  failed.add(
                      test.getSource()
                          .filter(MethodSource.class::isInstance)
                          .map(source -> ((MethodSource) source).getMethodName())
                          .orElse(test.getDisplayName() + ": " + result.getThrowable()));
                }
              }
            });
    return failed;
  }

  private static Set<String> rules(Class<?>... groups) {
    Set<String> rules = new TreeSet<>();
    for (Class<?> group : groups) {
      for (Method method : group.getDeclaredMethods()) {
        if (method.isAnnotationPresent(Test.class)) {
          rules.add(method.getName());
        }
      }
    }
    return rules;
  }

  private static final ThreadLocal<Supplier<? extends PluginProvider>> WRONG = new ThreadLocal<>();

  /** Run by this test only, as the other suites. */
  static class BackendSuite extends InferenceBackendContract {
    @Override
    protected InferenceBackendProvider provider() {
      return (InferenceBackendProvider) WRONG.get().get();
    }

    @Override
    protected Path model() {
      return write("model.gguf");
    }

    @Override
    protected Map<String, String> configuration() {
      return Map.of("context_length", "32");
    }
  }

  static class EncoderSuite extends ImageEncoderContract {
    @Override
    protected ImageEncoderProvider provider() {
      return (ImageEncoderProvider) WRONG.get().get();
    }

    @Override
    protected Path projector() {
      return write("mmproj.gguf");
    }
  }

  static class PolicySuite extends CachePolicyContract {
    @Override
    protected CachePolicyProvider provider() {
      return (CachePolicyProvider) WRONG.get().get();
    }
  }

  static class StrategySuite extends DecodingStrategyContract {
    @Override
    protected DecodingStrategyProvider provider() {
      return (DecodingStrategyProvider) WRONG.get().get();
    }

    @Override
    protected Map<String, String> configuration() {
      return provider().configKeys().isEmpty() ? Map.of() : Map.of("model", "reference");
    }
  }

  static Path write(String name) {
    try {
      return Files.writeString(folder.resolve(name), "width=16\nseed=18\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static <P extends PluginProvider> Stream<DynamicTest> tests(
      Wrong<P> wrong, Class<?> suite) {
    return wrong.rules().stream()
        .map(
            rule ->
                DynamicTest.dynamicTest(
                    rule,
                    () -> {
                      WRONG.set(wrong.plugin(rule));
                      assertEquals(wrong.broken(rule), failures(suite));
                    }));
  }

  @Test
  void thereIsAWrongPluginForEachRule() {
    assertEquals(
        rules(
            ProviderRules.class,
            ModelRules.class,
            StepRules.class,
            SessionRules.class,
            ImageRules.class,
            KvCacheRules.class,
            CompressionRules.class,
            AttentionRules.class,
            EarlyExitRules.class,
            TokenizerRules.class,
            GrammarRules.class),
        new TreeSet<>(WrongBackends.all().rules()));
    assertEquals(rules(EncoderRules.class), new TreeSet<>(WrongEncoders.all().rules()));
    assertEquals(rules(PolicyRules.class), new TreeSet<>(WrongPolicies.all().rules()));
    assertEquals(rules(StrategyRules.class), new TreeSet<>(WrongStrategies.all().rules()));
  }

  @TestFactory
  Stream<DynamicTest> wrongBackends() {
    return tests(WrongBackends.all(), BackendSuite.class);
  }

  @TestFactory
  Stream<DynamicTest> wrongEncoders() {
    return tests(WrongEncoders.all(), EncoderSuite.class);
  }

  @TestFactory
  Stream<DynamicTest> wrongPolicies() {
    return tests(WrongPolicies.all(), PolicySuite.class);
  }

  @TestFactory
  Stream<DynamicTest> wrongStrategies() {
    return tests(WrongStrategies.all(), StrategySuite.class);
  }
}
