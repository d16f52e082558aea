package org.edgevlm.app.stream;

import io.javalin.http.Context;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.edgevlm.app.service.Problem;
import org.edgevlm.app.service.RunningAnswer;
import org.edgevlm.runtime.Answer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends an answer as server-sent events while it is being made, on the request's own thread: a
 * client that reads slowly holds nobody else up.
 */
public final class AnswerStream {

  private static final Logger LOG = LoggerFactory.getLogger(AnswerStream.class);
  private static final Duration LOOK = Duration.ofMillis(25);
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(10);

  private final RunningAnswer running;
  private final Script script;
  private final Presence presence;
  private final EventStream events;
  private final AnswerText shown = new AnswerText();
  private boolean opened;
  private long lastSent = System.nanoTime();

  private AnswerStream(Context context, RunningAnswer running, Script script, Presence presence) {
    this.running = running;
    this.script = script;
    this.presence = presence;
    events = new EventStream(context);
  }

  /**
   * One event.
   *
   * @param name what clients listen for; empty for a plain message
   * @param data one line
   */
  public record Event(String name, String data) {}

  /** What a route sends. */
  public interface Script {

    /** Before the first text. */
    List<Event> begin();

    /** For a text, which is never empty. All of them are the answer's text. */
    Event text(String text);

    /** When the answer is complete. */
    List<Event> end(Answer answer);

    /** When the answer fails after the response has begun; nothing follows. */
    Event failure(Throwable error);
  }

  /**
   * Sends an answer and closes it. What fails before the response has begun is thrown, so that it
   * gets a status of its own; what fails later is the script's last event. A client that goes away
   * ends the answer.
   */
  public static void send(
      Context context, RunningAnswer running, Script script, Presence presence) {
    try (running) {
      new AnswerStream(context, running, script, presence).send();
    } catch (IOException e) {
      LOG.debug("the client of {} left", context.path(), e);
    }
  }

  private void send() throws IOException {
    try {
      Optional<String> piece = next();
      while (piece.isPresent()) {
        send(shown.add(piece.get()));
        piece = next();
      }
      Answer answer = running.answer();
      send(shown.rest(answer));
      open();
      sendAll(script.end(answer));
    } catch (RuntimeException e) {
      fail(e);
    }
  }

  private void fail(RuntimeException error) throws IOException {
    boolean known = Problem.of(error) != Problem.INTERNAL_ERROR;
    if (!events.begun() || error instanceof CancellationException) {
      throw error;
    }
    if (!known) {
      LOG.error(
          "an answer failed after its beginning was sent: {}", error.getClass().getSimpleName());
      LOG.debug("an answer failed", error);
    }
    events.send(script.failure(error));
  }

  private Optional<String> next() throws IOException {
    while (!running.await(LOOK)) {
      presence.check();
      if (System.nanoTime() - lastSent > KEEP_ALIVE.toNanos()) {
        keepAlive();
      }
    }
    return running.nextText();
  }

  private void send(String text) throws IOException {
    if (!text.isEmpty()) {
      open();
      sendAll(List.of(script.text(text)));
    }
  }

  private void open() throws IOException {
    if (!opened) {
      opened = true;
      sendAll(script.begin());
    }
  }

  private void sendAll(List<Event> all) throws IOException {
    for (Event event : all) {
      events.send(event);
      sent();
    }
  }

  private void keepAlive() throws IOException {
    events.keepAlive();
    sent();
  }

  private void sent() {
    lastSent = System.nanoTime();
    presence.probeWith(events::keepAlive);
  }
}
