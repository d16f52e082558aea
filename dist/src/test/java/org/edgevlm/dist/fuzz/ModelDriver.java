package org.edgevlm.dist.fuzz;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.edgevlm.spi.cache.AttentionTracking;
import org.edgevlm.spi.inference.ChatMessage;
import org.edgevlm.spi.inference.EarlyExit;
import org.edgevlm.spi.inference.ImageEmbedding;
import org.edgevlm.spi.inference.InferenceBackend;
import org.edgevlm.spi.inference.InferenceBackendProvider;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.inference.MemoryEstimate;
import org.edgevlm.spi.inference.ModelFiles;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.spi.inference.StepResult;
import org.edgevlm.spi.inference.Tokenizer;

/**
 * A model file that was made wrong by a {@link Recipe}, through every backend as far as it goes.
 */
final class ModelDriver implements Driver {

  private static final String TEXT = "the red cat\u00e9 \ud83d\ude00\u0000 <s></s><0x0A> 123  \n a";

  private final Backends backends;
  private final Seeds seeds;
  private final Path file;

  ModelDriver(Backends backends, Seeds seeds, Path folder) {
    this.backends = backends;
    this.seeds = seeds;
    file = folder.resolve("model.gguf");
  }

  @Override
  public void run(String recipe) throws Exception {
    byte[] bytes = Recipe.cook(seeds, recipe);
    for (InferenceBackendProvider provider : backends.all()) {
      // Anew: a backend may have the one before mapped.
      Files.deleteIfExists(file);
      Files.write(file, bytes);
      try (InferenceBackend backend = backends.open(provider, Map.of("threads", "1"))) {
        boolean opened = through(provider.id() + ": ", backend);
        // Else a harness that makes nothing but rubbish would find nothing either.
        Calls.require(opened || recipe.contains(" | "), provider.id() + " refused a right model");
      }
    }
  }

  private boolean through(String id, InferenceBackend backend) {
    ModelFiles files = new ModelFiles(file, Optional.empty());
    MemoryEstimate estimate = Calls.attempt(id + "estimate", () -> backend.estimate(files));
    // What can't be estimated must not be opened either, and an estimate isn't a promise.
    LanguageModel model = Calls.attempt(id + "load", () -> backend.load(files, LoadProgress.NONE));
    if (estimate != null) {
      Sizes.check(estimate);
    }
    if (model == null) {
      return false;
    }
    try (model) {
      Calls.require(estimate != null, id + "opened what it couldn't estimate");
      Sizes.check(model);
      texts(id, model.tokenizer());
      steps(id, model, SessionOptions.DEFAULT);
      int last = model.info().layers();
      for (int layer : new int[] {1, last}) {
        EarlyExit exit = new EarlyExit(List.of(layer), (at, sure) -> sure.max() >= 0);
        steps(id, model, new SessionOptions(AttentionTracking.NONE, Optional.of(exit)));
      }
      steps(id, model, new SessionOptions(new AttentionTracking(true, 4), Optional.empty()));
    }
    return true;
  }

  private static void texts(String id, Tokenizer tokenizer) {
    for (boolean special : new boolean[] {false, true}) {
      int[] tokens = Calls.attempt(id + "encode", () -> tokenizer.encode(TEXT, special));
      for (int token : tokens == null ? new int[0] : tokens) {
        Calls.require(
            token >= 0 && token < tokenizer.size(), id + "encode gave the token " + token);
      }
    }
    for (int token = 0; token < tokenizer.size(); token++) {
      Calls.require(tokenizer.piece(token) != null, id + "no piece of " + token);
    }
    List<ChatMessage> messages = List.of(new ChatMessage(ChatMessage.Role.USER, TEXT));
    Calls.attempt(id + "template", () -> tokenizer.applyChatTemplate(messages, true));
  }

  private static void steps(String id, LanguageModel model, SessionOptions options) {
    InferenceSession session = Calls.attempt(id + "open", () -> model.openSession(options));
    if (session == null) {
      return;
    }
    try (session) {
      int vocabulary = model.info().vocabularySize();
      int count = Math.min(40, session.capacity());
      int[] tokens = new int[40];
      for (int i = 0; i < tokens.length; i++) {
        tokens[i] = (1 + 7 * i) % vocabulary;
      }
      feed(id, () -> session.step(tokens, 0, 1, Outputs.LAST));
      Calls.attempt(id + "rewind", () -> session.rewind(0));
      feed(id, () -> session.step(tokens, 0, count, Outputs.ALL));
      Calls.attempt(id + "rewind", () -> session.rewind(Math.min(1, session.position())));
      ImageEmbedding image = ImageEmbedding.allocate(3, model.info().width());
      feed(id, () -> session.step(image, Outputs.LAST));
      feed(id, () -> session.step(tokens, 0, 1, Outputs.LAST));
      Calls.require(session.kvBytes() >= 0, id + "a cache of " + session.kvBytes());
    }
  }

  private static void feed(String id, Calls.Giving<StepResult> step) {
    StepResult result = Calls.attempt(id + "step", step);
    for (int row = 0; result != null && row < result.rows(); row++) {
      int best = result.argmax(row);
      Calls.require(best >= 0 && best < result.vocabularySize(), id + "argmax " + best);
    }
  }
}
