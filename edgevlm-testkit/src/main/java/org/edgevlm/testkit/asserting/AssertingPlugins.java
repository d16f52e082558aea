package org.edgevlm.testkit.asserting;

import java.util.List;
import java.util.Objects;
import org.edgevlm.spi.PluginProvider;
import org.edgevlm.spi.cache.CachePolicy;
import org.edgevlm.spi.decoding.DecodingContext;
import org.edgevlm.spi.decoding.DecodingStrategy;
import org.edgevlm.spi.inference.ImageEncoderFactory;
import org.edgevlm.spi.inference.InferenceBackend;
import org.edgevlm.spi.vision.VisionProcessor;
import org.edgevlm.testkit.intercept.Call;
import org.edgevlm.testkit.intercept.Interception;

/**
 * Puts providers under watch. The wrapped providers take the place of the plugins' own in a
 * registry, and from then on every call of a pipeline is checked: order, shapes, threads, use after
 * close, double close, children left open. Each close is made twice.
 *
 * <pre>{@code
 * AssertingPlugins watch = new AssertingPlugins(Violations.thrown());
 * try (TestSet set = TestSet.with(watch.over(new MyBackendProvider())).model(file).open()) {
 *   set.answer("What is there?");
 * }
 * assertEquals(List.of(), watch.open());
 * }</pre>
 */
public final class AssertingPlugins {

  private final Violations violations;
  private final Lifetime root;

  /** A watch that reports here. */
  public AssertingPlugins(Violations violations) {
    this.violations = Objects.requireNonNull(violations, "violations");
    root = Lifetime.root(violations);
  }

  /** The provider, with everything that it makes under watch. */
  public <P extends PluginProvider> P over(P provider) {
    return Interception.of(provider, this::around);
  }

  private Object around(Call call) throws Throwable {
    Object made = call.proceed();
    return call.method().equals("create") ? watched(call, made) : made;
  }

  private Object watched(Call call, Object made) {
    if (made instanceof VisionProcessor vision) {
      return new AssertingVisionProcessor(vision, root.child("vision processor"));
    }
    if (made instanceof ImageEncoderFactory factory) {
      return new AssertingEncoderFactory(factory, root.child("encoder factory"));
    }
    if (made instanceof InferenceBackend backend) {
      return new AssertingBackend(backend, root.child("backend"));
    }
    if (made instanceof CachePolicy policy) {
      return new AssertingPolicy(policy, root.child("cache policy"));
    }
    if (made instanceof DecodingStrategy strategy) {
      return new AssertingStrategy(
          strategy,
          call.argument(0, DecodingContext.class).target().info(),
          root.child("decoding strategy"));
    }
    return made;
  }

  /** What was met so far. */
  public Violations violations() {
    return violations;
  }

  /** What things of one name have open, by name. */
  public List<String> openBelow(String name) {
    return root.openBelow(name);
  }

  /** What is open, by name; nothing once everything was closed. */
  public List<String> open() {
    return root.open();
  }
}
