package org.edgevlm.plugin.llamacpp.jni.model;

import java.util.concurrent.locks.ReentrantLock;

/**
 * Who computes now. Contexts are independent, but each step uses all threads that are configured:
 * two at once would only take processors from each other.
 */
final class Compute {

  /** One for all models: the processors are the process's. Fair, so sessions take turns. */
  static final ReentrantLock LOCK = new ReentrantLock(true);

  private Compute() {}
}
