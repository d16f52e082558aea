package org.edgevlm.dist.fuzz;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Texts as the corpora write them, on one line: {@code \n}, {@code \t}, {@code \\}, {@code \}{@code
 * u0000} for a UTF-16 unit, {@code \_} for a space at an end, and {@code <<1000*abc>>} for a part
 * that is repeated.
 */
final class Texts {

  private static final Pattern REPEATED = Pattern.compile("<<(\\d+)\\*(.*?)>>");

  private static final int LONGEST = 1 << 22;

  private Texts() {}

  static String decode(String written) {
    Matcher matcher = REPEATED.matcher(written);
    StringBuilder text = new StringBuilder();
    int end = 0;
    while (matcher.find()) {
      text.append(unescape(written.substring(end, matcher.start())));
      String part = unescape(matcher.group(2));
      long length = Long.parseLong(matcher.group(1)) * part.length();
      text.append(part.repeat((int) Math.min(length, LONGEST) / Math.max(1, part.length())));
      end = matcher.end();
    }
    return text.append(unescape(written.substring(end))).toString();
  }

  private static String unescape(String written) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < written.length(); i++) {
      char c = written.charAt(i);
      char next = i + 1 < written.length() ? written.charAt(i + 1) : 0;
      if (c != '\\' || next == 0) {
        text.append(c);
      } else if (next == 'u' && written.substring(i).matches("(?s)\\\\u[0-9a-fA-F]{4}.*")) {
        text.append((char) Integer.parseInt(written.substring(i + 2, i + 6), 16));
        i += 5;
      } else {
        text.append(
            switch (next) {
              case 'n' -> '\n';
              case 't' -> '\t';
              case '_' -> ' ';
              default -> next;
            });
        i++;
      }
    }
    return text.toString();
  }

  /** A text as a corpus would write it. */
  static String encode(String text) {
    StringBuilder written = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean end = c == ' ' && (i == 0 || i == text.length() - 1);
      if (c == '\\') {
        written.append("\\\\");
      } else if (c == '\n') {
        written.append("\\n");
      } else if (end) {
        written.append("\\_");
      } else if (c < ' ' || c > '~' || c == '|') {
        written.append(String.format("\\u%04x", (int) c));
      } else {
        written.append(c);
      }
    }
    return written.toString();
  }
}
