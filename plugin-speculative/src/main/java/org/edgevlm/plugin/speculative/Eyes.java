package org.edgevlm.plugin.speculative;

import java.util.List;
import org.edgevlm.spi.EdgeVlmException;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.decoding.DecodingContext;
import org.edgevlm.spi.decoding.Prompt;
import org.edgevlm.spi.inference.ImageEmbedding;
import org.edgevlm.spi.inference.ImageEncoder;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.vision.ImageTensor;
import org.edgevlm.spi.vision.Preprocessing;

/** What a draft model is fed for a picture. Safe for use by several threads at a time. */
interface Eyes extends AutoCloseable {

  /** Sees nothing. */
  Eyes BLIND = (session, image) -> false;

  /** Reads the target's embedding. */
  Eyes EMBEDDING =
      (session, image) -> {
        session.step(image.embedding(), Outputs.NONE);
        return true;
      };

  /**
   * Feeds a picture.
   *
   * @return whether there was a way to
   */
  boolean look(InferenceSession session, Prompt.Part.Image image);

  /** Frees what it holds. Idempotent. */
  @Override
  default void close() {}

  /**
   * Chooses.
   *
   * @throws EdgeVlmException if the draft can't see in the way that is asked for
   */
  static Eyes open(DecodingContext context, LanguageModel draft, String model, DraftImage wanted) {
    int width = draft.info().width();
    int target = context.target().info().width();
    switch (wanted) {
      case NEVER:
        return BLIND;
      case EMBEDDING:
        if (width != target) {
          throw new PluginException(
              "draft_image: embedding feeds the draft pictures of width "
                  + target
                  + ", but '"
                  + model
                  + "' reads width "
                  + width
                  + ": use encoder, never or auto");
        }
        return EMBEDDING;
      case ENCODER:
        return new Own(checked(context.openEncoder(model), width, model));
      default:
        if (width == target) {
          return EMBEDDING;
        }
        try {
          return new Own(checked(context.openEncoder(model), width, model));
        } catch (EdgeVlmException noProjector) {
          // What auto means: a draft that sees nothing still drafts, and is accepted less.
          return BLIND;
        }
    }
  }

  private static ImageEncoder checked(ImageEncoder encoder, int width, String model) {
    if (encoder.embeddingWidth() != width) {
      int made = encoder.embeddingWidth();
      encoder.close();
      throw new PluginException(
          "the projector of '"
              + model
              + "' makes embeddings of width "
              + made
              + ", the model itself reads width "
              + width
              + ": they don't belong together");
    }
    return encoder;
  }

  /** An encoder of the draft's own, for pixels of the size that the target's encoder asked for. */
  final class Own implements Eyes {

    private final ImageEncoder encoder;

    Own(ImageEncoder encoder) {
      this.encoder = encoder;
    }

    @Override
    public boolean look(InferenceSession session, Prompt.Part.Image image) {
      ImageTensor pixels = image.pixels();
      Preprocessing own = encoder.layout(pixels.width(), pixels.height()).preprocessing();
      if (own.width() != pixels.width() || own.height() != pixels.height()) {
        return false;
      }
      List<ImageEmbedding> embeddings = encoder.encode(pixels);
      for (ImageEmbedding embedding : embeddings) {
        session.step(embedding, Outputs.NONE);
      }
      return true;
    }

    @Override
    public void close() {
      encoder.close();
    }
  }
}
