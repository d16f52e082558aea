package org.edgevlm.runtime.pipeline;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.edgevlm.runtime.Degradation;
import org.edgevlm.runtime.PluginNames;
import org.edgevlm.runtime.config.Configuration;
import org.edgevlm.runtime.model.ModelStore;
import org.edgevlm.runtime.plugin.PluginRegistry;
import org.edgevlm.spi.EdgeVlmException;
import org.edgevlm.spi.Platform;
import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.PluginProvider;
import org.edgevlm.spi.cache.AttentionTracking;
import org.edgevlm.spi.cache.CachePolicy;
import org.edgevlm.spi.cache.CachePolicyProvider;
import org.edgevlm.spi.decoding.DecodingStrategy;
import org.edgevlm.spi.inference.ImageEncoder;
import org.edgevlm.spi.inference.ImageEncoderFactory;
import org.edgevlm.spi.inference.InferenceBackend;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.inference.MemoryEstimate;
import org.edgevlm.spi.inference.ModelFiles;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.spi.vision.VisionProcessor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A set of plugins with a loaded model, ready for requests. What the set needs is checked while it
 * is put together, in the order of cost: ids, platforms and capabilities; then the model's files
 * and the memory limit; only then are weights loaded.
 */
public final class Assembly implements AutoCloseable {

  /** Of its own, so that a program that shows degradations itself can keep them out of its log. */
  private static final Logger LOG = LoggerFactory.getLogger(Degradation.class);

  private final Settings settings;
  private final PluginSet set;
  private final Configuration config;
  private final Platform platform;
  private final Resources resources = new Resources();
  private final MemoryBudget budget;

  private VisionProcessor vision;
  private ImageEncoder encoder;
  private LanguageModel model;
  private final List<CachePolicy> policies = new ArrayList<>();
  private final List<String> policyIds = new ArrayList<>();
  private AttentionTracking tracking;
  private DecodingStrategy strategy;

  private Assembly(Settings settings, PluginSet set, Configuration config, Platform platform) {
    this.settings = settings;
    this.set = set;
    this.config = config;
    this.platform = platform;
    budget = new MemoryBudget(settings.memoryLimit());
  }

  /**
   * Puts together what a configuration asks for.
   *
   * @param home the distribution's folder, where models lie
   * @throws EdgeVlmException if the set doesn't fit or the model can't be loaded; everything opened
   *     so far is closed again
   */
  public static Assembly assemble(
      Configuration config, PluginRegistry plugins, Path home, LoadProgress progress) {
    Settings settings = Settings.of(config);
    Platform platform = Platform.current();
    PluginSet set = PluginSet.select(settings, plugins, platform);
    Assembly assembly = new Assembly(settings, set, config, platform);
    try {
      assembly.open(new ModelStore(home), progress);
      assembly.degradations().forEach(part -> LOG.warn("{}", part.warning()));
      return assembly;
    } catch (RuntimeException | Error e) {
      assembly.resources.closeAfter(e);
      throw e;
    }
  }

  private void open(ModelStore store, LoadProgress progress) {
    openPolicies();
    ModelFiles files = store.resolve(settings.model());
    Path projector = projectorOf(files, settings.model());
    vision = make(set.vision(), set.vision()::create);
    InferenceBackend backend = make(set.backend(), set.backend()::create);
    ImageEncoderFactory factory = make(set.encoder(), set.encoder()::create);
    MemoryEstimate forModel = backend.estimate(files);
    MemoryEstimate forEncoder = factory.estimate(projector);
    MemoryEstimate both = forModel.plus(forEncoder);
    budget.take(settings.model(), both);

    CombinedProgress combined = new CombinedProgress(progress, both.weights());
    encoder = resources.add(factory.open(projector, combined.next(forEncoder.weights())));
    model = resources.add(backend.load(files, combined.next(forModel.weights())));
    combined.end();
    checkWidths(projector);
    strategy =
        make(
            set.decoding(),
            setting ->
                set.decoding()
                    .create(
                        new StrategySetting(
                            setting,
                            model,
                            ModelStore.draftFor(files.languageModel()),
                            further -> openFurther(backend, store, further),
                            further -> openEncoder(factory, store, further))));
  }

