package org.edgevlm.testkit.asserting;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/** Whether something is open, what it has opened, and who is using it. */
final class Lifetime {

  private final String name;
  private final Lifetime parent;
  private final Violations violations;
  private final Set<Lifetime> children = new LinkedHashSet<>();
  private final AtomicReference<Thread> user = new AtomicReference<>();
  private volatile boolean closed;

  private Lifetime(String name, Lifetime parent, Violations violations) {
    this.name = name;
    this.parent = parent;
    this.violations = Objects.requireNonNull(violations, "violations");
  }

  static Lifetime root(Violations violations) {
    return new Lifetime("set", null, violations);
  }

  /** Something that this one opened. */
  Lifetime child(String childName) {
    Lifetime child = new Lifetime(childName, this, violations);
    synchronized (children) {
      children.add(child);
    }
    return child;
  }

  Violations violations() {
    return violations;
  }

  /** Names of what is still open below this. */
  List<String> open() {
    synchronized (children) {
      return children.stream().map(child -> child.name).toList();
    }
  }

  /** Names of what is still open below all that have a name. */
  List<String> openBelow(String owner) {
    List<String> found = new ArrayList<>(name.equals(owner) ? open() : List.of());
    List<Lifetime> below;
    synchronized (children) {
      below = List.copyOf(children);
    }
    below.forEach(child -> found.addAll(child.openBelow(owner)));
    return found;
  }

  /** Says that something is used by any thread. */
  void use(String what) {
    violations.check(
        !closed, Promise.NOTHING_IS_USED_AFTER_CLOSE, name + "." + what + " after close");
  }

  /** Says that a call begins on something for one thread at a time; {@link #end} ends it. */
  void begin(String what) {
    use(what);
    Thread now = Thread.currentThread();
    Thread other = user.compareAndExchange(null, now);
    violations.check(
        other == null || other == now,
        Promise.ONE_THREAD_AT_A_TIME,
        name + "." + what + " on " + now + " while " + other + " uses it");
  }

  void end() {
    user.compareAndSet(Thread.currentThread(), null);
  }

  /** Closes something, twice, after its children. */
  void close(AutoCloseable thing) {
    if (!closed) {
      List<String> left = open();
      violations.check(
          left.isEmpty(), Promise.CHILDREN_ARE_CLOSED_FIRST, name + " is closed before " + left);
    }
    closed = true;
    if (parent != null) {
      synchronized (parent.children) {
        parent.children.remove(this);
        // What a thing leaves open doesn't vanish with it.
        synchronized (children) {
          parent.children.addAll(children);
        }
      }
    }
    try {
      thing.close();
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(name + ".close threw a checked exception", e);
    }
    try {
      thing.close();
    } catch (Exception | LinkageError e) {
      violations.report(Promise.CLOSE_IS_IDEMPOTENT, "a second " + name + ".close threw " + e);
    }
  }
}
