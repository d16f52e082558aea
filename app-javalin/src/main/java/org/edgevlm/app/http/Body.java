package org.edgevlm.app.http;

import io.javalin.http.Context;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeoutException;
import org.edgevlm.app.service.Admission;
import org.edgevlm.app.service.Problem;

/** Reads a request's body into memory, within limits of size, time and memory. */
final class Body {

  private static final int BLOCK = 64 << 10;
  private static final Duration DRAIN_TIME = Duration.ofSeconds(2);

  private Body() {}

  /** What a body may be. */
  record Limits(long bytes, Duration time) {}

  /**
   * Reads a whole body.
   *
   * @param place pays for the memory, {@code weight} times the body's size
   * @throws org.edgevlm.app.service.ProblemException if it is too large, takes too long, ends early
   *     or doesn't fit into the memory that is left
   */
  static ByteBuffer read(Context context, Limits limits, Admission.Place place, int weight) {
    long announced = context.req().getContentLengthLong();
    long end = System.nanoTime() + limits.time().toNanos();
    try (InputStream in = context.req().getInputStream()) {
      if (announced > limits.bytes()) {
        drain(in, 2 * limits.bytes());
        throw Problem.BODY_TOO_LARGE.exception();
      }
      if (announced >= 0) {
        place.take(announced * weight);
        return exactly(in, (int) announced, end);
      }
      return toItsEnd(in, limits, place, weight, end);
    } catch (IOException e) {
      // Late, cut off, or against the rules of HTTP: the client's doing in every case.
      boolean late =
          e instanceof InterruptedIOException || e.getCause() instanceof TimeoutException;
      throw (late ? Problem.REQUEST_TIMEOUT : Problem.MALFORMED_REQUEST).exception(e);
    }
  }

  private static ByteBuffer exactly(InputStream in, int size, long end) throws IOException {
    byte[] bytes = new byte[size];
    int at = 0;
    while (at < size) {
      int count = in.read(bytes, at, size - at);
      if (count < 0) {
        throw new EOFException("the body ended after " + at + " of " + size + " bytes");
      }
      at += count;
      requireTime(end);
    }
    return ByteBuffer.wrap(bytes);
  }

  private static ByteBuffer toItsEnd(
      InputStream in, Limits limits, Admission.Place place, int weight, long end)
      throws IOException {
    place.take((long) BLOCK * weight);
    byte[] bytes = new byte[BLOCK];
    int at = 0;
    for (int count = 0; count >= 0; count = in.read(bytes, at, bytes.length - at)) {
      at += count;
      requireTime(end);
      if (at > limits.bytes()) {
        drain(in, limits.bytes());
        throw Problem.BODY_TOO_LARGE.exception();
      }
      if (at == bytes.length) {
        place.take((long) bytes.length * weight);
        bytes = Arrays.copyOf(bytes, 2 * bytes.length);
      }
    }
    return ByteBuffer.wrap(bytes, 0, at);
  }

  // A read ends after the connection's idle time at the latest, but a client that sends a byte now
  // and then would never be idle.
  private static void requireTime(long end) throws InterruptedIOException {
    if (System.nanoTime() - end > 0) {
      throw new InterruptedIOException("the body took too long");
    }
  }

  /**
   * Reads what is left of a body that won't be used. A connection that is closed while its client
   * still sends is reset, and the client may lose the answer; but one that sends too much or too
   * slowly is cut off.
   */
  static void drain(InputStream in, long most) throws IOException {
    byte[] block = new byte[BLOCK];
    long end = System.nanoTime() + DRAIN_TIME.toNanos();
    long left = most;
    int count = in.read(block);
    while (count >= 0 && left > 0 && System.nanoTime() - end < 0) {
      left -= count;
      count = in.read(block);
    }
  }
}
