package org.edgevlm.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.edgevlm.reference.DraftStrategyProvider;
import org.edgevlm.reference.HeavyHitterPolicyProvider;
import org.edgevlm.reference.ReferenceBackendProvider;
import org.edgevlm.reference.ReferenceEncoderProvider;
import org.edgevlm.reference.WindowPolicyProvider;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.cache.CachePolicyProvider;
import org.edgevlm.spi.decoding.DecodingStrategyProvider;
import org.edgevlm.spi.inference.ImageEncoderProvider;
import org.edgevlm.spi.inference.InferenceBackendProvider;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** The reference plugins and the built-in strategy keep the contracts. */
class ReferencePluginsTest {

  @TempDir static Path folder;

  private static Path model(String name) {
    try {
      return Files.writeString(folder.resolve(name), "width=16\nseed=18\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Nested
  class Backend extends InferenceBackendContract {
    @Override
    protected InferenceBackendProvider provider() {
      return new ReferenceBackendProvider();
    }

    @Override
    protected Path model() {
      return ReferencePluginsTest.model("model.gguf");
    }
  }

  /** Its refusals are checked where the whole backend's abilities are. */
  @Nested
  class BareBackend extends InferenceBackendContract {
    @Override
    protected InferenceBackendProvider provider() {
      Set<Capability> few = EnumSet.of(Capability.TOKEN_STEPPING, Capability.IMAGE_EMBEDDINGS);
      return new ReferenceBackendProvider("bare", few, new ArrayList<>());
    }

    @Override
    protected Path model() {
      return ReferencePluginsTest.model("bare.gguf");
    }
  }

  @Nested
  class Encoder extends ImageEncoderContract {
    @Override
    protected ImageEncoderProvider provider() {
      return new ReferenceEncoderProvider();
    }

    @Override
    protected Path projector() {
      return ReferencePluginsTest.model("mmproj.gguf");
    }
  }

  @Nested
  class WindowPolicy extends CachePolicyContract {
    @Override
    protected CachePolicyProvider provider() {
      return new WindowPolicyProvider();
    }
  }

  @Nested
  class HeavyHitterPolicy extends CachePolicyContract {
    @Override
    protected CachePolicyProvider provider() {
      return new HeavyHitterPolicyProvider();
    }

    @Override
    protected Set<PolicyBehavior> lacks() {
      return Set.of(PolicyBehavior.DROPS_ALONE);
    }
  }

  @Nested
  class DraftStrategy extends DecodingStrategyContract {
    @Override
    protected DecodingStrategyProvider provider() {
      return new DraftStrategyProvider();
    }

    @Override
    protected Map<String, String> configuration() {
      return Map.of("model", "reference");
    }
  }

  @Nested
  class BuiltInStrategy extends DecodingStrategyContract {
    @Override
    protected DecodingStrategyProvider provider() {
      return TestSet.builtIn();
    }
  }
}
