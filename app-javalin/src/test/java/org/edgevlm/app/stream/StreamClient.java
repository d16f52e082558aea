package org.edgevlm.app.stream;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A client that can leave, read slowly and see what was written at a time. */
final class StreamClient implements AutoCloseable {

  private static final int TIMEOUT_MILLIS = 30_000;

  private final Socket socket;
  private final ByteArrayOutputStream read = new ByteArrayOutputStream();

  StreamClient(URI address) throws IOException {
    socket = new Socket(address.getHost(), address.getPort());
    socket.setSoTimeout(TIMEOUT_MILLIS);
  }

  void ask(String path, String json) throws IOException {
    byte[] body = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    String head =
        "POST "
            + path
            + " HTTP/1.1\r\nHost: localhost\r\n"
            + "Content-Type: application/json\r\nContent-Length: "
            + body.length
            + "\r\n\r\n";
    socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().write(body);
    socket.getOutputStream().flush();
  }

  void endOutput() throws IOException {
    socket.shutdownOutput();
  }

  /** Reads byte by byte until a text is there. */
  void readUntil(String text) throws IOException {
    InputStream in = socket.getInputStream();
    while (!read.toString(StandardCharsets.UTF_8).contains(text)) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("ended after " + read.toString(StandardCharsets.UTF_8));
      }
      read.write(next);
    }
  }

  /** Reads to the chunk that ends the response. */
  String readToEnd() throws IOException {
    readUntil("\r\n0\r\n\r\n");
    return read.toString(StandardCharsets.UTF_8);
  }

  /** The chunks of a chunked response, each decoded on its own. */
  static List<String> chunks(String response) {
    byte[] all = response.getBytes(StandardCharsets.UTF_8);
    int at = response.indexOf("\r\n\r\n") + 4;
    while (response.startsWith("HTTP/1.1", at)) {
      at = response.indexOf("\r\n\r\n", at) + 4;
    }
    List<String> chunks = new ArrayList<>();
    int size = -1;
    while (size != 0) {
      int end = at;
      while (all[end] != '\r') {
        end++;
      }
      size = Integer.parseInt(new String(all, at, end - at, StandardCharsets.US_ASCII), 16);
      if (size > 0) {
        chunks.add(new String(all, end + 2, size, StandardCharsets.UTF_8));
      }
      at = end + 2 + size + 2;
    }
    return chunks;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
