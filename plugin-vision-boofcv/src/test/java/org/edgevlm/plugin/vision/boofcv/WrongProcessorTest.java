package org.edgevlm.plugin.vision.boofcv;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.vision.ImageException;
import org.edgevlm.spi.vision.ImageFormat;
import org.edgevlm.spi.vision.ImageHeader;
import org.edgevlm.spi.vision.ImageLimits;
import org.edgevlm.spi.vision.ImageTensor;
import org.edgevlm.spi.vision.Preprocessing;
import org.edgevlm.spi.vision.VisionProcessor;
import org.edgevlm.spi.vision.VisionProcessorProvider;
import org.edgevlm.testkit.vision.VisionBehavior;
import org.edgevlm.testkit.vision.VisionProcessorContract;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** A processor that is wrong in one way fails the contract where that way is asked about. */
class WrongProcessorTest {

  private static Fault current;

  /** The ways to be wrong, and a rule that has to notice. */
  enum Fault {
    RED_AND_BLUE_SWAPPED("decodesLosslessFormatsExactly"),
    ONE_LEVEL_TOO_BRIGHT("letterboxIsExactlyTheMean"),
    ALWAYS_UPRIGHT("appliesEachOrientationOnce"),
    GREY_WHERE_BROKEN("refusesAFileThatEndsEarly"),
    EVERY_REFUSAL_IS_CORRUPT("refusesOrDecodesCleanly"),
    READS_THE_BUFFER_UP("takesAnyKindOfBufferAndLeavesItAlone"),
    IGNORES_LIMITS("refusesByTheHeaderWhatIsOverALimit"),
    OPEN_AFTER_CLOSE("saysWhenItIsClosed"),
    ONE_TENSOR_FOR_ALL("leavesATensorAloneThatItHasHandedOn"),
    DECODES_WHAT_IT_SAYS_IT_LACKS("decodesAdobeCmyk");

    private final String rule;

    Fault(String rule) {
      this.rule = rule;
    }
  }

  @ParameterizedTest
  @EnumSource
  void isNoticed(Fault fault) {
    current = fault;
    Set<String> failed = new TreeSet<>();
    LauncherDiscoveryRequest contract =
        LauncherDiscoveryRequestBuilder.request().selectors(selectClass(WrongVision.class)).build();
    LauncherFactory.create()
        .execute(
            contract,
            new TestExecutionListener() {
              @Override
              public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                if (result.getStatus() == Status.FAILED) {
                  test.getSource()
                      .filter(MethodSource.class::isInstance)
                      .ifPresent(source -> failed.add(((MethodSource) source).getMethodName()));
                }
              }
            });
    assertTrue(failed.contains(fault.rule), () -> fault + " is noticed by " + failed + " only");
  }

  /** The contract of the wrong processor; run by the test above alone. */
  static class WrongVision extends VisionProcessorContract {

    @Override
    protected VisionProcessorProvider provider() {
      return new WrongProvider(current);
    }

    @Override
    protected Set<VisionBehavior> lacks() {
      return current == Fault.DECODES_WHAT_IT_SAYS_IT_LACKS
          ? Set.of(VisionBehavior.CMYK_JPEG)
          : Set.of();
    }
  }

  private record WrongProvider(Fault fault) implements VisionProcessorProvider {

    private static final BoofCvVisionProvider RIGHT = new BoofCvVisionProvider();

    @Override
    public String id() {
      return RIGHT.id();
    }

    @Override
    public String version() {
      return RIGHT.version();
    }

    @Override
    public int spiVersion() {
      return RIGHT.spiVersion();
    }

    @Override
    public String description() {
      return RIGHT.description();
    }

    @Override
    public Set<ImageFormat> formats() {
      return RIGHT.formats();
    }

    @Override
    public VisionProcessor create(PluginContext context) {
      return new WrongProcessor(RIGHT.create(context), fault);
    }
  }

  private record WrongProcessor(VisionProcessor right, Fault fault) implements VisionProcessor {

    private static ImageTensor shared;

    @Override
    public ImageHeader inspect(ByteBuffer encoded) {
      ImageHeader header = right.inspect(encoded);
      if (fault == Fault.READS_THE_BUFFER_UP) {
        encoded.position(encoded.limit());
      }
      return fault == Fault.ALWAYS_UPRIGHT
          ? new ImageHeader(header.format(), header.width(), header.height(), 1)
          : header;
    }

    @Override
    public ImageTensor process(
        List<ByteBuffer> encoded, Preprocessing preprocessing, ImageLimits limits) {
      ImageLimits none = new ImageLimits(Long.MAX_VALUE, 20_000, 1L << 26);
      try {
        return spoil(
            right.process(encoded, preprocessing, fault == Fault.IGNORES_LIMITS ? none : limits));
      } catch (ImageException e) {
        if (fault == Fault.GREY_WHERE_BROKEN) {
          return ImageTensor.allocate(1, 3, preprocessing.height(), preprocessing.width());
        }
        throw fault == Fault.EVERY_REFUSAL_IS_CORRUPT
            ? new ImageException(ImageException.Reason.CORRUPT, e.getMessage(), e)
            : e;
      }
    }

    private ImageTensor spoil(ImageTensor tensor) {
      FloatBuffer data = tensor.data();
      int plane = tensor.width() * tensor.height();
      if (fault == Fault.RED_AND_BLUE_SWAPPED) {
        for (int i = 0; i < plane; i++) {
          float red = data.get(i);
          data.put(i, data.get(2 * plane + i)).put(2 * plane + i, red);
        }
      } else if (fault == Fault.ONE_LEVEL_TOO_BRIGHT) {
        change(data, value -> value + 1 / 255f / 0.27f);
      } else if (fault == Fault.ONE_TENSOR_FOR_ALL) {
        if (shared == null || shared.data().capacity() != data.capacity()) {
          shared = tensor;
        }
        shared.data().put(0, data, 0, data.capacity());
        return new ImageTensor(
            tensor.batch(), 3, tensor.height(), tensor.width(), shared.data().duplicate());
      }
      return tensor;
    }

    private static void change(FloatBuffer data, UnaryOperator<Float> how) {
      for (int i = 0; i < data.capacity(); i++) {
        data.put(i, how.apply(data.get(i)));
      }
    }

    @Override
    public void close() {
      if (fault != Fault.OPEN_AFTER_CLOSE) {
        right.close();
      }
    }
  }
}
