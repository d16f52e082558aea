package org.edgevlm.benchmarks;

import java.util.List;
import org.edgevlm.plugin.llamacpp.bytedeco.random.RandomModel;
import org.edgevlm.plugin.llamacpp.bytedeco.random.RandomProjector;

/**
 * What is run.
 *
 * @param name of the shape, which files are named after
 * @param questionTokens text beside an image
 * @param promptTokens a prompt of text alone
 * @param longContext entries in the KV cache when a long conversation goes on
 * @param block tokens that one decoding measurement takes
 * @param imageTokens rows of a picture where no encoder says how many
 * @param contexts entries in the KV cache to measure optimisations with
 * @param model makes the language model's file
 * @param projector makes the image encoder's file
 */
record Workload(
    String name,
    int questionTokens,
    int promptTokens,
    int longContext,
    int block,
    int imageTokens,
    List<Integer> contexts,
    RandomModel model,
    RandomProjector projector) {

  /** MobileVLM V2 1.7B: CLIP-L/14 at 336 pixels, LDPv2, 24 layers of MobileLLaMA. */
  static Workload fullSize() {
    return new Workload(
        "mobilevlm-v2-1.7b",
        40,
        512,
        1000,
        8,
        144,
        List.of(64, 184, 500, 1000, 1500),
        RandomModel.mobileVlm17(),
        RandomProjector.mobileVlm17());
  }

  /** Everything, in seconds: to see that the benchmarks run. */
  static Workload small() {
    return new Workload(
        "small",
        6,
        16,
        40,
        2,
        4,
        List.of(4, 20),
        new RandomModel().layers(2).width(256, 512).context(256).q4KM(),
        new RandomProjector(3, 64, 96, 4, 56, 14, 256));
  }

  /** Positions that sessions need at most. */
  int positions(int imageTokens, int rounds) {
    int start = Math.max(longContext, Math.max(promptTokens, imageTokens + questionTokens));
    return start + (rounds + 1) * block;
  }
}
