package org.edgevlm.testkit.vision;

import java.util.Set;
import org.edgevlm.spi.vision.VisionProcessorProvider;
import org.junit.jupiter.api.Nested;

/**
 * The contract of {@link org.edgevlm.spi.vision.VisionProcessor}, as about 450 tests: formats and
 * their variants, orientations, transparency, every resize method and interpolation against a plain
 * reference, tiles, limits, threads, and files that lie, end early or have flipped bits.
 *
 * <pre>{@code
 * class MyVisionTest extends VisionProcessorContract {
 *   protected VisionProcessorProvider provider() {
 *     return new MyVisionProvider();
 *   }
 * }
 * }</pre>
 *
 * <p>The processor is made through the runtime's registry with the defaults of its keys, anew for
 * each test. What it can't do is named by {@link #lacks}; then the tests make sure that it refuses.
 */
public abstract class VisionProcessorContract {

  /** For subclasses. */
  protected VisionProcessorContract() {}

  /** The provider under test; may be asked often. */
  protected abstract VisionProcessorProvider provider();

  /** What the processor can't do and has to refuse as unsupported; nothing unless overridden. */
  protected Set<VisionBehavior> lacks() {
    return Set.of();
  }

  /** JPEG and WebP, and the orientation of both and of PNG. */
  @Nested
  public class Photographs extends PhotographRules {

    /** Called by JUnit. */
    public Photographs() {
      super(VisionProcessorContract.this::provider, VisionProcessorContract.this::lacks);
    }
  }

  /** PNG and BMP: colour types, depths, palettes, transparency. */
  @Nested
  public class Decoding extends DecodingRules {

    /** Called by JUnit. */
    public Decoding() {
      super(VisionProcessorContract.this::provider, VisionProcessorContract.this::lacks);
    }
  }

  /** Resize methods, interpolations, tiles and normalisation. */
  @Nested
  public class Resizing extends ResizeRules {

    /** Called by JUnit. */
    public Resizing() {
      super(VisionProcessorContract.this::provider, VisionProcessorContract.this::lacks);
    }
  }

  /** Files that lie, end early or are something else. */
  @Nested
  public class HostileFiles extends HostileFileRules {

    /** Called by JUnit. */
    public HostileFiles() {
      super(VisionProcessorContract.this::provider, VisionProcessorContract.this::lacks);
    }
  }

  /** What the SPI promises beyond the pixels. */
  @Nested
  public class Service extends ServiceRules {

    /** Called by JUnit. */
    public Service() {
      super(VisionProcessorContract.this::provider, VisionProcessorContract.this::lacks);
    }
  }
}
