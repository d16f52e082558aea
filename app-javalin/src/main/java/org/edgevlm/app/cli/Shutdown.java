package org.edgevlm.app.cli;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.edgevlm.runtime.EdgeVlm;
import org.edgevlm.runtime.metrics.ProcessMemory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the program in order, on a signal: first the requests, then the model, then the process. A
 * process that ends runs the destructors of its native libraries, whoever is still inside of them
 * and crashes then: so nobody may be, neither in a step nor in loading.
 */
final class Shutdown {

  private static final Logger LOG = LoggerFactory.getLogger(Shutdown.class);

  /** Reading many gigabytes or a long step can't be interrupted; service managers wait 90 s. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final BooleanSupplier requests;
  private final CompletableFuture<Optional<EdgeVlm>> loaded = new CompletableFuture<>();

  private Shutdown(BooleanSupplier requests) {
    this.requests = requests;
  }

  /**
   * Ends the program in order from now on. To be called before the model is loaded.
   *
   * @param requests ends them, and says whether the model may be freed then
   */
  static Shutdown onSignal(BooleanSupplier requests) {
    Shutdown shutdown = new Shutdown(requests);
    Runtime.getRuntime().addShutdownHook(new Thread(shutdown::run, "edgevlm-stop"));
    return shutdown;
  }

  /** The model is there, or never will be. It may be closed by others, too. */
  void loaded(Optional<EdgeVlm> edgeVlm) {
    loaded.complete(edgeVlm);
  }

  private void run() {
    boolean atRest = requests.getAsBoolean();
    try {
      Optional<EdgeVlm> edgeVlm = loaded.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      if (atRest && edgeVlm.isPresent()) {
        close(edgeVlm.get());
      } else if (!atRest) {
        LOG.error("the model is still in a step after the time to stop: it isn't freed");
      }
    } catch (TimeoutException e) {
      LOG.error("the model is still loading after {} s", PATIENCE.toSeconds());
    } catch (ExecutionException e) {
      throw new IllegalStateException("loading never fails this future", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Closing waits for requests, and a step that never ends must not keep the process. */
  private static void close(EdgeVlm edgeVlm) throws InterruptedException {
    long before = ProcessMemory.now().residentBytes();
    Thread closing = new Thread(edgeVlm::close, "edgevlm-close");
    closing.setDaemon(true);
    closing.start();
    closing.join(PATIENCE.toMillis());
    if (closing.isAlive()) {
      LOG.error("the model is still in a step after {} s: it isn't freed", PATIENCE.toSeconds());
    } else {
      long freed = before - ProcessMemory.now().residentBytes();
      LOG.info("the model is freed, and {} kB of memory with it", freed >> 10);
    }
  }
}
