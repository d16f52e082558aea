package org.edgevlm.app.stream;

import java.io.IOException;

/** Whether the client of a request is still there. Used by the request's thread. */
public interface Presence {

  /** Sends what a client doesn't see, and fails if it is gone. */
  @FunctionalInterface
  interface Probe {

    /** Sends it; an {@link IOException} says that the client is gone. */
    void send() throws IOException;
  }

  /**
   * Looks, without waiting.
   *
   * @throws RuntimeException if the client is gone; what becomes of the request then is the
   *     server's business
   */
  void check();

  /** From now on the response is under way, and this is how to find out whether anybody reads. */
  void probeWith(Probe probe);
}
