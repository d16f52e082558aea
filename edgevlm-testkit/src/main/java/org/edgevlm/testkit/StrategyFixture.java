package org.edgevlm.testkit;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.edgevlm.reference.ReferenceBackendProvider;
import org.edgevlm.spi.EdgeVlmException;
import org.edgevlm.spi.decoding.DecodingStrategyProvider;
import org.edgevlm.testkit.asserting.AssertingPlugins;
import org.edgevlm.testkit.asserting.Violations;

/** A strategy under test, assembled anew for most tests: the small model costs nothing. */
final class StrategyFixture {

  private final Supplier<DecodingStrategyProvider> provider;
  private final Map<String, String> configuration;
  private final Set<StrategyBehavior> lacks;
  private Violations asked;
  private List<String> leftOpen;

  StrategyFixture(
      Supplier<DecodingStrategyProvider> provider,
      Map<String, String> configuration,
      Set<StrategyBehavior> lacks) {
    this.provider = provider;
    this.configuration = configuration;
    this.lacks = lacks;
  }

  DecodingStrategyProvider provider() {
    return provider.get();
  }

  boolean lacks(StrategyBehavior behavior) {
    return lacks.contains(behavior);
  }

  /** A set with the strategy. */
  TestSet open() {
    DecodingStrategyProvider made = provider.get();
    return TestSet.with(made).section(made, configuration).open();
  }

  /** A set of the same model with the strategy that comes with the runtime. */
  TestSet openBuiltIn() {
    return TestSet.with(TestSet.builtIn()).open();
  }

  private TestSet watched(AssertingPlugins watch) {
    DecodingStrategyProvider made = provider.get();
    return TestSet.with(watch.over(made), watch.over(new ReferenceBackendProvider()))
        .section(made, configuration)
        .open();
  }

  /** What the decorators note while a set is used, which happens once. */
  synchronized Violations asked(Consumer<TestSet> use) {
    if (asked == null) {
      AssertingPlugins watch = new AssertingPlugins(Violations.collected());
      asked = watch.violations();
      leftOpen = List.of("session");
      try (TestSet set = watched(watch)) {
        use.accept(set);
        leftOpen = watch.openBelow("model");
      } catch (IllegalStateException | EdgeVlmException e) {
        // A plugin that is wrong elsewhere too may fail to close; other tests look at that.
        assert e.getMessage() != null;
      }
    }
    return asked;
  }

  /** What the models had open when the set had been used and wasn't closed yet. */
  synchronized List<String> leftOpen() {
    return leftOpen;
  }

  /** What is open when a set was used and closed. */
  List<String> leftOpenAfterClose() {
    AssertingPlugins watch = new AssertingPlugins(Violations.collected());
    try (TestSet set = watched(watch)) {
      set.answer("What is there?");
    }
    return watch.open();
  }
}
