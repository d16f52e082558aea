package org.edgevlm.plugin.vision.opencv;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.edgevlm.spi.ConfigKey;
import org.edgevlm.spi.ConfigValues;
import org.edgevlm.spi.Platform;
import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.Spi;
import org.edgevlm.spi.Support;
import org.edgevlm.spi.vision.ImageFormat;
import org.edgevlm.spi.vision.VisionProcessor;
import org.edgevlm.spi.vision.VisionProcessorProvider;

/** Registers the vision processor {@code opencv}. */
public final class OpenCvVisionProvider implements VisionProcessorProvider {

  /** Threads that OpenCV resizes with. OpenCV keeps one such number for the whole process. */
  public static final ConfigKey<Integer> THREADS =
      ConfigKey.integer(
          "threads", 0, 0, 256, "threads that OpenCV resizes with; 0 is one for each processor");

  /** Whether large JPEGs may be decoded at a half, a quarter or an eighth of their size. */
  public static final ConfigKey<Boolean> FAST_JPEG =
      ConfigKey.flag(
          "fast_jpeg",
          false,
          "decode JPEGs at 1/2, 1/4 or 1/8 of their size where 'area' shrinks them further anyway:"
              + " faster, and some samples differ by a few levels of 255");

  /** The natives in the jar of org.openpnp:opencv. */
  private static final Set<String> NATIVES =
      Set.of("linux-x86_64", "linux-arm64", "macos-x86_64", "macos-arm64", "windows-x86_64");

  /** Called by {@link java.util.ServiceLoader}. */
  public OpenCvVisionProvider() {}

  @Override
  public String id() {
    return "opencv";
  }

  @Override
  public String version() {
    return "0.1.0";
  }

  @Override
  public int spiVersion() {
    return Spi.VERSION;
  }

  @Override
  public String description() {
    return "decodes, resizes and normalises images with OpenCV";
  }

  @Override
  public Support supports(Platform platform) {
    return NATIVES.contains(platform.toString())
        ? Support.yes()
        : Support.no("there is no OpenCV library for " + platform);
  }

  @Override
  public List<ConfigKey<?>> configKeys() {
    return List.of(THREADS, FAST_JPEG);
  }

  @Override
  public Set<ImageFormat> formats() {
    return EnumSet.allOf(ImageFormat.class);
  }

  @Override
  public VisionProcessor create(PluginContext context) {
    ConfigValues config = context.config();
    NativeLibrary.load();
    NativeLibrary.setThreads(config.get(THREADS));
    return new OpenCvVisionProcessor(config.get(FAST_JPEG));
  }
}