  private void openPolicies() {
    AttentionTracking attention = AttentionTracking.NONE;
    for (CachePolicyProvider provider : set.cache()) {
      CachePolicy policy = make(provider, provider::create);
      AttentionTracking wanted = policy.attention();
      // One that is left out stays open, unused, until all is closed.
      if (!wanted.enabled() || set.admitsAttention(provider)) {
        policies.add(policy);
        policyIds.add(provider.id());
        attention = attention.and(wanted);
      }
    }
    tracking = attention;
  }

  private void checkWidths(Path projector) {
    int needed = model.info().width();
    if (encoder.embeddingWidth() != needed) {
      throw new PluginException(
          "the projector "
              + projector
              + " makes embeddings of width "
              + encoder.embeddingWidth()
              + ", model '"
              + settings.model()
              + "' reads width "
              + needed
              + ": they don't belong together");
    }
  }

  private static Path projectorOf(ModelFiles files, String name) {
    return files
        .projector()
        .orElseThrow(
            () ->
                new EdgeVlmException(
                    "model '"
                        + name
                        + "' has no projector (*mmproj*.gguf) beside "
                        + files.languageModel()
                        + ", so it cannot see images"));
  }

  private ImageEncoder openEncoder(ImageEncoderFactory factory, ModelStore store, String name) {
    Path projector = projectorOf(store.resolve(name), name);
    MemoryEstimate estimate = factory.estimate(projector);
    budget.take(name, estimate);
    try {
      ImageEncoder further = factory.open(projector, LoadProgress.NONE);
      return new TrackedEncoder(further, () -> budget.giveBack(estimate));
    } catch (RuntimeException | Error e) {
      budget.giveBack(estimate);
      throw e;
    }
  }

  private LanguageModel openFurther(InferenceBackend backend, ModelStore store, String name) {
    ModelFiles files = store.resolve(name);
    MemoryEstimate estimate = backend.estimate(files);
    budget.take(name, estimate);
    try {
      LanguageModel further = backend.load(files, LoadProgress.NONE);
      return new TrackedModel(further, () -> budget.giveBack(estimate));
    } catch (RuntimeException | Error e) {
      budget.giveBack(estimate);
      throw e;
    }
  }

  /** Makes a plugin's service and takes it over. */
  private <T extends AutoCloseable> T make(
      PluginProvider provider, Function<PluginContext, T> create) {
    T made;
    try {
      made =
          create.apply(new PluginSetting(provider.id(), config.section(provider.id()), platform));
    } catch (LinkageError e) {
      throw new PluginException(
          "plugin '" + provider.id() + "' does not fit this program or this machine: " + e, e);
    } catch (EdgeVlmException e) {
      throw e; // it says what was wrong and what would be right
    } catch (RuntimeException e) {
      throw new PluginException("plugin '" + provider.id() + "' failed to start: " + e, e);
    }
    if (made == null) {
      throw new PluginException("plugin '" + provider.id() + "' made nothing");
    }
    return resources.add(made);
  }

  /** What was configured and doesn't run; empty unless {@code degrade} is set. */
  public List<Degradation> degradations() {
    return set.check().degradations();
  }

  /** What the set's backend can do beyond what it was assembled for. */
  CapabilityCheck capabilities() {
    return set.check();
  }

  /** Who really does what: parts that were left out aren't there. */
  public PluginNames names() {
    return new PluginNames(
        set.backend().id(),
        set.encoder().id(),
        set.vision().id(),
        policyIds,
        set.decoding().id(),
        settings.model());
  }

  /** The open model. */
  public LanguageModel model() {
    return model;
  }

  Settings settings() {
    return settings;
  }

  VisionProcessor vision() {
    return vision;
  }

  ImageEncoder encoder() {
    return encoder;
  }

  List<CachePolicy> policies() {
    return policies;
  }

  /** How a request's session is opened: what the policies track, where the strategy may exit. */
  SessionOptions sessionOptions() {
    return new SessionOptions(tracking, strategy.earlyExit());
  }

  DecodingStrategy strategy() {
    return strategy;
  }

  /** Closes everything in the reverse order of opening, once. */
  @Override
  public void close() {
    resources.close();
  }
}
