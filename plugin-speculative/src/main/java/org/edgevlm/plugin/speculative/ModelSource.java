package org.edgevlm.plugin.speculative;

import java.util.concurrent.atomic.AtomicBoolean;
import org.edgevlm.spi.decoding.DecodingContext;
import org.edgevlm.spi.decoding.DecodingTask;
import org.edgevlm.spi.decoding.Prompt;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.SessionOptions;

/** A second model of the same vocabulary drafts, in a session of its own for each answer. */
final class ModelSource implements DraftSource {

  private final LanguageModel model;
  private final Eyes eyes;
  private final boolean demanding;
  private final String name;
  private final AtomicBoolean blind = new AtomicBoolean();

  private ModelSource(LanguageModel model, Eyes eyes, boolean demanding, String name) {
    this.model = model;
    this.eyes = eyes;
    this.demanding = demanding;
    this.name = name;
    blind.set(eyes == Eyes.BLIND);
  }

  /**
   * Opens the model and checks that it fits.
   *
   * @param name of the model, as under {@code model} in the configuration
   */
  static ModelSource open(DecodingContext context, String name, DraftImage image) {
    LanguageModel model = context.open(name);
    try {
      VocabularyMatch.require(context.target().tokenizer(), model.tokenizer(), name);
      Eyes eyes = Eyes.open(context, model, name, image);
      return new ModelSource(model, eyes, image == DraftImage.ENCODER, name);
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }

  @Override
  public int levels() {
    return ModelDrafter.LEVELS;
  }

  @Override
  public Drafter open(DecodingTask task) {
    InferenceSession session = model.openSession(SessionOptions.DEFAULT);
    try {
      read(task.prompt(), session);
      return new ModelDrafter(task, session, model.tokenizer(), blind.get());
    } catch (RuntimeException | Error e) {
      session.close();
      throw e;
    }
  }

  private void read(Prompt prompt, InferenceSession session) {
    if (prompt.length() >= session.capacity()) {
      // Nothing is fed, and the drafter finds no room to draft in.
      return;
    }
    for (Prompt.Part part : prompt.parts()) {
      if (part instanceof Prompt.Part.Text text) {
        session.step(text.tokens(), 0, text.length(), Outputs.NONE);
      } else if (part instanceof Prompt.Part.Image image && !eyes.look(session, image)) {
        refuseBlindness(image);
        blind.set(true);
      }
    }
  }

  private void refuseBlindness(Prompt.Part.Image image) {
    if (demanding) {
      throw new org.edgevlm.spi.PluginException(
          "the projector of '"
              + name
              + "' wants pictures of another size than the "
              + image.pixels().width()
              + "×"
              + image.pixels().height()
              + " pixels that the answering model's gets: use draft_image: never or auto");
    }
  }

  @Override
  public void close() {
    eyes.close();
    model.close();
  }
}
