package org.edgevlm.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.edgevlm.reference.BmpVisionProvider;
import org.edgevlm.reference.ReferenceBackendProvider;
import org.edgevlm.runtime.Answer;
import org.edgevlm.runtime.AnswerRequest;
import org.edgevlm.runtime.EdgeVlm;
import org.edgevlm.runtime.config.Configuration;
import org.edgevlm.runtime.plugin.PluginRegistry;
import org.edgevlm.spi.CancelToken;
import org.edgevlm.spi.PluginProvider;
import org.edgevlm.spi.cache.CachePolicyProvider;
import org.edgevlm.spi.decoding.DecodingContext;
import org.edgevlm.spi.decoding.DecodingStrategyProvider;
import org.edgevlm.spi.decoding.TokenListener;
import org.edgevlm.spi.inference.ImageEncoder;
import org.edgevlm.spi.inference.ImageEncoderProvider;
import org.edgevlm.spi.inference.InferenceBackend;
import org.edgevlm.spi.inference.InferenceBackendProvider;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.vision.VisionProcessorProvider;
import org.edgevlm.testkit.intercept.Interception;

/**
 * Plugins put together as the program does it: registry, configuration, assembly. What a set lacks
 * is filled up with small plain-Java plugins and a small model, so one provider is enough.
 *
 * <pre>{@code
 * try (TestSet set = TestSet.with(new MyPolicyProvider()).set("my-policy.budget", "32").open()) {
 *   Answer answer = set.answer("What is there?");
 * }
 * }</pre>
 */
public final class TestSet implements AutoCloseable {

  private static final int REFERENCE_WIDTH = 16;
  private static final String REFERENCE_PROJECTOR = "width=16\nseed=118\n";

  private final EdgeVlm vlm;
  private final Captured captured;
  private final Path home;

  private TestSet(EdgeVlm vlm, Captured captured, Path home) {
    this.vlm = vlm;
    this.captured = captured;
    this.home = home;
  }

  /** A set around these providers; of a service other than {@code cache} one at most. */
  public static Builder with(PluginProvider... providers) {
    return new Builder(List.of(providers));
  }

  /** What answers. */
  public EdgeVlm vlm() {
    return vlm;
  }

  /** Answers a question about a small picture, greedily, with at most 60 tokens. */
  public Answer answer(String question) {
    return answer(AnswerRequest.question(picture(), question, 60));
  }

  /** Answers a request. */
  public Answer answer(AnswerRequest request) {
    return vlm.answer(request, TokenListener.NONE, CancelToken.NEVER);
  }

  /** The picture that {@link #answer(String)} asks about, 24-bit BMP of 12×10 pixels. */
  public static ByteBuffer picture() {
    return BmpVisionProvider.bmp(12, 10, 0xff8000, 0x2040ff);
  }

  /** The model that answers. */
  public LanguageModel model() {
    return captured.context().target();
  }

  /** What the strategy was made with. */
  DecodingContext context() {
    return captured.context();
  }

  /** The first service of a type that the assembly made with the set's providers. */
  <T> T made(Class<T> type) {
    return captured.first(type);
  }

