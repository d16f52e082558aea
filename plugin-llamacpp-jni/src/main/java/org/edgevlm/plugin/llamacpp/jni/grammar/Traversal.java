package org.edgevlm.plugin.llamacpp.jni.grammar;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.OptionalInt;
import java.util.function.IntFunction;

/** Walks a graph of rules depth first, on a stack of its own: graphs come from users. */
final class Traversal {

  private static final int NEW = 0;
  private static final int OPEN = 1;
  private static final int DONE = 2;

  private final int size;
  private final IntFunction<int[]> targets;
  private final int[] order;
  private final int[] depth;
  private int done;
  private int cycle = -1;

  Traversal(int size, IntFunction<int[]> targets) {
    this.size = size;
    this.targets = targets;
    order = new int[size];
    depth = new int[size];
  }

  /** A node and how many of its targets have been looked at. */
  private static final class Frame {
    final int node;
    final int[] targets;
    int next;

    Frame(int node, int[] targets) {
      this.node = node;
      this.targets = targets;
    }
  }

  void run() {
    int[] state = new int[size];
    for (int start = 0; start < size; start++) {
      if (state[start] == NEW) {
        walk(start, state);
      }
    }
  }

  private void walk(int start, int[] state) {
    Deque<Frame> stack = new ArrayDeque<>();
    stack.push(new Frame(start, targets.apply(start)));
    state[start] = OPEN;
    while (!stack.isEmpty()) {
      Frame frame = stack.peek();
      if (frame.next == frame.targets.length) {
        stack.pop();
        state[frame.node] = DONE;
        order[done++] = frame.node;
        depth[frame.node] =
            1 + Arrays.stream(frame.targets).map(target -> depth[target]).max().orElse(0);
      } else {
        int target = frame.targets[frame.next++];
        if (state[target] == NEW) {
          state[target] = OPEN;
          stack.push(new Frame(target, targets.apply(target)));
        } else if (state[target] == OPEN) {
          cycle = target;
        }
      }
    }
  }

  /** Nodes, each after its targets where there is no cycle. */
  int[] order() {
    return order.clone();
  }

  /** A node on a cycle. */
  OptionalInt cycle() {
    return cycle < 0 ? OptionalInt.empty() : OptionalInt.of(cycle);
  }

  /** Nodes of the longest path, where there is no cycle. */
  int deepest() {
    return Arrays.stream(depth).max().orElse(0);
  }

  /** For each node a number that those share which reach each other (Kosaraju's algorithm). */
  int[] components() {
    run();
    int[][] sources = new int[size][0];
    for (int node = 0; node < size; node++) {
      for (int target : targets.apply(node)) {
        sources[target] = Arrays.copyOf(sources[target], sources[target].length + 1);
        sources[target][sources[target].length - 1] = node;
      }
    }
    int[] component = new int[size];
    Arrays.fill(component, -1);
    for (int i = size - 1; i >= 0; i--) {
      Deque<Integer> stack = new ArrayDeque<>();
      if (component[order[i]] < 0) {
        component[order[i]] = order[i];
        stack.push(order[i]);
      }
      while (!stack.isEmpty()) {
        for (int source : sources[stack.pop()]) {
          if (component[source] < 0) {
            component[source] = order[i];
            stack.push(source);
          }
        }
      }
    }
    return component;
  }
}
