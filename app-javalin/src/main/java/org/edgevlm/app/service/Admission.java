package org.edgevlm.app.service;

import java.util.Objects;

/**
 * Bounds what requests hold together: how many there are at a time, and how much memory their
 * bodies take. Safe for use by several threads at a time; nobody waits, what doesn't fit is
 * refused.
 */
public final class Admission {

  private final int maxRequests;
  private final long maxBytes;
  private int requests;
  private long bytes;

  /** Nobody there yet. */
  public Admission(ServerSettings settings) {
    maxRequests = settings.requests();
    maxBytes = settings.uploadBytes();
  }

  /**
   * Lets a request in.
   *
   * @return its place, to be closed when its answer has been sent
   * @throws ProblemException with {@link Problem#BUSY} if there are as many as there may be
   */
  public synchronized Place enter() {
    if (requests >= maxRequests) {
      throw Problem.BUSY.exception();
    }
    requests++;
    return new Place();
  }

  /** Requests that are in. */
  public synchronized int requests() {
    return requests;
  }

  /** Bytes that their bodies take. */
  public synchronized long bytes() {
    return bytes;
  }

  /** The most bytes that there can be. */
  public long maxBytes() {
    return maxBytes;
  }

  private synchronized void take(long more) {
    if (more > maxBytes - bytes) {
      throw Problem.BUSY.exception();
    }
    bytes += more;
  }

  private synchronized void leave(long held) {
    requests--;
    bytes -= held;
  }

  /** One request's place. Used by one thread at a time. */
  public final class Place implements AutoCloseable {

    private long held;
    private boolean left;

    private Place() {}

    /**
     * Takes memory until the place is closed.
     *
     * @throws ProblemException with {@link Problem#BUSY} if there isn't as much left
     */
    public void take(long more) {
      Admission.this.take(Objects.checkIndex(more, Long.MAX_VALUE));
      held += more;
    }

    /** Leaves, with the memory. Idempotent. */
    @Override
    public void close() {
      if (!left) {
        left = true;
        leave(held);
      }
    }
  }
}
