package org.edgevlm.dist;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.edgevlm.dist.Server.Part;

/** One of many clients of a server under load: does one thing after the other, good and bad. */
final class LoadClient {

  private static final String FORM = "multipart/form-data; boundary=----edgevlm-test-boundary";
  private static final String JSON = "application/json";
  private static final String CHAT = "/v1/chat/completions";
  private static final int TIMEOUT_MILLIS = 60_000;

  /** Sooner than they are told to come back, so that there is always somebody to shed. */
  private static final int SHED_PAUSE_MILLIS = 250;

  /** What a server may say instead of an answer: all with a time to come back. */
  private static final Set<String> SHED =
      Set.of("/problems/busy", "/problems/deadline-exceeded", "/problems/loading", "busy");

  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** What clients do. */
  enum Act {
    CAPTION(200),
    QUESTION_AS_JSON(200),
    CHAT_STREAMED(200),
    STREAM_READ_SLOWLY(200),
    STREAM_LEFT(0),
    ANSWER_NOT_WAITED_FOR(0),
    BODY_THAT_DRIBBLES(200),
    BODY_LEFT_HALFWAY(0),
    BODY_TOO_LARGE(413),
    BODY_BROKEN(400),
    CONTENT_TYPE_WRONG(415),
    PICTURE_BROKEN(422),
    HALF_CLOSED(200),
    LOOK_AT_METRICS(200);

    private final int expected;

    Act(int expected) {
      this.expected = expected;
    }

    /** Whether the client stays for the answer. */
    boolean stays() {
      return expected != 0;
    }
  }

  private final URI address;
  private final List<byte[]> pictures;
  private final Random random;

  LoadClient(URI address, List<byte[]> pictures, long seed) {
    this.address = address;
    this.pictures = pictures;
    random = new Random(seed);
  }

  /** Something to do next; half of all is plain work, the first three acts. */
  Act next() {
    Act[] all = Act.values();
    return random.nextBoolean() ? all[random.nextInt(3)] : all[random.nextInt(all.length)];
  }

