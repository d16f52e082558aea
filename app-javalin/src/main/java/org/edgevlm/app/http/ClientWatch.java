package org.edgevlm.app.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.edgevlm.app.service.RunningAnswer;
import org.edgevlm.app.stream.Presence;
import org.edgevlm.runtime.Answer;

/**
 * Notices that the client of a request that is being answered is gone. Until something is written,
 * HTTP/1.1 has no other sign of that than the end of what the client sends.
 *
 * <p>That end alone doesn't say it: a client may close its half of the connection and go on
 * reading. So it is then sent "102 Processing", which clients pass over; the connection of one that
 * is gone refuses it, at the latest the second time. Once the response is under way, something of
 * its own is sent instead.
 */
public final class ClientWatch implements Presence {

  private static final Duration LOOK = Duration.ofMillis(25);
  private static final Duration FIRST_PROBE = Duration.ofMillis(50);
  private static final Duration LAST_PROBE = Duration.ofSeconds(1);
  private static final int PIPELINED = 4096;

  private final ServletContextRequest request;
  private final EndPoint connection;
  private boolean ended;
  private volatile boolean gone;
  private boolean blind;
  private long nextProbe;
  private Duration pause = FIRST_PROBE;
  private Presence.Probe probe = this::processing;

  private ClientWatch(ServletContextRequest request) {
    this.request = request;
    connection = request.getConnectionMetaData().getConnection().getEndPoint();
  }

  /** Watches a request whose body has been read to its end. */
  public static ClientWatch of(Context context) {
    return new ClientWatch(ServletContextRequest.getServletContextRequest(context.req()));
  }

  /**
   * Waits for a whole answer as long as the client does.
   *
   * @throws ClientGoneException if it is gone; the answer is given up
   */
  public Answer answer(RunningAnswer running) {
    while (true) {
      if (running.await(LOOK)) {
        if (running.nextText().isEmpty()) {
          return running.answer();
        }
      } else if (gone()) {
        running.close();
        throw new ClientGoneException();
      }
    }
  }

  /** Whether the client is known to be gone. To be asked now and then, by the request's thread. */
  public boolean gone() {
    if (gone || blind) {
      return gone;
    }
    if (!ended) {
      look();
    }
    if (ended && !gone && System.nanoTime() - nextProbe >= 0) {
      probe();
    }
    return gone;
  }

  @Override
  public void check() {
    if (gone()) {
      throw new ClientGoneException();
    }
  }

  @Override
  public void probeWith(Presence.Probe own) {
    probe = own;
  }

  private void look() {
    // Nobody else reads meanwhile: the server reads on when this request is answered.
    ByteBuffer buffer = ByteBuffer.allocate(PIPELINED).limit(0);
    try {
      int count = connection.fill(buffer);
      if (count > 0) {
        // The next request, sent ahead: it goes to where the server looks for it, and what comes
        // after it can't be looked at any more.
        blind = true;
        Connection owner = connection.getConnection();
        if (owner instanceof Connection.UpgradeTo reader) {
          reader.onUpgradeTo(buffer);
        }
      } else if (count < 0) {
        ended = true;
        nextProbe = System.nanoTime();
      }
    } catch (IOException e) {
      // Reset.
      gone = true;
    }
  }

  private void probe() {
    if (!connection.isOpen()
        || request.getConnectionMetaData().getHttpVersion() != HttpVersion.HTTP_1_1) {
      gone = true;
      return;
    }
    try {
      probe.send();
    } catch (IOException e) {
      gone = true;
    }
    nextProbe = System.nanoTime() + pause.toNanos();
    pause = pause.multipliedBy(2).compareTo(LAST_PROBE) < 0 ? pause.multipliedBy(2) : LAST_PROBE;
  }

  private void processing() {
    request
        .getServletContextResponse()
        .writeInterim(HttpStatus.PROCESSING_102, HttpFields.EMPTY)
        .whenComplete(
            (nothing, failure) -> {
              if (failure != null) {
                gone = true;
              }
            });
  }

  /** There is nobody to answer any more. */
  public static final class ClientGoneException extends CancellationException {

    private static final long serialVersionUID = 1L;

    ClientGoneException() {
      super("the client is gone");
    }
  }
}
