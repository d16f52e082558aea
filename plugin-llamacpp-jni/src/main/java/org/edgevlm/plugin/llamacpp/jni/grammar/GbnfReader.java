package org.edgevlm.plugin.llamacpp.jni.grammar;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.edgevlm.spi.inference.GrammarException;

/**
 * Reads GBNF as llama.cpp b4916 does, into the same rules: groups and repetitions become rules of
 * their own. llama.cpp's parser recurses for each group, copies what is repeated, and prints to the
 * terminal what it can't read; this one has limits and says where a mistake is.
 */
final class GbnfReader {

  /** A terminal; other symbols are numbers of rules. */
  static final int TERMINAL = -1;

  private static final int LONGEST = 1 << 16;
  private static final int DEEPEST = 32;
  private static final int MOST_REPEATS = 1000;
  private static final int MOST_SYMBOLS = 50_000;

  /** A rule: its alternatives, each a row of symbols. */
  record Rule(String name, List<int[]> alternatives) {}

  private final String text;
  private final Map<String, Integer> names = new HashMap<>();
  private final List<String> rules = new ArrayList<>();
  private final List<List<int[]>> bodies = new ArrayList<>();
  private int at;
  private int symbols;

  private GbnfReader(String text) {
    this.text = text;
  }

  /**
   * All rules; a symbol is a place in this list.
   *
   * @throws GrammarException if the text can't be read, or is larger than the limits
   */
  static List<Rule> read(String text) {
    if (text.length() > LONGEST) {
      throw new GrammarException(
          "the grammar has " + text.length() + " characters; at most " + LONGEST + " are read");
    }
    if (text.indexOf('\0') >= 0) {
      throw new GrammarException("the grammar holds a NUL character");
    }
    return new GbnfReader(text).rules();
  }

  private List<Rule> rules() {
    space(true);
    while (at < text.length()) {
      rule();
    }
    if (!names.containsKey("root")) {
      throw new GrammarException("the grammar has no rule 'root', which an answer begins with");
    }
    List<Rule> read = new ArrayList<>();
    for (int i = 0; i < rules.size(); i++) {
      if (bodies.get(i) == null) {
        throw new GrammarException("the rule '" + rules.get(i) + "' is used but not defined");
      }
      read.add(new Rule(rules.get(i), bodies.get(i)));
    }
    return read;
  }

  private void rule() {
    String name = name();
    int id = id(name);
    if (bodies.get(id) != null) {
      throw error("the rule '" + name + "' is defined twice");
    }
    space(false);
    expect("::=");
    space(true);
    bodies.set(id, alternatives(name, 0));
    if (at < text.length() && text.charAt(at) != '\n' && text.charAt(at) != '\r') {
      throw error("expected the end of the line");
    }
    space(true);
  }

  private List<int[]> alternatives(String name, int depth) {
    if (depth > DEEPEST) {
      throw error("groups are nested more than " + DEEPEST + " deep");
    }
    List<int[]> alternatives = new ArrayList<>();
    alternatives.add(sequence(name, depth));
    while (is('|')) {
      at++;
      space(true);
      alternatives.add(sequence(name, depth));
    }
    return alternatives;
  }

  private int[] sequence(String name, int depth) {
    List<Integer> sequence = new ArrayList<>();
    int last = -1;
    while (at < text.length()) {
      Optional<List<Integer>> item = item(name, depth);
      if (item.isPresent()) {
        last = sequence.size();
        sequence.addAll(item.get());
        count(item.get().size());
      } else if ("*+?{".indexOf(text.charAt(at)) >= 0) {
        if (last < 0 || last == sequence.size()) {
          throw error("there is nothing to repeat");
        }
        repeat(name, sequence, last);
      } else {
        break;
      }
      space(depth > 0);
    }
    return sequence.stream().mapToInt(Integer::intValue).toArray();
  }

  private Optional<List<Integer>> item(String name, int depth) {
    char c = text.charAt(at);
    if (c == '"') {
      return Optional.of(literal());
    } else if (c == '[') {
      characters();
      return Optional.of(List.of(TERMINAL));
    } else if (c == '.') {
      at++;
      return Optional.of(List.of(TERMINAL));
    } else if (word(c)) {
      return Optional.of(List.of(id(name())));
    } else if (c == '(') {
      at++;
      space(true);
      int group = generated(name);
      bodies.set(group, alternatives(name, depth + 1));
      expect(")");
      return Optional.of(List.of(group));
    }
    return Optional.empty();
  }

