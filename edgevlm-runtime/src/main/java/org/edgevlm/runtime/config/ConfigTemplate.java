package org.edgevlm.runtime.config;

import java.util.List;
import java.util.regex.Pattern;
import org.edgevlm.spi.ConfigKey;

/**
 * Writes commented YAML, section by section, that {@link YamlFile} reads back to the same values.
 */
final class ConfigTemplate {

  private static final Pattern PLAIN =
      Pattern.compile("[A-Za-z0-9_./\\[][A-Za-z0-9_./+\\[\\], -]*");

  private final StringBuilder out = new StringBuilder();
  private String section = "";

  /** Adds lines of comment. */
  void comment(String text) {
    text.lines().forEach(line -> out.append("# ").append(line).append('\n'));
    out.append('\n');
  }

  /**
   * Adds a key; those of one section follow each other.
   *
   * @param note follows the description in brackets
   * @param commentedOut whether the line is to have no effect until its {@code #} is removed
   */
  void add(ConfigEntry entry, ConfigKey<?> key, String note, boolean commentedOut) {
    String mark = commentedOut ? "#" : "";
    String newSection = Schema.sectionOf(entry.key());
    if (!newSection.equals(section)) {
      out.append('\n').append(mark).append(newSection).append(":\n");
      section = newSection;
    }
    String indent = section.isEmpty() ? "" : "  ";
    String name = section.isEmpty() ? entry.key() : entry.key().substring(section.length() + 1);
    out.append(indent).append("# ").append(entry.description());
    out.append(" (").append(note).append(")\n");
    out.append(indent).append(mark).append(name).append(": ");
    out.append(value(entry.value(), key.defaultValue() instanceof List<?>)).append('\n');
  }

  private static String value(String value, boolean list) {
    boolean plain = list || PLAIN.matcher(value).matches() && !value.startsWith("[");
    boolean isNull = value.equals("null") || value.isEmpty();
    return plain && !isNull
        ? value
        : '"' + value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
