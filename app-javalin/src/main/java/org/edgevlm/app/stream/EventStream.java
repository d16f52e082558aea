package org.edgevlm.app.stream;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * A response of server-sent events, as the HTML standard defines them. Nothing is sent before the
 * first event or comment, so that until then the response can still become another one. Each event
 * is written whole and leaves at once.
 */
final class EventStream {

  static final String CONTENT_TYPE = "text/event-stream";

  private final Context context;
  private OutputStream out;

  EventStream(Context context) {
    this.context = context;
  }

  /** Whether the response has begun. */
  boolean begun() {
    return out != null;
  }

  /**
   * Sends an event.
   *
   * @throws IOException if the client is gone
   */
  void send(AnswerStream.Event event) throws IOException {
    String name = event.name().isEmpty() ? "" : "event: " + event.name() + "\n";
    write(name + "data: " + event.data() + "\n\n");
  }

  /**
   * Sends what clients don't see, so that nobody on the way takes the connection for dead.
   *
   * @throws IOException if the client is gone
   */
  void keepAlive() throws IOException {
    write(":\n\n");
  }

  private void write(String text) throws IOException {
    if (out == null) {
      context.status(200);
      context.res().setContentType(CONTENT_TYPE);
      // Else nginx collects a response before it passes it on.
      context.header("X-Accel-Buffering", "no");
      // Not the context's stream, which may compress and so hold events back.
      out = context.res().getOutputStream();
    }
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }
}
