package org.edgevlm.spi;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One typed setting: its name, default, the values it allows and a line for the user.
 *
 * <p>Values arrive as YAML gives them (text, numbers, booleans, lists) or as text from an
 * environment variable or the command line; {@link #parse} takes all of these.
 *
 * @param <T> the type of the parsed value
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public final class ConfigKey<T> {

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]*(\\.[a-z][a-z0-9_]*)*");
  private static final Pattern BYTES = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([KMGT]?)(?:I?B)?");

  private final String name;
  private final T defaultValue;
  private final String allowed;
  private final String description;
  private final Function<Object, T> parser;

  private ConfigKey(
      String name, T defaultValue, String allowed, String description, Function<Object, T> parser) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "key name '" + name + "': use lower-case letters, digits, '_' and '.'");
    }
    this.name = name;
    this.defaultValue = Objects.requireNonNull(defaultValue, "defaultValue");
    this.allowed = allowed;
    this.description = Objects.requireNonNull(description, "description");
    this.parser = parser;
  }

  /** Any text. */
  public static ConfigKey<String> text(String name, String defaultValue, String description) {
    return new ConfigKey<>(name, defaultValue, "text", description, String::valueOf);
  }

  /** A whole number between two bounds, both included. */
  public static ConfigKey<Integer> integer(
      String name, int defaultValue, int min, int max, String description) {
    String allowed = "a whole number from " + min + " to " + max;
    return new ConfigKey<>(
        name,
        defaultValue,
        allowed,
        description,
        raw -> {
          int value;
          try {
            value = Integer.parseInt(String.valueOf(raw).trim());
          } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not " + allowed, e);
          }
          if (value < min || value > max) {
            throw new IllegalArgumentException("not " + allowed);
          }
          return value;
        });
  }

  /** A number between two bounds, both included. */
  public static ConfigKey<Double> decimal(
      String name, double defaultValue, double min, double max, String description) {
    String allowed = "a number from " + min + " to " + max;
    return new ConfigKey<>(
        name,
        defaultValue,
        allowed,
        description,
        raw -> {
          double value;
          try {
            value = Double.parseDouble(String.valueOf(raw).trim());
          } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not " + allowed, e);
          }
          // Written so that NaN fails too.
          if (!(value >= min && value <= max)) {
            throw new IllegalArgumentException("not " + allowed);
          }
          return value;
        });
  }

  /** {@code true} or {@code false}. */
  public static ConfigKey<Boolean> flag(String name, boolean defaultValue, String description) {
    return new ConfigKey<>(
        name,
        defaultValue,
        "true or false",
        description,
        raw ->
            switch (String.valueOf(raw).trim().toLowerCase(Locale.ROOT)) {
              case "true" -> true;
              case "false" -> false;
              default -> throw new IllegalArgumentException("not true or false");
            });
  }

  /**
   * One constant of an enum, written in lower case with hyphens: {@code CENTER_CROP} is {@code
   * center-crop}.
   */
  public static <E extends Enum<E>> ConfigKey<E> choice(
      String name, E defaultValue, String description) {
    List<E> values = List.of(defaultValue.getDeclaringClass().getEnumConstants());
    String allowed =
        "one of " + values.stream().map(ConfigKey::display).collect(Collectors.joining(", "));
    return new ConfigKey<>(
        name,
        defaultValue,
        allowed,
        description,
        raw -> {
          String wanted = String.valueOf(raw).trim().toLowerCase(Locale.ROOT).replace('_', '-');
          return values.stream()
              .filter(value -> display(value).equals(wanted))
              .findFirst()
              .orElseThrow(() -> new IllegalArgumentException("not " + allowed));
        });
  }

  /**
   * A size in bytes, written as a number with {@code KB}, {@code MB}, {@code GB} or {@code TB}
   * (powers of 1,024), or {@code auto}, which is 0.
   */
  public static ConfigKey<Long> bytes(String name, String defaultValue, String description) {
    return new ConfigKey<>(
        name,
        parseBytes(defaultValue),
        "a size such as 512MB or 2.5GB, or auto",
        description,
        ConfigKey::parseBytes);
  }

  /** A list of texts; as one text, its items are separated by commas. */
  public static ConfigKey<List<String>> list(
      String name, List<String> defaultValue, String description) {
    return new ConfigKey<>(
        name,
        List.copyOf(defaultValue),
        "a list, as in [a, b]",
        description,
        raw -> {
          if (raw instanceof List<?> items) {
            return items.stream().map(String::valueOf).toList();
          }
          String text = String.valueOf(raw).trim();
          if (text.startsWith("[") && text.endsWith("]")) {
            text = text.substring(1, text.length() - 1);
          }
          return text.isBlank()
              ? List.of()
              : Pattern.compile(",").splitAsStream(text).map(String::trim).toList();
        });
  }

  private static long parseBytes(Object raw) {
    String text = String.valueOf(raw).trim().toUpperCase(Locale.ROOT);
    if (text.equals("AUTO")) {
      return 0;
    }
    Matcher matcher = BYTES.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("not a size such as 512MB or 2.5GB, or auto");
    }
    int power = matcher.group(2).isEmpty() ? 0 : " KMGT".indexOf(matcher.group(2));
    return (long) (Double.parseDouble(matcher.group(1)) * (1L << (10 * power)));
  }

  private static String display(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The key's name inside its section. */
  public String name() {
    return name;
  }

  /** The value where nothing is configured. */
  public T defaultValue() {
    return defaultValue;
  }

  /** The allowed values, in words that complete "must be …". */
  public String allowed() {
    return allowed;
  }

  /** One line that says what the key is for. */
  public String description() {
    return description;
  }

  /**
   * Brings a configured value to the key's type.
   *
   * @param raw a value from YAML, or text
   * @throws IllegalArgumentException if the value isn't allowed; the message completes "is …"
   */
  public T parse(Object raw) {
    return parser.apply(Objects.requireNonNull(raw, "raw"));
  }

  /** A value of this key as a user would write it. */
  public String format(Object value) {
    if (value instanceof Long size && defaultValue instanceof Long) {
      return formatBytes(size);
    }
    return value instanceof Enum<?> constant ? display(constant) : String.valueOf(value);
  }

  private static String formatBytes(long size) {
    if (size == 0) {
      return "auto";
    }
    int power = Math.min(4, Long.numberOfTrailingZeros(size) / 10);
    return power == 0
        ? String.valueOf(size)
        : (size >> (10 * power)) + " KMGT".substring(power, power + 1) + "B";
  }

  @Override
  public String toString() {
    return name;
  }
}
