package org.edgevlm.plugin.llamacpp.bytedeco.shape;

import java.util.Objects;
import java.util.Optional;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.spi.inference.ModelFormatException;

/**
 * The hyper-parameters of an image encoder of GGUF's {@code clip} architecture ("mmproj"), checked
 * against each other and against every tensor that is used: a CLIP or SigLIP tower and a projector
 * into the language model.
 *
 * <p><b>Which features.</b> Blocks are numbered as in Hugging Face's {@code hidden_states}: k is
 * the output of block k. {@code usedBlocks} is
 *
 * <ol>
 *   <li>{@code clip.vision.feature_layer} if the file has it (one number; several to concatenate
 *       are refused; -1 means unset);
 *   <li>else, for a tower with a class token and a {@code block_count} of 12, 24 or 32, the sizes
 *       of CLIP's B, L and H towers: one fewer, because LLaVA and MobileVLM take {@code
 *       select_layer = -2} of those, 23 of CLIP-L's 24 blocks;
 *   <li>else all blocks of the file. So a file with 11, 23 or 31 blocks, from which llama.cpp's
 *       converter has already dropped the last, is used whole, as is any SigLIP (no class token)
 *       and any tower of another size.
 * </ol>
 *
 * llama.cpp itself always runs one block fewer than the file has, also where its converter dropped
 * one already; it is no oracle here. Tensors of blocks that aren't used are neither needed nor
 * checked.
 *
 * <p><b>Which feed-forward matrix is first.</b> llama.cpp's converter names the two matrices of
 * CLIP files the other way round: there {@code ffn_down} widens. Shapes tell; where both widths are
 * equal, the converter's order is taken. {@link #firstFeedForward()} and {@link
 * #secondFeedForward()} give the names in order of use.
 *
 * @param imageSize side of the square input in pixels
 * @param patchSize side of a patch in pixels
 * @param width of the tower
 * @param feedForward width of the feed-forward network
 * @param heads of attention; divides {@code width}
 * @param blocks {@code clip.vision.block_count} of the file
 * @param usedBlocks how many of them to run
 * @param epsilon of the layer norms
 * @param activation between the two feed-forward matrices
 * @param imageMean of the red, green and blue channel, subtracted from values in 0 to 1
 * @param imageStd of the channels, divided by after the mean is subtracted
 * @param classToken whether {@code v.class_embd} stands before the patches (CLIP) or not (SigLIP)
 * @param patchBias whether {@code v.patch_embd.bias} is there
 * @param preNorm whether {@code v.pre_ln} is applied to the embeddings
 * @param postNorm whether {@code v.post_ln} is to be applied to the features: it is there, there is
 *     no class token, and all blocks are used without a {@code feature_layer}. CLIP towers' patch
 *     features are taken before that norm, which belongs to the pooled output
 * @param downIsFirst whether {@code ffn_down} is the first feed-forward matrix
 * @param projector what maps features to the language model
 * @param projectorHidden width between the two matrices of the projector's MLP
 * @param outputWidth of an image token: the language model's width
 */
public record VisionShape(
    int imageSize,
    int patchSize,
    int width,
    int feedForward,
    int heads,
    int blocks,
    int usedBlocks,
    float epsilon,
    Activation activation,
    Channels imageMean,
    Channels imageStd,
    boolean classToken,
    boolean patchBias,
    boolean preNorm,
    boolean postNorm,
    boolean downIsFirst,
    Projector projector,
    int projectorHidden,
    int outputWidth) {

  /** Non-linearities of the tower. */
  public enum Activation {
    /** {@code x · sigmoid(1.702 x)}, of OpenAI's CLIP. */
    QUICK_GELU,
    /** The tanh form of GELU, of SigLIP ({@code clip.use_gelu}). */
    GELU,
    /** {@code x · sigmoid(x)} ({@code clip.use_silu}). */
    SILU
  }

  /** Ways from the tower to the language model. */
  public enum Projector {
    /** LLaVA 1.5: linear, GELU, linear; a token a patch. */
    MLP,
    /** MobileVLM: MLP and two MobileNetV3 blocks, the second with stride 2. */
    LDP,
    /** MobileVLM V2: MLP, 2 × 2 average pooling, a depth-wise convolution added. */
    LDPV2
  }

  /** One number for each colour channel. */
  public record Channels(float red, float green, float blue) {

    /** The three numbers, red first. */
    public float[] toArray() {
      return new float[] {red, green, blue};
    }
  }

  /** Checks for nulls. */
  public VisionShape {
    Objects.requireNonNull(activation, "activation");
    Objects.requireNonNull(imageMean, "imageMean");
    Objects.requireNonNull(imageStd, "imageStd");
    Objects.requireNonNull(projector, "projector");
  }

  /** Patches along a side; pixels beyond the last whole patch aren't used. */
  public int grid() {
    return imageSize / patchSize;
  }

  /** Patches of an image: {@code grid²}. */
  public int patches() {
    return grid() * grid();
  }

  /** Positions of the tower: patches, and one for the class token, which comes first. */
  public int positions() {
    return patches() + (classToken ? 1 : 0);
  }

  /** Elements of a head. */
  public int headWidth() {
    return width / heads;
  }

  /** Image tokens along a side after the projector. */
  public int outputGrid() {
    return switch (projector) {
      case MLP -> grid();
      case LDP -> (grid() + 1) / 2;
      case LDPV2 -> grid() / 2;
    };
  }

  /** Image tokens after the projector. */
  public int imageTokens() {
    return outputGrid() * outputGrid();
  }

  /** Name of the feed-forward matrix that widens, within a block, without its suffix. */
  public String firstFeedForward() {
    return downIsFirst ? "ffn_down" : "ffn_up";
  }

  /** Name of the feed-forward matrix that narrows, within a block, without its suffix. */
  public String secondFeedForward() {
    return downIsFirst ? "ffn_up" : "ffn_down";
  }

  /**
   * Reads the shape and checks all used tensors.
   *
   * @throws ModelFormatException for anything missing, contradictory or of a kind that the engine
   *     doesn't run, naming the key or the tensor
   */
  public static VisionShape of(GgufFile file) {
    return new VisionReader(file).read();
  }

  /**
   * Checks that image tokens are as wide as a language model's.
   *
   * @throws ModelFormatException naming both widths
   */
  public void requireFits(GgufFile file, LlamaShape languageModel) {
    if (outputWidth != languageModel.width()) {
      throw file.error(
          "the projector makes image tokens of width "
              + outputWidth
              + ", but the language model has width "
              + languageModel.width()
              + ": the two files don't belong together");
    }
  }

  /** The block count that {@code select_layer = -2} leaves, by the rule above. */
  static int usedBlocks(Optional<Integer> featureLayer, int blocks, boolean classToken) {
    if (featureLayer.isPresent()) {
      return featureLayer.get();
    }
    boolean whole = blocks == 12 || blocks == 24 || blocks == 32;
    return classToken && whole ? blocks - 1 : blocks;
  }
}
