package org.edgevlm.dist.fuzz;

import java.util.Map;
import java.util.Optional;
import org.edgevlm.spi.inference.Grammar;
import org.edgevlm.spi.inference.InferenceBackend;
import org.edgevlm.spi.inference.InferenceBackendProvider;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.inference.ModelFiles;
import org.edgevlm.spi.inference.TokenConstraint;

/** A grammar of a request: {@code gbnf TEXT} or {@code json TEXT}; a short answer is written. */
final class GrammarDriver implements Driver {

  private static final int ANSWER = 24;

  private final Backends backends;
  private final Seeds seeds;

  GrammarDriver(Backends backends, Seeds seeds) {
    this.backends = backends;
    this.seeds = seeds;
  }

  @Override
  public void run(String line) throws Exception {
    String[] parts = line.split(" ", 2);
    Grammar grammar =
        new Grammar(
            parts[0].equals("gbnf") ? Grammar.Kind.GBNF : Grammar.Kind.JSON_SCHEMA,
            Texts.decode(parts.length < 2 ? "" : parts[1]));
    ModelFiles files = new ModelFiles(seeds.path("words"), Optional.empty());
    for (InferenceBackendProvider provider : backends.all()) {
      try (InferenceBackend backend = backends.open(provider, Map.of("threads", "1"));
          LanguageModel model = backend.load(files, LoadProgress.NONE)) {
        String id = provider.id() + ": ";
        TokenConstraint constraint =
            Calls.attempt(id + "constrain", () -> model.constrain(grammar));
        if (constraint != null) {
          answer(id, constraint, model.info().vocabularySize());
        }
      }
    }
  }

  private static void answer(String id, TokenConstraint constraint, int vocabulary) {
    TokenConstraint copy = Calls.attempt(id + "copy", constraint::copy);
    Calls.attempt(id + "mask", () -> constraint.mask(new float[vocabulary + 1]));
    for (int token : new int[] {-1, vocabulary, Integer.MAX_VALUE}) {
      Calls.attempt(id + "allows", () -> constraint.allows(token));
      Calls.attempt(id + "accept", () -> constraint.accept(token));
    }
    for (int i = 0; i < ANSWER; i++) {
      float[] logits = new float[vocabulary];
      Calls.attempt(id + "mask", () -> constraint.mask(logits));
      int next = -1;
      // Another part of the vocabulary at each place, so that answers aren't all alike.
      for (int k = 0; k < vocabulary && next < 0; k++) {
        int token = (k + 97 * i) % vocabulary;
        next = logits[token] == 0 ? token : -1;
      }
      int token = next;
      if (token < 0) {
        break;
      }
      Calls.require(constraint.allows(token), id + "mask and allows disagree about " + token);
      Calls.attempt(id + "accept", () -> constraint.accept(token));
    }
    constraint.close();
    constraint.close();
    Calls.attempt(id + "allows", () -> constraint.allows(1));
    Calls.attempt(id + "copy", constraint::copy);
    if (copy != null) {
      Calls.attempt(id + "accept", () -> copy.accept(1));
      copy.close();
    }
  }
}
