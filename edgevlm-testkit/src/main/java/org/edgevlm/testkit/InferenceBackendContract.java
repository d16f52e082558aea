package org.edgevlm.testkit;

import java.nio.file.Path;
import java.util.Map;
import org.edgevlm.spi.inference.InferenceBackendProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;

/**
 * What the SPI promises of a backend. Extend it with a provider and a model:
 *
 * <pre>{@code
 * class MyBackendTest extends InferenceBackendContract {
 *   protected InferenceBackendProvider provider() { return new MyBackendProvider(); }
 *   protected Path model() { return Path.of("models/small.gguf"); }
 * }
 * }</pre>
 *
 * <p>A small model makes it fast: one assembled set serves most tests. Tests of a capability that
 * the provider doesn't claim are skipped, and one that checks its refusal runs instead.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class InferenceBackendContract {

  private BackendFixture fixture;

  /** For subclasses. */
  protected InferenceBackendContract() {}

  /** A new provider each time. */
  protected abstract InferenceBackendProvider provider();

  /** A model's file that the backend runs; the smaller, the faster. */
  protected abstract Path model();

  /**
   * Keys of the plugin's own section of the configuration, without the plugin's id. A context of
   * some hundred positions is enough.
   */
  protected Map<String, String> configuration() {
    return Map.of();
  }

  /**
   * How far logits that should be the same may be apart, as a share of the largest: kernels that
   * differ by the length of a step round differently.
   */
  protected double tolerance() {
    return 0.01;
  }

  @BeforeAll
  void openSet() {
    fixture = new BackendFixture(this::provider, model(), configuration(), tolerance());
  }

  @AfterAll
  void closeSet() {
    if (fixture != null) {
      fixture.close();
    }
  }

  /** The provider. */
  @Nested
  class Provider extends ProviderRules {
    Provider() {
      super(InferenceBackendContract.this::provider);
    }
  }

  /** Model files and what is opened. */
  @Nested
  class Models extends ModelRules {
    Models() {
      super(fixture);
    }
  }

  /** Feeding tokens and reading logits. */
  @Nested
  class Steps extends StepRules {
    Steps() {
      super(fixture);
    }
  }

  /** Sessions beside each other, in threads, and back in time. */
  @Nested
  class Sessions extends SessionRules {
    Sessions() {
      super(fixture);
    }
  }

  /** Images in place of tokens. */
  @Nested
  class Images extends ImageRules {
    Images() {
      super(fixture);
    }
  }

  /** K and V of each layer. */
  @Nested
  class Cache extends KvCacheRules {
    Cache() {
      super(fixture);
    }
  }

  /** K and V in few bits. */
  @Nested
  class Compression extends CompressionRules {
    Compression() {
      super(fixture);
    }
  }

  /** Sums of attention. */
  @Nested
  class Attention extends AttentionRules {
    Attention() {
      super(fixture);
    }
  }

  /** Steps that end at an exit layer. */
  @Nested
  class Exits extends EarlyExitRules {
    Exits() {
      super(fixture);
    }
  }

  /** The vocabulary. */
  @Nested
  class Vocabulary extends TokenizerRules {
    Vocabulary() {
      super(fixture);
    }
  }

  /** Constrained answers. */
  @Nested
  class Grammars extends GrammarRules {
    Grammars() {
      super(fixture);
    }
  }
}
