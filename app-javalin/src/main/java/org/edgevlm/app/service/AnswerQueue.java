package org.edgevlm.app.service;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.edgevlm.runtime.AnswerRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets requests wait for the model, first come, first served. One thread runs the model: on a few
 * cores two answers at a time would each take twice as long, and both would be held in memory. The
 * thread never writes to a client and never waits for a reader.
 *
 * <p>A worker that shows no sign of life for long is given up: its request fails, another thread
 * takes its place, and {@link #stuckWorkers} counts it. Native code can't be interrupted, so the
 * thread and the memory of its request stay.
 */
public final class AnswerQueue implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(AnswerQueue.class);
  private static final Duration WATCH_INTERVAL = Duration.ofMillis(500);

  /** For the step at hand, however little time requests are given when the server stops. */
  private static final Duration STEP_TIME = Duration.ofSeconds(5);

  /**
   * Each keeps a thread and a session for ever, and one that follows is likely to stick as well.
   */
  private static final int MAX_STUCK = 2;

  private final Readiness readiness;
  private final ServerSettings settings;
  private final Deque<QueuedAnswer> waiting = new ArrayDeque<>();
  private final Thread watch;

  private Thread worker;
  private QueuedAnswer current;
  private int stuck;
  private boolean stopping;

  /** A queue that takes requests from the moment the model is there. */
  public AnswerQueue(Readiness readiness, ServerSettings settings) {
    this.readiness = Objects.requireNonNull(readiness, "readiness");
    this.settings = Objects.requireNonNull(settings, "settings");
    startWorker();
    watch = daemon(this::watch, "edgevlm-watch");
    watch.start();
  }

  /** Remembered before it runs: a worker that isn't the current one ends. */
  private synchronized void startWorker() {
    worker = daemon(this::work, "edgevlm-worker");
    worker.start();
  }

  private static Thread daemon(Runnable body, String name) {
    Thread thread = new Thread(body, name);
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Puts a request in the queue. Never waits. A picture that an earlier request brought isn't
   * encoded again.
   *
   * @throws org.edgevlm.spi.vision.ImageException if the picture's header shows that it can't be
   *     used
   * @throws ProblemException with {@link Problem#LOADING} while there is no model, {@link
   *     Problem#BUSY} if the queue is full, {@link Problem#STOPPING} after {@link #close} and
   *     {@link Problem#STUCK} when the model has stopped responding for good
   */
  public RunningAnswer submit(AnswerRequest request) {
    return submit(request, true);
  }

  /** As {@link #submit}, for measurements: the picture is encoded whether it is known or not. */
  public RunningAnswer submitFresh(AnswerRequest request) {
    return submit(request, false);
  }

  private RunningAnswer submit(AnswerRequest request, boolean reuse) {
    Objects.requireNonNull(request, "request");
    readiness.edgeVlm().checkImage(request.image());
    synchronized (this) {
      if (stopping) {
        throw Problem.STOPPING.exception();
      }
      if (!alive()) {
        throw Problem.STUCK.exception();
      }
      if (waiting.size() >= settings.queue()) {
        throw Problem.BUSY.exception();
      }
      QueuedAnswer answer = new QueuedAnswer(this, request, reuse, settings.deadline());
      waiting.add(answer);
      notifyAll();
      return answer;
    }
  }

  /** Requests that wait, without the one that is being answered. */
  public synchronized int waiting() {
    return waiting.size();
  }

  /** Whether a request is being answered. */
  public synchronized boolean busy() {
    return current != null;
  }

  /** Whether no more requests are taken because the server is about to end. */
  public synchronized boolean stopping() {
    return stopping;
  }

  /** Requests that may wait. */
  public int capacity() {
    return settings.queue();
  }

  /** Workers that were given up. */
  public synchronized int stuckWorkers() {
    return stuck;
  }

  /** Whether requests can still be answered; once false, only a new process helps. */
  public synchronized boolean alive() {
    return stuck < MAX_STUCK;
  }

  synchronized int ahead(QueuedAnswer answer) {
    int before = current == null ? 0 : 1;
    for (QueuedAnswer other : waiting) {
      if (other == answer) {
        return before;
      }
      before++;
    }
    return 0;
  }

  synchronized void forget(QueuedAnswer answer) {
    waiting.remove(answer);
  }

  private void work() {
    QueuedAnswer next = null;
    do {
      next = exchange(next);
      if (next != null) {
        next.run(readiness.edgeVlm());
      }
    } while (next != null);
  }

  /** Gives a finished answer back and takes the next; null tells the worker to end. */
  private synchronized QueuedAnswer exchange(QueuedAnswer done) {
    if (Thread.currentThread() != worker) {
      // Given up and replaced; what it made in the end is no longer wanted.
      return null;
    }
    if (done != null) {
      current = null;
      notifyAll();
    }
    while (waiting.isEmpty() && !stopping) {
      try {
        wait();
      } catch (InterruptedException e) {
        // Nobody who knows the worker interrupts it; a plugin's stray interrupt is no reason to
        // end.
        LOG.debug("the worker was interrupted");
      }
    }
    current = waiting.poll();
    if (current != null) {
      current.begin();
    }
    return current;
  }

  private synchronized void watch() {
    try {
      while (!stopping || current != null) {
        wait(WATCH_INTERVAL.toMillis());
        if (current != null && current.silence().compareTo(settings.stuckAfter()) > 0) {
          replaceWorker();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void replaceWorker() {
    stuck++;
    LOG.error(
        "the model has not responded for {} s: its worker is given up ({} so far){}",
        settings.stuckAfter().toSeconds(),
        stuck,
        alive() ? "" : "; no more requests are taken");
    current.fail(Problem.STUCK.exception());
    current = null;
    if (alive()) {
      startWorker();
    } else {
      worker = null;
      waiting.forEach(answer -> answer.fail(Problem.STUCK.exception()));
      waiting.clear();
    }
    notifyAll();
  }

  /**
   * Takes no more requests, lets those there are go on for as long as the settings allow, then ends
   * them with {@link Problem#STOPPING}. Idempotent.
   */
  @Override
  public void close() {
    stop();
  }

  /**
   * As {@link #close}.
   *
   * @return whether the model is at rest: otherwise a step is still running inside of native code,
   *     and the model must not be freed
   */
  public boolean stop() {
    long end = System.nanoTime() + settings.stopTime().toNanos();
    synchronized (this) {
      stopping = true;
      notifyAll();
      awaitRest(end);
      waiting.forEach(answer -> answer.fail(Problem.STOPPING.exception()));
      waiting.clear();
      if (current != null) {
        current.fail(Problem.STOPPING.exception());
      }
      // One more step, which may be a long one.
      awaitRest(System.nanoTime() + Math.max(STEP_TIME.toNanos(), settings.stopTime().toNanos()));
      return current == null && stuck == 0;
    }
  }

  private void awaitRest(long end) {
    try {
      while (current != null || !waiting.isEmpty()) {
        long left = end - System.nanoTime();
        if (left <= 0) {
          return;
        }
        wait(left / 1_000_000 + 1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
