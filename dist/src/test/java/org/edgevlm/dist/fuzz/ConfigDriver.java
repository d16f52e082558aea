package org.edgevlm.dist.fuzz;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.edgevlm.spi.inference.ImageEncoder;
import org.edgevlm.spi.inference.ImageEncoderFactory;
import org.edgevlm.spi.inference.ImageEncoderProvider;
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
import org.edgevlm.spi.vision.ImageTensor;
import org.edgevlm.spi.vision.Preprocessing;

/**
 * Values of configuration keys: {@code MODEL key=value key=value}. Then a prompt that is longer
 * than a batch and longer than the context, with all its logits.
 */
final class ConfigDriver implements Driver {

  private static final int PROMPT = 40;

  private final Backends backends;
  private final Seeds seeds;

  ConfigDriver(Backends backends, Seeds seeds) {
    this.backends = backends;
    this.seeds = seeds;
  }

  @Override
  public void run(String line) throws Exception {
    String[] words = line.split(" +");
    Map<String, String> keys = keys(words);
    keys.putIfAbsent("threads", "1");
    ModelFiles files = new ModelFiles(seeds.path(words[0]), Optional.empty());
    for (InferenceBackendProvider provider : backends.all()) {
      String id = provider.id() + ": ";
      InferenceBackend backend = Calls.attempt(id + "create", () -> backends.open(provider, keys));
      if (backend != null) {
        MemoryEstimate estimate = Calls.attempt(id + "estimate", () -> backend.estimate(files));
        if (estimate != null) {
          Sizes.check(estimate);
        }
        LanguageModel model =
            Calls.attempt(id + "load", () -> backend.load(files, LoadProgress.NONE));
        if (model != null) {
          prompt(id, model);
          model.close();
        }
        backend.close();
      }
    }
    for (ImageEncoderProvider provider : backends.encoders()) {
      Calls.attempt(provider.id() + ": encoder", () -> encode(provider, keys));
    }
  }

  /** The words of a line that say {@code key=value}. */
  static Map<String, String> keys(String[] words) {
    Map<String, String> keys = new HashMap<>();
    for (int i = 1; i < words.length; i++) {
      String[] pair = words[i].split("=", 2);
      keys.put(pair[0], Texts.decode(pair[1]));
    }
    return keys;
  }

  private static void prompt(String id, LanguageModel model) {
    Sizes.check(model);
    InferenceSession session =
        Calls.attempt(id + "open", () -> model.openSession(SessionOptions.DEFAULT));
    if (session == null) {
      return;
    }
    try (session) {
      int[] tokens = new int[PROMPT];
      for (int i = 0; i < PROMPT; i++) {
        tokens[i] = (i * 7 + 1) % model.info().vocabularySize();
      }
      for (int count : new int[] {1, 2, PROMPT, Math.min(PROMPT, session.capacity()), 1, 1}) {
        StepResult result =
            Calls.attempt(id + "step", () -> session.step(tokens, 0, count, Outputs.ALL));
        if (result != null) {
          Calls.require(result.rows() == count, id + result.rows() + " rows for " + count);
          result.logits(count - 1).get(model.info().vocabularySize() - 1);
        }
        int half = session.position() / 2;
        Calls.attempt(id + "rewind", () -> session.rewind(half));
      }
    }
  }

  private void encode(ImageEncoderProvider provider, Map<String, String> keys) {
    try (ImageEncoderFactory factory = backends.open(provider, keys);
        ImageEncoder encoder = factory.open(seeds.path("mlp"), LoadProgress.NONE)) {
      Preprocessing fits = encoder.layout(10, 10).preprocessing();
      encoder.encode(ImageTensor.allocate(1, 3, fits.height(), fits.width()));
    }
  }
}
