package org.edgevlm.plugin.llamacpp.bytedeco.image;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Compute;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Ggml;
import org.edgevlm.plugin.llamacpp.bytedeco.shape.VisionShape;
import org.edgevlm.spi.inference.ImageEncoder;
import org.edgevlm.spi.inference.ImageEncoderFactory;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.inference.MemoryEstimate;
import org.edgevlm.spi.vision.Interpolation;
import org.edgevlm.spi.vision.Normalization;
import org.edgevlm.spi.vision.Preprocessing;
import org.edgevlm.spi.vision.ResizeMethod;

/**
 * Opens image encoders from mmproj GGUF files: CLIP and SigLIP towers with the projectors {@code
 * mlp}, {@code ldp} and {@code ldpv2}. Which features are used is {@link VisionShape}'s rule.
 *
 * <p><b>Preprocessing.</b> A picture becomes a square of the file's {@code image_size}, shrunk by
 * area averages and normalised with the file's {@code image_mean} and {@code image_std}. Its aspect
 * ratio is kept, the rest filled with the mean colour, as LLaVA 1.5 and MobileVLM do; SigLIP towers
 * get it stretched, as their own preprocessing does. The key {@value #RESIZE_KEY}, one of {@code
 * stretch}, {@code letterbox} and {@code center_crop}, decides otherwise.
 */
public final class GgmlImageEncoderFactory implements ImageEncoderFactory {

  /** The file's key for how a picture of another aspect ratio is brought to the square. */
  public static final String RESIZE_KEY = "edgevlm.vision.resize";

  private final Compute compute;
  private final ImageWeights weights;

  /**
   * @param compute what graphs are computed with; closed with the factory
   * @param weights the type for the large matrices
   */
  public GgmlImageEncoderFactory(Compute compute, ImageWeights weights) {
    this.compute = Objects.requireNonNull(compute, "compute");
    this.weights = Objects.requireNonNull(weights, "weights");
  }

  @Override
  public MemoryEstimate estimate(Path projector) {
    GgufFile file = GgufFile.open(projector);
    VisionShape shape = VisionShape.of(file);
    preprocessing(file, shape);
    return EncoderMemory.estimate(file, shape, weights);
  }

  @Override
  public ImageEncoder open(Path projector, LoadProgress progress) {
    return encoder(projector, progress);
  }

  GgmlImageEncoder encoder(Path projector, LoadProgress progress) {
    return encoder(projector, Ggml.linearLanes(), progress);
  }

  /** With a kernel that may be slower than the best for this processor, for tests. */
  GgmlImageEncoder encoder(Path projector, int lanes, LoadProgress progress) {
    GgufFile file = GgufFile.open(projector);
    VisionShape shape = VisionShape.of(file);
    Preprocessing preprocessing = preprocessing(file, shape);
    return new GgmlImageEncoder(file, shape, preprocessing, weights, lanes, compute, progress);
  }

  private static Preprocessing preprocessing(GgufFile file, VisionShape shape) {
    long bytes = (long) shape.imageTokens() * shape.outputWidth() * Float.BYTES;
    if (bytes > Integer.MAX_VALUE / 2) {
      throw file.error("an image becomes " + bytes + " bytes; at most " + Integer.MAX_VALUE / 2);
    }
    Normalization normalization;
    try {
      normalization = new Normalization(list(shape.imageMean()), list(shape.imageStd()));
    } catch (IllegalArgumentException e) {
      throw file.error("clip.vision.image_mean and image_std: " + e.getMessage());
    }
    return Preprocessing.whole(
        shape.imageSize(),
        shape.imageSize(),
        resize(file, shape),
        Interpolation.AREA,
        normalization);
  }

  private static List<Float> list(VisionShape.Channels channels) {
    return List.of(channels.red(), channels.green(), channels.blue());
  }

  private static ResizeMethod resize(GgufFile file, VisionShape shape) {
    String name = file.metadata().optionalString(RESIZE_KEY).orElse(null);
    if (name == null) {
      return shape.classToken() ? ResizeMethod.LETTERBOX : ResizeMethod.STRETCH;
    }
    for (ResizeMethod method : ResizeMethod.values()) {
      if (method.name().toLowerCase(Locale.ROOT).equals(name)) {
        return method;
      }
    }
    throw file.error(
        "'" + RESIZE_KEY + "' is '" + name + "'; expected stretch, letterbox or center_crop");
  }

  /** Ends the threads. Encoders own their memory and are closed before. */
  @Override
  public void close() {
    compute.close();
  }
}
