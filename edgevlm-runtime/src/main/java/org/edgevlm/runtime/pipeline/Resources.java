package org.edgevlm.runtime.pipeline;

import java.util.ArrayDeque;
import java.util.Deque;
import org.edgevlm.spi.EdgeVlmException;

/**
 * What has been opened, to be closed in the reverse order. Each resource is closed once, whatever
 * the others do.
 */
final class Resources implements AutoCloseable {

  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  /** Takes a resource over. */
  <T extends AutoCloseable> T add(T resource) {
    open.push(resource);
    return resource;
  }

  /**
   * Closes everything. The first failure is thrown at the end, with the later ones attached to it.
   */
  @Override
  public void close() {
    Throwable first = closeAll(null);
    if (first instanceof Error error) {
      throw error;
    }
    if (first instanceof RuntimeException runtime) {
      throw runtime;
    }
    if (first != null) {
      throw new EdgeVlmException("closing failed: " + first.getMessage(), first);
    }
  }

  /** Closes everything after an error, to which failures to close are attached. */
  void closeAfter(Throwable error) {
    closeAll(error);
  }

  private Throwable closeAll(Throwable before) {
    Throwable first = before;
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (Throwable e) {
        // Also errors: a plugin's missing native symbol must not leave the others open.
        if (first == null) {
          first = e;
        } else if (first != e) {
          first.addSuppressed(e);
        }
      }
    }
    return first;
  }
}