  /** Closes everything; a failure to close is thrown when the folder is gone too. */
  @Override
  public void close() {
    try {
      vlm.close();
    } finally {
      delete(home);
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + folder, e);
    }
  }

  /** Collects what a set is to be made of. */
  public static final class Builder {

    private final List<PluginProvider> given;
    private final Map<String, String> settings = new HashMap<>();
    private final Captured captured = new Captured();
    private String languageModel;
    private String projector;
    private boolean ownModel;

    private Builder(List<PluginProvider> given) {
      this.given = given;
      settings.put("prompt_template", "{image}{question}");
    }

    /** Sets a configuration key, as a user would write it. */
    public Builder set(String key, String value) {
      settings.put(Objects.requireNonNull(key, "key"), Objects.requireNonNull(value, "value"));
      return this;
    }

    /** Sets keys of a plugin's section. */
    Builder section(PluginProvider plugin, Map<String, String> values) {
      values.forEach((key, value) -> set(plugin.id() + "." + key, value));
      return this;
    }

    /** The language model's file, where the reference backend's own model won't do. */
    public Builder model(Path file) {
      languageModel = file.toString();
      return this;
    }

    /** The projector's file, where the set has an encoder that reads one. */
    public Builder projector(Path file) {
      projector = file.toString();
      return this;
    }

    /**
     * Opens the set.
     *
     * @throws org.edgevlm.spi.EdgeVlmException as {@link EdgeVlm#open}
     * @throws IllegalStateException if the registry finds a provider not usable
     */
    public TestSet open() {
      Path home;
      try {
        home = Files.createTempDirectory("edgevlm-testkit");
        writeModels(home);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot write a folder for the test set", e);
      }
      try {
        PluginRegistry registry = PluginRegistry.of(complete());
        if (!registry.problems().isEmpty()) {
          throw new IllegalStateException(registry.problems().toString());
        }
        settings.put("model", languageModel + "," + projector);
        Configuration configuration =
            Configuration.load(Optional.empty(), Map.of(), settings, registry);
        return new TestSet(
            EdgeVlm.open(configuration, registry, home, LoadProgress.NONE), captured, home);
      } catch (RuntimeException | Error e) {
        delete(home);
        throw e;
      }
    }

    private void writeModels(Path home) throws IOException {
      Path folder = Files.createDirectories(home.resolve("models").resolve("reference"));
      Path model =
          Files.writeString(folder.resolve("reference.gguf"), referenceModel(REFERENCE_WIDTH));
      ownModel = languageModel == null;
      Path beside = folder.resolve("reference-mmproj.gguf");
      Files.writeString(beside, REFERENCE_PROJECTOR);
      languageModel = languageModel == null ? model.toString() : languageModel;
      projector = projector == null ? beside.toString() : projector;
    }

    /** The given providers, with the missing ones, all under observation. */
    private List<PluginProvider> complete() {
      List<PluginProvider> set = new ArrayList<>(given);
      fill(set, VisionProcessorProvider.class, new BmpVisionProvider());
      fill(set, InferenceBackendProvider.class, fittingBackend());
      fill(
          set,
          ImageEncoderProvider.class,
          new FittingEncoderProvider(() -> captured.first(LanguageModel.class).info().width()));
      fill(set, DecodingStrategyProvider.class, TestSet.builtIn());
      select(set, "vision", VisionProcessorProvider.class);
      select(set, "backend", InferenceBackendProvider.class);
      select(set, "encoder", ImageEncoderProvider.class);
      select(set, "decoding", DecodingStrategyProvider.class);
      settings.putIfAbsent(
          "cache",
          String.join(
              ",",
              set.stream()
                  .filter(CachePolicyProvider.class::isInstance)
                  .map(PluginProvider::id)
                  .toList()));
      return set.stream().map(plugin -> Interception.of(plugin, captured)).toList();
    }

    /** The reference backend, whose model gets the width of the encoder that is open by then. */
    private InferenceBackendProvider fittingBackend() {
      return Interception.of(
          new ReferenceBackendProvider(),
          call -> {
            if (call.is(InferenceBackend.class, "load") && ownModel) {
              int width =
                  given.stream().anyMatch(ImageEncoderProvider.class::isInstance)
                      ? captured.first(ImageEncoder.class).embeddingWidth()
                      : REFERENCE_WIDTH;
              Files.writeString(Path.of(languageModel), referenceModel(width));
            }
            return call.proceed();
          });
    }

    private static String referenceModel(int width) {
      return "width=" + width + "\nseed=18\n";
    }

    private static void fill(
        List<PluginProvider> set, Class<? extends PluginProvider> type, PluginProvider provider) {
      if (set.stream().noneMatch(type::isInstance)) {
        set.add(provider);
      }
    }

    private void select(
        List<PluginProvider> set, String key, Class<? extends PluginProvider> type) {
      set.stream()
          .filter(type::isInstance)
          .findFirst()
          .ifPresent(plugin -> settings.putIfAbsent(key, plugin.id()));
    }
  }

  /** The strategy that comes with the runtime. */
  static DecodingStrategyProvider builtIn() {
    return PluginRegistry.discover(List.of())
        .find(DecodingStrategyProvider.class, "autoregressive");
  }

  /** The backend under the wrapping. */
  InferenceBackend backend() {
    return made(InferenceBackend.class);
  }
}
