package org.edgevlm.plugin.llamacpp.jni.grammar;

import java.util.Arrays;
import java.util.List;
import org.edgevlm.plugin.llamacpp.jni.grammar.GbnfReader.Rule;
import org.edgevlm.spi.inference.GrammarException;

/**
 * Refuses grammars that llama.cpp b4916 would follow without end, or to the end of its stack. It
 * keeps every way to read an answer as a stack of symbols and expands each until a character comes:
 * left recursion never gets there (its own check misses rules that are empty in several steps),
 * several ways to read nothing multiply, and a chain of rules costs a native frame each.
 */
final class GbnfCheck {

  /** Ways to reach the next character from the beginning of a rule. */
  private static final int MOST_WAYS = 4096;

  /** Rules inside each other before a character comes. */
  private static final int LONGEST_CHAIN = 200;

  /** Rules counted wherever they are used: a repetition in a repetition multiplies. */
  private static final long MOST_USES = 20_000;

  private static final int MOST_RULES = 20_000;

  private final List<Rule> rules;
  private final boolean[] empty;

  private GbnfCheck(List<Rule> rules) {
    this.rules = rules;
    empty = new boolean[rules.size()];
  }

  /**
   * Checks a grammar.
   *
   * @throws GrammarException naming the rule and what is wrong with it
   */
  static void check(String text) {
    List<Rule> rules = GbnfReader.read(text);
    if (rules.size() > MOST_RULES) {
      throw new GrammarException(
          "the grammar makes " + rules.size() + " rules; at most " + MOST_RULES + " are followed");
    }
    GbnfCheck check = new GbnfCheck(rules);
    check.findEmpty();
    int[] order = check.leftOrder();
    check.countWays(order);
    check.checkGrowth();
    check.countUses();
  }

  /** Which rules may be empty, in however many steps. */
  private void findEmpty() {
    for (boolean changed = true; changed; ) {
      changed = false;
      for (int rule = 0; rule < rules.size(); rule++) {
        if (!empty[rule] && rules.get(rule).alternatives().stream().anyMatch(this::emptyRow)) {
          empty[rule] = true;
          changed = true;
        }
      }
    }
  }

  private boolean emptyRow(int[] row) {
    return Arrays.stream(row).allMatch(this::emptySymbol);
  }

  private boolean emptySymbol(int symbol) {
    return symbol >= 0 && empty[symbol];
  }

  /** Rules that may stand at the very beginning of a row. */
  private int[] leftOf(int rule) {
    return rules.get(rule).alternatives().stream()
        .flatMapToInt(
            row -> {
              int end = 0;
              while (end < row.length && emptySymbol(row[end])) {
                end++;
              }
              return Arrays.stream(row, 0, Math.min(end + 1, row.length)).filter(s -> s >= 0);
            })
        .distinct()
        .toArray();
  }

  /** Rules in an order in which each comes after those at its beginning. */
  private int[] leftOrder() {
    Traversal walk = new Traversal(rules.size(), this::leftOf);
    walk.run();
    walk.cycle()
        .ifPresent(
            rule -> {
              throw error(rule, "begins with itself (left recursion)");
            });
    if (walk.deepest() > LONGEST_CHAIN) {
      throw new GrammarException(
          "the grammar has more than " + LONGEST_CHAIN + " rules that begin with each other");
    }
    return walk.order();
  }

  private void countWays(int[] order) {
    long[] ways = new long[rules.size()];
    long[] nothing = new long[rules.size()];
    for (int rule : order) {
      for (int[] row : rules.get(rule).alternatives()) {
        long before = 1;
        for (int symbol : row) {
          ways[rule] += before * (symbol < 0 ? 1 : ways[symbol]);
          before *= symbol < 0 ? 0 : nothing[symbol];
          if (before == 0 || ways[rule] > MOST_WAYS) {
            break;
          }
        }
        nothing[rule] += before;
      }
      if (ways[rule] > MOST_WAYS) {
        throw error(rule, "has more than " + MOST_WAYS + " ways to begin");
      }
      if (nothing[rule] > 1) {
        throw error(rule, "can be empty in several ways; say it in one");
      }
    }
  }

  /**
   * A rule that comes back to itself with something that may be empty behind it, over and over,
   * makes stacks that are all taken off at once.
   */
  private void checkGrowth() {
    Traversal walk =
        new Traversal(
            rules.size(),
            rule ->
                rules.get(rule).alternatives().stream()
                    .flatMapToInt(row -> Arrays.stream(row, emptyTail(row), row.length))
                    .filter(symbol -> symbol >= 0)
                    .distinct()
                    .toArray());
    int[] components = walk.components();
    for (int rule = 0; rule < rules.size(); rule++) {
      for (int[] row : rules.get(rule).alternatives()) {
        for (int i = emptyTail(row); i < row.length - 1; i++) {
          if (row[i] >= 0 && components[row[i]] == components[rule]) {
            throw error(rule, "contains itself with something behind it that may be empty");
          }
        }
      }
    }
  }

  /** Where the symbols begin behind which all may be empty. */
  private int emptyTail(int[] row) {
    int i = row.length - 1;
    while (i > 0 && emptySymbol(row[i])) {
      i--;
    }
    return Math.max(0, i);
  }

  private void countUses() {
    Traversal walk =
        new Traversal(
            rules.size(),
            rule ->
                rules.get(rule).alternatives().stream()
                    .flatMapToInt(Arrays::stream)
                    .filter(symbol -> symbol >= 0)
                    .toArray());
    walk.run();
    long[] uses = new long[rules.size()];
    for (int rule : walk.order()) {
      uses[rule] = 1;
      for (int[] row : rules.get(rule).alternatives()) {
        for (int symbol : row) {
          // Rules that aren't counted yet are those that contain this one.
          uses[rule] += symbol < 0 ? 0 : uses[symbol];
        }
      }
      if (uses[rule] > MOST_USES) {
        throw error(rule, "repeats too much in all: more than " + MOST_USES + " parts");
      }
    }
  }

  private GrammarException error(int rule, String what) {
    String name = rules.get(rule).name();
    String quoted = name.startsWith("a part of ") ? name : "the rule '" + name + "'";
    return new GrammarException("grammar: " + quoted + " " + what);
  }
}
