package org.edgevlm.dist.fuzz;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.edgevlm.spi.cache.AttentionTracking;
import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.inference.EarlyExit;
import org.edgevlm.spi.inference.ImageEmbedding;
import org.edgevlm.spi.inference.InferenceBackend;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.LoadProgress;
import org.edgevlm.spi.inference.ModelFiles;
import org.edgevlm.spi.inference.Outputs;
import org.edgevlm.spi.inference.SessionOptions;
import org.edgevlm.spi.inference.SessionStep;
import org.edgevlm.spi.inference.StepInput;
import org.edgevlm.spi.inference.StepResult;

/**
 * One backend, one model and sessions, called as a line says:
 *
 * <pre>
 * open · track · exits LAYER… · many N      open sessions
 * use N · close                             choose a session, close it
 * step LENGTH OFFSET COUNT OUTPUTS TOKEN    TOKEN mixed for several ids, else that one everywhere
 * image ROWS WIDTH OUTPUTS VALUE            WIDTH w for the model's
 * rewind POSITION                           all for the end
 * read · kv · retain LAYER ENTRY… · batch
 * text N                                    encodes N characters
 * closemodel · closebackend · threads N · closing
 * </pre>
 */
final class Script implements AutoCloseable {

  private static final int MOST_SESSIONS = 64;

  private final String id;
  private final Path file;
  private final InferenceBackend backend;
  private final LanguageModel model;
  private final List<InferenceSession> sessions = new ArrayList<>();
  private InferenceSession session;
  private StepResult result;

  Script(String provider, Supplier<InferenceBackend> opener, Path file) {
    this.file = file;
    id = provider + ": ";
    backend = Calls.attempt(id + "create", opener::get);
    model = backend == null ? null : Calls.attempt(id + "load", this::load);
  }

  private LanguageModel load() {
    return backend.load(new ModelFiles(file, Optional.empty()), LoadProgress.NONE);
  }

  /** Makes one call. */
  void call(String text) throws Exception {
    if (model != null) {
      String[] words = text.split(" +");
      Calls.attempt(id + text, () -> dispatch(words));
    }
  }

  private void dispatch(String[] words) throws Exception {
    switch (words[0]) {
      case "open" -> open(SessionOptions.DEFAULT);
      case "track" ->
          open(new SessionOptions(new AttentionTracking(true, number(words[1])), Optional.empty()));
      case "exits" -> {
        List<Integer> layers = numbers(words, 1).boxed().collect(Collectors.toList());
        EarlyExit exit = new EarlyExit(layers, (layer, sure) -> sure.entropy() >= 0);
        open(new SessionOptions(AttentionTracking.NONE, Optional.of(exit)));
      }
      case "many" -> {
        for (int i = 0; i < number(words[1]) && sessions.size() < MOST_SESSIONS; i++) {
          open(SessionOptions.DEFAULT);
        }
      }
      case "closemodel" -> model.close();
      case "closebackend" -> backend.close();
      case "threads" -> Rivals.together(model, number(words[1]));
      case "closing" -> Rivals.closing(this::load);
      case "text" -> model.tokenizer().encode("the ".repeat(number(words[1]) / 4), true);
      default -> {
        if (session != null) {
          useSession(words);
        }
      }
    }
  }

  private void useSession(String[] words) {
    switch (words[0]) {
      case "use" -> session = sessions.get(number(words[1]) % sessions.size());
      case "close" -> session.close();
      case "step" ->
          result =
              session.step(
                  tokens(number(words[1]), words[5]),
                  number(words[2]),
                  number(words[3]),
                  outputs(words[4]));
      case "image" -> {
        int width = words[2].equals("w") ? model.info().width() : number(words[2]);
        // A caller's own mistake with memory isn't a backend's: the record refuses it.
        ImageEmbedding image = ImageEmbedding.allocate(Math.min(number(words[1]), 1 << 16), width);
        for (int i = 0; i < image.data().capacity(); i++) {
          image.data().put(i, Float.parseFloat(words[4]));
        }
        result = session.step(image, outputs(words[3]));
      }
      case "rewind" ->
          session.rewind(words[1].equals("all") ? session.position() : number(words[1]));
      case "read" -> read();
      case "kv" -> session.kvCache().ifPresent(this::readCache);
      case "retain" -> {
        int[] entries = numbers(words, 2).toArray();
        session
            .kvCache()
            .ifPresent(cache -> cache.retain(number(words[1]), entries, entries.length));
      }
      case "batch" -> batch();
      default -> throw new AssertionError("unknown call " + Arrays.toString(words));
    }
  }

  private void open(SessionOptions options) {
    session = model.openSession(options);
    sessions.add(session);
  }

  private int[] tokens(int length, String token) {
    int vocabulary = model.info().vocabularySize();
    return IntStream.range(0, length)
        .map(i -> token.equals("mixed") ? (7 * i + 1) % vocabulary : number(token))
        .toArray();
  }

  /** The last result, whoever gave it and whatever was called since. */
  private void read() {
    if (result == null) {
      return;
    }
    for (int row = 0; row < result.rows(); row++) {
      FloatBuffer logits = result.logits(row);
      Calls.require(logits.capacity() == result.vocabularySize(), id + "a row of " + logits);
      logits.get(logits.capacity() - 1);
      result.argmax(row);
      result.layersUsed(row);
    }
    int rows = result.rows();
    for (int row : new int[] {-1, rows, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      Calls.attempt(id + "logits", () -> result.logits(row));
      Calls.attempt(id + "layersUsed", () -> result.layersUsed(row));
      Calls.attempt(id + "argmax", () -> result.argmax(row));
    }
  }

  private void readCache(KvCache cache) {
    float[] row = new float[cache.rowWidth()];
    for (int layer : new int[] {0, cache.layers() - 1, -1, cache.layers(), Integer.MAX_VALUE}) {
      Calls.attempt(id + "length", () -> cache.length(layer));
      Calls.attempt(id + "bytes", () -> cache.bytes(layer));
      for (int entry : new int[] {0, 5, -1, Integer.MAX_VALUE}) {
        Calls.attempt(id + "position", () -> cache.position(layer, entry));
        Calls.attempt(id + "isImage", () -> cache.isImage(layer, entry));
        Calls.attempt(id + "keys", () -> cache.keys(layer, entry, row));
        Calls.attempt(id + "values", () -> cache.values(layer, entry, new float[1]));
      }
      Calls.attempt(id + "scores", () -> cache.accumulatedAttention(layer, new float[200]));
      Calls.attempt(id + "scores", () -> cache.recentAttention(layer, new float[1]));
    }
  }

  /** All sessions, closed ones too, in one call. */
  private void batch() {
    List<SessionStep> steps =
        sessions.stream()
            .map(
                one ->
                    new SessionStep(one, new StepInput.Tokens(new int[] {1}, 0, 1), Outputs.LAST))
            .toList();
    List<StepResult> results = model.step(steps);
    result = results.get(results.size() - 1);
  }

  private static Outputs outputs(String name) {
    return Outputs.valueOf(name.toUpperCase(Locale.ROOT));
  }

  private static int number(String text) {
    return Integer.parseInt(text);
  }

  private static IntStream numbers(String[] words, int from) {
    return Arrays.stream(words).skip(from).mapToInt(Script::number);
  }

  @Override
  public void close() {
    sessions.forEach(InferenceSession::close);
    sessions.forEach(InferenceSession::close);
    if (model != null) {
      model.close();
      model.close();
    }
    if (backend != null) {
      backend.close();
      backend.close();
    }
  }
}
