package org.edgevlm.testkit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs things at the same time. */
final class Threads {

  private Threads() {}

  /** The results of one task each; all have ended when this returns or throws. */
  static <T> List<T> all(int threads, List<Callable<T>> tasks) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<T> results = new ArrayList<>();
      for (Future<T> future : pool.invokeAll(tasks)) {
        results.add(future.get());
      }
      return results;
    } finally {
      pool.shutdownNow();
    }
  }

  /** The results of the same task, so many times. */
  static <T> List<T> same(int threads, int times, Callable<T> task) throws Exception {
    return all(threads, Collections.nCopies(times, task));
  }
}