  private void repeat(String name, List<Integer> sequence, int last) {
    int min = 0;
    int max = Integer.MAX_VALUE;
    switch (text.charAt(at++)) {
      case '+' -> min = 1;
      case '?' -> max = 1;
      case '{' -> {
        space(true);
        min = integer();
        max = min;
        space(true);
        if (is(',')) {
          at++;
          space(true);
          max = is('}') ? Integer.MAX_VALUE : integer();
          space(true);
        }
        expect("}");
      }
      default -> {
        // as often as may be
      }
    }
    if (max < min || max == 0) {
      throw error("a repetition of " + min + " to " + max + " times is none");
    }
    List<Integer> item = List.copyOf(sequence.subList(last, sequence.size()));
    sequence.subList(last, sequence.size()).clear();
    for (int i = 0; i < min; i++) {
      sequence.addAll(item);
    }
    count((long) item.size() * Math.max(0, min - 1));
    if (max == Integer.MAX_VALUE) {
      int more = generated(name);
      define(more, item, more);
      sequence.add(more);
    } else {
      int more = -1;
      for (int i = min; i < max; i++) {
        int rest = more;
        more = generated(name);
        define(more, item, rest);
      }
      if (more >= 0) {
        sequence.add(more);
      }
    }
  }

  /** {@code id ::= item rest | }, or without a rest where it is negative. */
  private void define(int id, List<Integer> item, int rest) {
    List<Integer> body = new ArrayList<>(item);
    if (rest >= 0) {
      body.add(rest);
    }
    count(body.size());
    bodies.set(id, List.of(body.stream().mapToInt(Integer::intValue).toArray(), new int[0]));
  }

  private void count(long more) {
    symbols += (int) Math.min(more, MOST_SYMBOLS + 1L);
    if (symbols > MOST_SYMBOLS) {
      throw error("the grammar is too large: more than " + MOST_SYMBOLS + " symbols");
    }
  }

  private List<Integer> literal() {
    List<Integer> characters = new ArrayList<>();
    for (at++; !is('"'); ) {
      character();
      characters.add(TERMINAL);
    }
    at++;
    return characters;
  }

  private void characters() {
    at++;
    if (is('^')) {
      at++;
    }
    if (is(']')) {
      throw error("a set of characters is empty");
    }
    while (!is(']')) {
      int from = character();
      if (is('-') && at + 1 < text.length() && text.charAt(at + 1) != ']') {
        at++;
        if (character() < from) {
          throw error("a range of characters runs backwards");
        }
      }
      count(1);
    }
    at++;
  }

  private int character() {
    if (at >= text.length()) {
      throw error("the text ends inside a literal or a set of characters");
    }
    int c = text.codePointAt(at);
    at += Character.charCount(c);
    if (c != '\\') {
      return c;
    }
    char escape = at < text.length() ? text.charAt(at++) : ' ';
    return switch (escape) {
      case 'x' -> hex(2);
      case 'u' -> hex(4);
      case 'U' -> hex(8);
      case 't' -> '\t';
      case 'r' -> '\r';
      case 'n' -> '\n';
      case '\\', '"', '[', ']' -> escape;
      default -> throw error("there is no escape '\\" + escape + "'");
    };
  }

  private int hex(int digits) {
    if (at + digits > text.length()
        || !text.substring(at, at + digits).matches("[0-9a-fA-F]{" + digits + "}")) {
      throw error("expected " + digits + " hexadecimal digits");
    }
    long value = Long.parseLong(text.substring(at, at + digits), 16);
    at += digits;
    if (value > Character.MAX_CODE_POINT) {
      throw error("there is no such character");
    }
    return (int) value;
  }

  private int integer() {
    int from = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    if (at == from || at - from > 4 || Integer.parseInt(text.substring(from, at)) > MOST_REPEATS) {
      throw error("expected a number of times from 0 to " + MOST_REPEATS);
    }
    return Integer.parseInt(text.substring(from, at));
  }

  private String name() {
    int from = at;
    while (at < text.length() && word(text.charAt(at))) {
      at++;
    }
    if (at == from) {
      throw error("expected the name of a rule: letters, digits and hyphens");
    }
    return text.substring(from, at);
  }

  private static boolean word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  }

  private int id(String name) {
    return names.computeIfAbsent(name, this::add);
  }

  private int generated(String base) {
    return add("a part of '" + base + "'");
  }

  private int add(String name) {
    rules.add(name);
    bodies.add(null);
    return rules.size() - 1;
  }

  private void space(boolean lines) {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '#') {
        while (at < text.length() && text.charAt(at) != '\n' && text.charAt(at) != '\r') {
          at++;
        }
      } else if (c == ' ' || c == '\t' || (lines && (c == '\n' || c == '\r'))) {
        at++;
      } else {
        return;
      }
    }
  }

  private boolean is(char c) {
    return at < text.length() && text.charAt(at) == c;
  }

  private void expect(String wanted) {
    if (!text.startsWith(wanted, at)) {
      throw error("expected '" + wanted + "'");
    }
    at += wanted.length();
  }

  private GrammarException error(String message) {
    int end = Math.min(at, text.length());
    long line = text.substring(0, end).chars().filter(c -> c == '\n').count() + 1;
    int column = end - text.lastIndexOf('\n', end - 1);
    return new GrammarException("grammar, line " + line + ", column " + column + ": " + message);
  }
}