  /**
   * Does it.
   *
   * @return the status of the answer, 0 where none was waited for
   * @throws AssertionError if the answer is another than it may be
   */
  int act(Act act) throws IOException, InterruptedException {
    byte[] picture = pictures.get(random.nextInt(pictures.size()));
    byte[] form = Server.form(Part.image(picture));
    try (Socket socket = new Socket(address.getHost(), address.getPort())) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      switch (act) {
        case CAPTION -> send(socket, "/caption", FORM, form);
        case QUESTION_AS_JSON -> send(socket, "/vqa", JSON, question(picture));
        case CHAT_STREAMED -> send(socket, CHAT, JSON, chat(picture));
        case STREAM_READ_SLOWLY -> {
          send(socket, "/caption?stream=true", FORM, form);
          return finish(act, readSlowly(socket));
        }
        case STREAM_LEFT -> {
          send(socket, "/caption?stream=true", FORM, form);
          socket.getInputStream().read();
          return 0;
        }
        case ANSWER_NOT_WAITED_FOR -> {
          send(socket, "/caption", FORM, form);
          Thread.sleep(random.nextInt(60));
          socket.setSoLinger(random.nextBoolean(), 0);
          return 0;
        }
        case BODY_THAT_DRIBBLES -> dribble(socket, form, form.length);
        case BODY_LEFT_HALFWAY -> {
          dribble(socket, form, form.length / 2);
          return 0;
        }
        case BODY_TOO_LARGE -> send(socket, "/caption", FORM, new byte[36 << 20]);
        case BODY_BROKEN -> send(socket, "/caption", FORM, Arrays.copyOf(form, form.length - 30));
        case CONTENT_TYPE_WRONG -> send(socket, "/vqa", "image/jpeg", picture);
        case PICTURE_BROKEN -> {
          byte[] broken = Server.form(Part.image(Arrays.copyOf(picture, picture.length / 2)));
          send(socket, "/caption", FORM, broken);
        }
        case HALF_CLOSED -> {
          send(socket, "/caption", FORM, form);
          socket.shutdownOutput();
        }
        case LOOK_AT_METRICS -> {
          String head = "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
          socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        }
      }
      return finish(act, read(socket));
    }
  }

  /** What a client does that was shed. */
  void pause() throws InterruptedException {
    Thread.sleep(random.nextInt(SHED_PAUSE_MILLIS));
  }

  private static byte[] question(byte[] picture) {
    String image = Base64.getEncoder().encodeToString(picture);
    String json = "{\"image\": \"" + image + "\", \"question\": \"How many things are there?\"}";
    return json.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] chat(byte[] picture) {
    String image = "data:image/jpeg;base64," + Base64.getEncoder().encodeToString(picture);
    ObjectNode request = MAPPER.createObjectNode().put("model", "edgevlm-tiny");
    request
        .put("stream", true)
        .putArray("messages")
        .addObject()
        .put("role", "user")
        .putArray("content")
        .addObject()
        .put("type", "image_url")
        .putObject("image_url")
        .put("url", image);
    return request.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static String head(String path, String contentType, int length) {
    return "POST "
        + path
        + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: "
        + contentType
        + "\r\nContent-Length: "
        + length
        + "\r\n\r\n";
  }

  private static void send(Socket socket, String path, String contentType, byte[] body)
      throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(head(path, contentType, body.length).getBytes(StandardCharsets.US_ASCII));
    try {
      out.write(body);
      out.flush();
    } catch (SocketException e) {
      // The server may have answered and hung up before all of it was sent: the answer counts.
      socket.setSoTimeout(5000);
    }
  }

  private void dribble(Socket socket, byte[] body, int count)
      throws IOException, InterruptedException {
    OutputStream out = socket.getOutputStream();
    out.write(head("/caption", FORM, body.length).getBytes(StandardCharsets.US_ASCII));
    int step = Math.max(1, count / 20);
    try {
      for (int at = 0; at < count; at += step) {
        out.write(body, at, Math.min(step, count - at));
        out.flush();
        Thread.sleep(random.nextInt(40));
      }
    } catch (SocketException e) {
      // As above: shed before it was all there.
      socket.setSoTimeout(5000);
    }
  }

  private static String read(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private String readSlowly(Socket socket) throws IOException, InterruptedException {
    StringBuilder all = new StringBuilder();
    InputStream in = socket.getInputStream();
    byte[] few = new byte[64];
    for (int count = in.read(few); count >= 0; count = in.read(few)) {
      all.append(new String(few, 0, count, StandardCharsets.UTF_8));
      Thread.sleep(random.nextInt(10));
    }
    return all.toString();
  }

  private static int finish(Act act, String response) throws IOException {
    String text = response;
    // What tells a client that it is still there for us.
    while (text.startsWith("HTTP/1.1 102")) {
      text = text.substring(text.indexOf("\r\n\r\n") + 4);
    }
    if (!text.startsWith("HTTP/1.1 ")) {
      throw new EOFException(act + ": no answer but '" + response + "'");
    }
    int status = Integer.parseInt(text.substring(9, 12));
    if (status == 503) {
      JsonNode problem = MAPPER.readTree(text.substring(text.indexOf("\r\n\r\n") + 4));
      String type = problem.at(act == Act.CHAT_STREAMED ? "/error/code" : "/type").asText();
      if (!SHED.contains(type) || !text.contains("\r\nRetry-After: ")) {
        throw new AssertionError(act + " got " + text);
      }
    } else if (status != act.expected || !isWhole(act, text)) {
      throw new AssertionError(act + " got " + text);
    }
    return status;
  }

  /** A stream that was cut off has no last event. */
  private static boolean isWhole(Act act, String text) {
    return switch (act) {
      case CHAT_STREAMED -> text.contains("data: [DONE]");
      case STREAM_READ_SLOWLY -> text.contains("event: answer");
      default -> true;
    };
  }
}
