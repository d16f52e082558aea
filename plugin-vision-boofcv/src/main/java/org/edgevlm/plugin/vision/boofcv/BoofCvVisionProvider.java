package org.edgevlm.plugin.vision.boofcv;

import java.util.EnumSet;
import java.util.Set;
import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.Spi;
import org.edgevlm.spi.vision.ImageFormat;
import org.edgevlm.spi.vision.VisionProcessor;
import org.edgevlm.spi.vision.VisionProcessorProvider;

/** Registers the vision processor {@code boofcv}, which runs wherever a JDK with ImageIO runs. */
public final class BoofCvVisionProvider implements VisionProcessorProvider {

  /** Below that of processors with native code, which decode faster. */
  private static final int PRIORITY = -10;

  /** Called by {@link java.util.ServiceLoader}. */
  public BoofCvVisionProvider() {}

  @Override
  public String id() {
    return "boofcv";
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
    return "decodes, resizes and normalises images in Java, with BoofCV";
  }

  @Override
  public int priority() {
    return PRIORITY;
  }

  @Override
  public Set<ImageFormat> formats() {
    return EnumSet.allOf(ImageFormat.class);
  }

  @Override
  public VisionProcessor create(PluginContext context) {
    return new BoofCvVisionProcessor();
  }
}
