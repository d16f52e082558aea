package org.edgevlm.testkit;

import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.inference.ImageEmbedding;
import org.edgevlm.spi.inference.InferenceBackend;
import org.edgevlm.spi.inference.InferenceBackendProvider;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.ModelFiles;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.spi.inference.StepResult;

/** A backend under test in an assembled set, and what its tests share. */
final class BackendFixture implements AutoCloseable {

  private final Supplier<InferenceBackendProvider> provider;
  private final Path file;
  private final Map<String, String> configuration;
  private final double tolerance;
  private final Set<Capability> capabilities;
  private final TestSet set;

  BackendFixture(
      Supplier<InferenceBackendProvider> provider,
      Path file,
      Map<String, String> configuration,
      double tolerance) {
    this.provider = provider;
    this.file = file;
    this.configuration = configuration;
    this.tolerance = tolerance;
    capabilities = provider.get().capabilities();
    set = open();
  }

  /** A set of its own, for tests that close things. */
  TestSet open() {
    InferenceBackendProvider made = provider.get();
    return TestSet.with(made).section(made, configuration).model(file).open();
  }

  ModelFiles files() {
    return new ModelFiles(file, Optional.empty());
  }

  InferenceBackend backend() {
    return set.backend();
  }

  LanguageModel model() {
    return set.model();
  }

  double tolerance() {
    return tolerance;
  }

  /** Skips a test of what the backend doesn't claim. */
  void assumeHas(Capability capability) {
    assumeTrue(capabilities.contains(capability), () -> "the backend doesn't claim " + capability);
  }

  /** Skips a test of what becomes of a wish that the backend can't fulfil. */
  void assumeLacks(Capability capability) {
    assumeFalse(capabilities.contains(capability), () -> "the backend has " + capability);
  }

  InferenceSession session() {
    return model().openSession(SessionOptions.DEFAULT);
  }

  /** Tokens at random, the same for the same seed; control tokens too, as in a prompt. */
  int[] tokens(int count, long seed) {
    return new Random(seed).ints(count, 0, model().info().vocabularySize()).toArray();
  }

  /** An image of the model's width at random, the same for the same seed. */
  ImageEmbedding image(int rows, long seed) {
    ImageEmbedding image = ImageEmbedding.allocate(rows, model().info().width());
    Random random = new Random(seed);
    for (int i = 0; i < image.data().capacity(); i++) {
      image.data().put(i, (float) random.nextGaussian() * 0.5f);
    }
    return image;
  }

  /** The logits after each of these tokens, in a session of their own that is fed them at once. */
  float[][] logits(int... tokens) {
    try (InferenceSession session = session()) {
      return Logits.copy(session.step(tokens, 0, tokens.length, Outputs.ALL));
    }
  }

  /** The logits after the last of these tokens, in a session of their own. */
  float[] last(int... tokens) {
    float[][] rows = logits(tokens);
    return rows[rows.length - 1];
  }

  void assertSame(float[] expected, StepResult result, int row, String what) {
    Logits.assertSame(expected, Logits.copy(result, row), tolerance, what);
  }

  @Override
  public void close() {
    set.close();
  }
}
