package org.edgevlm.app.service;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.edgevlm.runtime.Answer;
import org.edgevlm.runtime.AnswerRequest;
import org.edgevlm.runtime.EdgeVlm;
import org.edgevlm.spi.decoding.TokenEvent;

/** A request in the {@link AnswerQueue}, and the outbox of its answer. */
final class QueuedAnswer implements RunningAnswer {

  private final AnswerQueue queue;
  private final AnswerRequest request;
  private final boolean reuse;
  private final long deadline;

  private final Deque<String> pieces = new ArrayDeque<>();
  private Answer answer;
  private Throwable failure;

  /** Read by the worker between tokens without waiting for a reader's lock. */
  private volatile boolean complete;

  /** When the worker last showed a sign of life in this answer, by {@link System#nanoTime}. */
  private volatile long lastSign;

  QueuedAnswer(AnswerQueue queue, AnswerRequest request, boolean reuse, Duration time) {
    this.queue = queue;
    this.request = request;
    this.reuse = reuse;
    deadline = System.nanoTime() + time.toNanos();
  }

  // The worker's side

  /** The worker took it. */
  void begin() {
    lastSign = System.nanoTime();
  }

  /** Makes the answer, on the worker's thread. Throws nothing: what fails is the reader's. */
  void run(EdgeVlm edgeVlm) {
    if (expired()) {
      fail(Problem.DEADLINE_EXCEEDED.exception());
    }
    if (complete) {
      return;
    }
    try {
      Answer made =
          reuse
              ? edgeVlm.answerAgain(request, this::add, this::unwanted)
              : edgeVlm.answer(request, this::add, this::unwanted);
      if (expired()) {
        fail(Problem.DEADLINE_EXCEEDED.exception());
      }
      succeed(made);
    } catch (RuntimeException | Error e) {
      // Errors too: the worker has to go on with the next request.
      fail(e);
    }
  }

  private boolean unwanted() {
    lastSign = System.nanoTime();
    return complete || expired();
  }

  private boolean expired() {
    return System.nanoTime() - deadline >= 0;
  }

  private synchronized void add(TokenEvent event) {
    if (!complete && !event.text().isEmpty()) {
      pieces.add(event.text());
      notifyAll();
    }
  }

  private synchronized void succeed(Answer made) {
    if (!complete) {
      answer = made;
      complete = true;
      notifyAll();
    }
  }

  /** Ends the answer with an error, unless it has ended already. */
  synchronized void fail(Throwable cause) {
    if (!complete) {
      failure = cause;
      complete = true;
      notifyAll();
    }
  }

  /** How long the worker has shown no sign of life in this answer. */
  Duration silence() {
    return Duration.ofNanos(System.nanoTime() - lastSign);
  }

  // The reader's side

  @Override
  public Optional<String> nextText() {
    waitUntil(false, deadline);
    synchronized (this) {
      if (!pieces.isEmpty()) {
        return Optional.of(pieces.remove());
      }
      throwFailure();
      return Optional.empty();
    }
  }

  @Override
  public boolean await(Duration atMost) {
    long end = System.nanoTime() + atMost.toNanos();
    return waitUntil(false, end - deadline < 0 ? end : deadline);
  }

  @Override
  public Answer answer() {
    waitUntil(true, deadline);
    synchronized (this) {
      throwFailure();
      return answer;
    }
  }

  /** Waits for a piece or the end until a time; at the deadline the answer ends. */
  private boolean waitUntil(boolean whole, long end) {
    try {
      synchronized (this) {
        while (!complete && (whole || pieces.isEmpty())) {
          long left = end - System.nanoTime();
          if (left <= 0) {
            break;
          }
          // Rounded up, or it would spin through the last millisecond.
          wait(left / 1_000_000 + 1);
        }
        if (complete || !whole && !pieces.isEmpty()) {
          return true;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close();
      return true;
    }
    if (expired()) {
      end(Problem.DEADLINE_EXCEEDED.exception());
      return true;
    }
    return false;
  }

  private void throwFailure() {
    if (failure instanceof RuntimeException exception) {
      throw exception;
    }
    if (failure != null) {
      throw new IllegalStateException("the worker met an error: " + failure, failure);
    }
  }

  @Override
  public int ahead() {
    return queue.ahead(this);
  }

  @Override
  public void close() {
    end(new CancellationException("the answer was given up"));
  }

  private void end(Throwable cause) {
    fail(cause);
    // After the flag: a worker that takes it in between finds it complete.
    queue.forget(this);
  }
}
