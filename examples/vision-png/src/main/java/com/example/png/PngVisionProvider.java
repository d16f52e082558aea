package com.example.png;

import java.util.Set;
import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.Spi;
import org.edgevlm.spi.vision.ImageFormat;
import org.edgevlm.spi.vision.VisionProcessor;
import org.edgevlm.spi.vision.VisionProcessorProvider;

/** Registers the vision processor {@code png}. */
public final class PngVisionProvider implements VisionProcessorProvider {

  /** Called by {@link java.util.ServiceLoader}. */
  public PngVisionProvider() {}

  @Override
  public String id() {
    return "png";
  }

  @Override
  public String version() {
    return "1.0.0";
  }

  @Override
  public int spiVersion() {
    return Spi.VERSION;
  }

  @Override
  public String description() {
    return "reads PNG, and nothing else, with the JDK alone";
  }

  /** Below the processors that read more: it is used where a configuration names it. */
  @Override
  public int priority() {
    return -100;
  }

  @Override
  public Set<ImageFormat> formats() {
    return Set.of(ImageFormat.PNG);
  }

  @Override
  public VisionProcessor create(PluginContext context) {
    return new PngVision();
  }
}
