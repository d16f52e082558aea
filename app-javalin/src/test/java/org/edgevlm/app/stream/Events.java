package org.edgevlm.app.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;

/** Reads server-sent events as strictly as the standard allows. */
public final class Events {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** One event; without a name it is {@code message}. */
  public record Event(String name, String data) {

    /** Its data. */
    public JsonNode json() {
      try {
        return MAPPER.readTree(data);
      } catch (IOException e) {
        throw new AssertionError(data, e);
      }
    }
  }

  private Events() {}

  /** The events of a response, comments left out. */
  public static List<Event> of(HttpResponse<String> response) {
    assertEquals(200, response.statusCode(), response.body());
    assertEquals("text/event-stream", response.headers().firstValue("Content-Type").orElse(""));
    assertEquals("no-store", response.headers().firstValue("Cache-Control").orElse(""));
    return parse(response.body());
  }

  /** The events of a text. */
  public static List<Event> parse(String text) {
    assertTrue(text.endsWith("\n\n"), text);
    List<Event> events = new ArrayList<>();
    for (String block : text.split("\n\n")) {
      String name = "message";
      StringBuilder data = new StringBuilder();
      for (String line : block.split("\n")) {
        if (line.startsWith("event: ")) {
          name = line.substring("event: ".length());
        } else if (line.startsWith("data: ")) {
          data.append(line.substring("data: ".length()));
        } else {
          assertTrue(line.startsWith(":"), line);
        }
      }
      if (!data.isEmpty()) {
        events.add(new Event(name, data.toString()));
      }
    }
    return events;
  }
}
