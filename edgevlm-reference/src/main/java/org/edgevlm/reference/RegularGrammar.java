package org.edgevlm.reference;

import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.Map;
import org.edgevlm.spi.inference.Grammar;
import org.edgevlm.spi.inference.GrammarException;

/**
 * Reads the grammars that the reference backend knows. Of GBNF: the one rule {@code root}, made of
 * texts in quotes, sets of ASCII characters such as {@code [a-z ]}, brackets, {@code |}, {@code *},
 * {@code +} and {@code ?}; no other rules, no escapes, no {@code [^…]}. Of JSON schemas: the three
 * types in {@link #TYPES} and nothing else.
 */
final class RegularGrammar {

  private static final Map<String, String> TYPES =
      Map.of(
          "{\"type\":\"boolean\"}", "root ::= \"true\" | \"false\"",
          "{\"type\":\"integer\"}", "root ::= \"-\"? (\"0\" | [1-9] [0-9]*)",
          "{\"type\":\"null\"}", "root ::= \"null\"");

  private final String text;
  private int at;

  private RegularGrammar(String text) {
    this.text = text;
  }

  /** The language of a grammar. */
  static Regular read(Grammar grammar) {
    if (grammar.kind() == Grammar.Kind.GBNF) {
      return new RegularGrammar(grammar.text()).rule();
    }
    String rule = TYPES.get(grammar.text().replaceAll("\\s", ""));
    if (rule == null) {
      throw new GrammarException(
          "the reference backend knows the schemas {\"type\": T} with T boolean, integer or null");
    }
    return new RegularGrammar(rule).rule();
  }

  private Regular rule() {
    String head = "root ::=";
    if (!text.stripLeading().startsWith(head)) {
      throw error("'" + head + "' at the beginning");
    }
    at = text.indexOf(head) + head.length();
    Regular rule = alternatives();
    if (at < text.length()) {
      throw error("the end of the rule");
    }
    return rule;
  }

  private Regular alternatives() {
    Regular result = sequence();
    while (next() == '|') {
      at++;
      result = Regular.either(result, sequence());
    }
    return result;
  }

  private Regular sequence() {
    Regular result = repeated();
    while (next() == '"' || next() == '[' || next() == '(') {
      result = Regular.sequence(result, repeated());
    }
    return result;
  }

  private Regular repeated() {
    Regular part = part();
    switch (next()) {
      case '*':
        at++;
        return Regular.repeated(part);
      case '+':
        at++;
        return Regular.sequence(part, Regular.repeated(part));
      case '?':
        at++;
        return Regular.either(part, Regular.EMPTY);
      default:
        return part;
    }
  }

  private Regular part() {
    switch (next()) {
      case '"':
        Regular result = Regular.EMPTY;
        for (byte value : until('"').getBytes(StandardCharsets.UTF_8)) {
          BitSet one = new BitSet();
          one.set(value & 0xff);
          result = Regular.sequence(result, Regular.oneOf(one));
        }
        return result;
      case '[':
        return Regular.oneOf(set(until(']')));
      case '(':
        at++;
        Regular inner = alternatives();
        if (next() != ')') {
          throw error("')'");
        }
        at++;
        return inner;
      default:
        throw error("a text, a set or '('");
    }
  }

  private BitSet set(String members) {
    BitSet bytes = new BitSet();
    for (int i = 0; i < members.length(); i++) {
      boolean range = i + 2 < members.length() && members.charAt(i + 1) == '-';
      char last = members.charAt(range ? i + 2 : i);
      if (last < members.charAt(i) || last > 0x7f || members.charAt(i) == '^') {
        throw error("a set of ASCII characters before this");
      }
      bytes.set(members.charAt(i), last + 1);
      i += range ? 2 : 0;
    }
    if (bytes.isEmpty()) {
      throw error("a set that isn't empty before this");
    }
    return bytes;
  }

  private String until(char end) {
    int close = text.indexOf(end, at + 1);
    if (close < 0) {
      throw error("a closing " + end);
    }
    String inner = text.substring(at + 1, close);
    at = close + 1;
    return inner;
  }

  /** The next character that isn't space, or 0 at the end. */
  private char next() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return at < text.length() ? text.charAt(at) : 0;
  }

  private GrammarException error(String expected) {
    return new GrammarException("expected " + expected + " at character " + at);
  }
}
