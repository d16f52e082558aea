package org.edgevlm.app.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.edgevlm.app.json.Json;
import org.edgevlm.app.service.Admission;
import org.edgevlm.app.service.Problem;
import org.edgevlm.app.service.RunningAnswer;
import org.edgevlm.app.service.ServerParts;
import org.edgevlm.app.stream.AnswerStream;
import org.edgevlm.app.stream.PlainScript;
import org.edgevlm.runtime.AnswerRequest;
import org.edgevlm.runtime.config.Configuration;
import org.edgevlm.runtime.config.CoreKeys;
import org.edgevlm.spi.decoding.SamplingParameters;
import org.edgevlm.spi.inference.Grammar;

/** {@code POST /caption} and {@code POST /vqa}. */
final class AnswerHandlers {

  private static final int MAX_LENGTH = 256;
  private static final int MAX_TEXT = 500;
  private static final int MAX_GRAMMAR_BYTES = 16 << 10;

  private static final String IMAGE = Upload.IMAGE;
  private static final String PROMPT = "prompt";
  private static final String QUESTION = "question";
  private static final String LENGTH = "max_length";
  private static final String GRAMMAR = "grammar";
  private static final String JSON_SCHEMA = "json_schema";
  private static final String STREAM = "stream";

  private static final Set<String> CAPTION_FIELDS =
      Set.of(IMAGE, PROMPT, LENGTH, GRAMMAR, JSON_SCHEMA, STREAM);
  private static final Set<String> VQA_FIELDS =
      Set.of(IMAGE, QUESTION, LENGTH, GRAMMAR, JSON_SCHEMA, STREAM);

  private static final Pattern NUMBER = Pattern.compile("\\d{1,4}");

  private final ServerParts parts;
  private final long maxPictureBytes;
  private final int defaultLength;
  private final SamplingParameters sampling;

  AnswerHandlers(ServerParts parts) {
    this.parts = parts;
    Configuration configuration = parts.configuration();
    this.maxPictureBytes = CoreKeys.imageLimits(configuration).maxBytes();
    this.defaultLength = Math.min(MAX_LENGTH, configuration.get(CoreKeys.MAX_LENGTH));
    this.sampling = CoreKeys.sampling(configuration);
  }

  /** Adds the two routes. */
  void register(JavalinConfig config) {
    config.routes.post("/caption", this::caption);
    config.routes.post("/vqa", this::vqa);
  }

  /** A picture in, a sentence out. */
  private void caption(Context context) {
    admitted(
        context,
        CAPTION_FIELDS,
        upload ->
            new AnswerRequest(
                image(upload),
                upload.text(PROMPT).map(text -> checked(text, Problem.BAD_PROMPT)),
                maxLength(upload),
                sampling,
                grammar(upload)));
  }

  /** A picture and a question in, an answer out. */
  private void vqa(Context context) {
    admitted(
        context,
        VQA_FIELDS,
        upload -> {
          ByteBuffer image = image(upload);
          String question = upload.text(QUESTION).orElseThrow(Problem.MISSING_QUESTION::exception);
          return new AnswerRequest(
              image,
              Optional.of(checked(question, Problem.BAD_QUESTION)),
              maxLength(upload),
              sampling,
              grammar(upload));
        });
  }

  private interface RequestReader {
    AnswerRequest read(Upload upload);
  }

  private void admitted(Context context, Set<String> fields, RequestReader reader) {
    parts.readiness().edgeVlm();
    try (Admission.Place place = parts.admission().enter()) {
      Upload upload = Upload.read(context, maxPictureBytes, parts.settings().uploadTime(), place);
      upload.requireOnly(fields);
      AnswerRequest request = reader.read(upload);
      boolean stream = stream(context, upload);
      try (RunningAnswer running = parts.queue().submit(request)) {
        if (stream) {
          AnswerStream.send(context, running, new PlainScript(), ClientWatch.of(context));
          return;
        }
        ObjectNode json = Json.object();
        Json.writeAnswer(json, ClientWatch.of(context).answer(running));
        context.contentType("application/json").result(Json.line(json));
      }
    }
  }

  /** Whether the answer is to come as it is made: the field, or in the address. */
  private static boolean stream(Context context, Upload upload) {
    String text = upload.text(STREAM).orElse(context.queryParam(STREAM));
    if (text == null || text.equals("false")) {
      return false;
    }
    if (!text.equals("true")) {
      throw Problem.BAD_STREAM.exception();
    }
    return true;
  }

  private ByteBuffer image(Upload upload) {
    ByteBuffer image = upload.bytes(IMAGE).orElseThrow(Problem.MISSING_IMAGE::exception);
    if (image.remaining() > maxPictureBytes) {
      throw Problem.PICTURE_TOO_LARGE.exception();
    }
    return image;
  }

  private int maxLength(Upload upload) {
    Optional<String> given = upload.text(LENGTH);
    if (given.isEmpty()) {
      return defaultLength;
    }
    String text = given.get();
    int length = NUMBER.matcher(text).matches() ? Integer.parseInt(text) : 0;
    if (length < 1 || length > MAX_LENGTH) {
      throw Problem.BAD_MAX_LENGTH.exception();
    }
    return length;
  }

  private static Optional<Grammar> grammar(Upload upload) {
    Optional<String> gbnf = upload.text(GRAMMAR);
    Optional<String> schema = upload.text(JSON_SCHEMA);
    if (gbnf.isPresent() && schema.isPresent()) {
      throw Problem.BAD_GRAMMAR.exception();
    }
    return gbnf.map(text -> grammar(Grammar.Kind.GBNF, text))
        .or(() -> schema.map(text -> grammar(Grammar.Kind.JSON_SCHEMA, text)));
  }

  private static Grammar grammar(Grammar.Kind kind, String text) {
    boolean plain = text.codePoints().allMatch(point -> point == '\r' || isText(point));
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    if (bytes < 1 || bytes > MAX_GRAMMAR_BYTES || !plain) {
      throw Problem.BAD_GRAMMAR.exception();
    }
    return new Grammar(kind, text);
  }

  private static String checked(String text, Problem problem) {
    int length = text.codePointCount(0, text.length());
    boolean plain = text.codePoints().allMatch(AnswerHandlers::isText);
    if (length < 1 || length > MAX_TEXT || !plain) {
      throw problem.exception();
    }
    return text;
  }

  private static boolean isText(int codePoint) {
    return codePoint == '\n' || codePoint == '\t' || !Character.isISOControl(codePoint);
  }
}
