package org.edgevlm.app.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Locale;
import org.edgevlm.app.json.Json;
import org.edgevlm.runtime.Answer;
import org.edgevlm.runtime.Timings;

/** Prints answers: the text alone, or a JSON object on a line. */
final class AnswerPrinter {

  private final Console console;
  private final boolean json;
  private final boolean named;

  /**
   * @param named whether each text has the file's name in front
   */
  AnswerPrinter(Console console, boolean json, boolean named) {
    this.console = console;
    this.json = json;
    this.named = named;
  }

  void answer(Path file, Answer answer) {
    answer.warnings().forEach(console::warning);
    if (json) {
      ObjectNode object = Json.object();
      object.put("file", file.toString());
      Json.writeAnswer(object, answer);
      console.print(Json.line(object));
      return;
    }
    console.print((named ? file + ": " : "") + answer.text());
    console.note(line(answer));
  }

  /** A picture that can't be used. */
  void failure(Path file, String reason, String message) {
    if (json) {
      ObjectNode object = Json.object();
      object.put("file", file.toString());
      ObjectNode error = object.putObject("error");
      error.put("reason", reason);
      error.put("message", message);
      console.print(Json.line(object));
    }
    console.error(file + ": " + message);
  }

  /** One line of timings. */
  static String line(Answer answer) {
    Timings timings = answer.timings();
    return String.format(
        Locale.ROOT,
        "vision %s, encode %s, prefill %s (%d tokens), decode %s (%d tokens, %.1f tokens/s),"
            + " total %s",
        millis(timings.visionMs()),
        millis(timings.encodeMs()),
        millis(timings.prefillMs()),
        answer.promptTokens(),
        millis(timings.decodeMs()),
        answer.tokens(),
        timings.tokensPerSecond(),
        millis(timings.totalMs()));
  }

  private static String millis(double value) {
    return String.format(Locale.ROOT, value < 10 ? "%.1f ms" : "%.0f ms", value);
  }
}
