package org.edgevlm.spi.vision;

import java.util.List;
import org.edgevlm.spi.Api;

/**
 * From 8-bit samples to the numbers an encoder was trained on: {@code (sample / 255 - mean) / std}.
 *
 * @param mean red, green, blue, each in 0 to 1
 * @param std red, green, blue, each positive
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public record Normalization(List<Float> mean, List<Float> std) {

  /** OpenAI CLIP, also used by LLaVA and MobileVLM. */
  public static final Normalization CLIP =
      new Normalization(
          List.of(0.48145466f, 0.4578275f, 0.40821073f),
          List.of(0.26862954f, 0.26130258f, 0.27577711f));

  /** SigLIP: to -1 … 1. */
  public static final Normalization SIGLIP =
      new Normalization(List.of(0.5f, 0.5f, 0.5f), List.of(0.5f, 0.5f, 0.5f));

  /** Networks trained on ImageNet with the usual statistics. */
  public static final Normalization IMAGENET =
      new Normalization(List.of(0.485f, 0.456f, 0.406f), List.of(0.229f, 0.224f, 0.225f));

  public Normalization {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    if (mean.size() != 3 || std.size() != 3) {
      throw new IllegalArgumentException(
          "mean and std have one value for each of red, green, blue");
    }
    for (int c = 0; c < 3; c++) {
      if (!(mean.get(c) >= 0 && mean.get(c) <= 1)) {
        throw new IllegalArgumentException("mean " + mean.get(c) + " is not in 0 to 1");
      }
      if (!(std.get(c) > 0 && Float.isFinite(std.get(c)))) {
        throw new IllegalArgumentException("std " + std.get(c) + " is not positive");
      }
    }
  }
}
