package org.edgevlm.gguf;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.edgevlm.spi.inference.ModelFormatException;

/**
 * The key-value pairs of a GGUF file, with typed getters. Immutable and thread-safe.
 *
 * <p>Scalars and short strings are held; long strings and all arrays are known by place and count
 * and read from the file when they are asked for, so a vocabulary of 100,000 tokens costs nothing
 * until somebody wants it.
 *
 * <p>A getter named {@code require…} refuses a missing key, one named {@code optional…} answers
 * empty; both refuse a value of another kind with a {@link ModelFormatException} that names the key
 * and both types.
 */
public final class GgufMetadata {

  /** Strings up to this many bytes are held. */
  static final int HELD_STRING = 1 << 16;

  /** Longer strings are refused when they are asked for; tokenizer files have up to 20 MB. */
  private static final int LONGEST_STRING = 1 << 26;

  /** Longer elements of arrays of strings are refused when they are asked for. */
  private static final int LONGEST_ELEMENT = 1 << 20;

  /**
   * One value as the parser found it.
   *
   * @param type of the value
   * @param elementType of an array's elements; null for others
   * @param count elements of an array, bytes of a string, else 1
   * @param offset of the first element, string byte or scalar byte in the file
   * @param value a held scalar (Long, Double, Boolean, String); null when it is read on demand
   */
  record Entry(
      GgufValueType type, GgufValueType elementType, long count, long offset, Object value) {

    String kind() {
      return type == GgufValueType.ARRAY ? "an array of " + elementType : "a " + type;
    }
  }

  private final GgufSource source;
  private final Map<String, Entry> entries;

  GgufMetadata(GgufSource source, Map<String, Entry> entries) {
    this.source = source;
    this.entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
  }

  /** All keys, in the order of the file. */
  public Set<String> keys() {
    return entries.keySet();
  }

  /** Whether the file has the key. */
  public boolean has(String key) {
    return entries.containsKey(key);
  }

  /** The type of a value, or empty if the key is missing. */
  public Optional<GgufValueType> type(String key) {
    return Optional.ofNullable(entries.get(key)).map(Entry::type);
  }

  /** The type of an array's elements, or empty if the key is missing or no array. */
  public Optional<GgufValueType> elementType(String key) {
    return Optional.ofNullable(entries.get(key)).map(Entry::elementType);
  }

  /** How many elements the array has; an error if the key is missing or no array. */
  public int arrayLength(String key) {
    return (int) array(key, "an array").count();
  }

  /** A whole number of any integer type that fits a Java int. */
  public int requireInt(String key) {
    long value = requireLong(key);
    if (value != (int) value) {
      throw error(key, "is " + value + ", out of range; expected at most " + Integer.MAX_VALUE);
    }
    return (int) value;
  }

  /** A whole number of any integer type that fits a Java int, or empty. */
  public Optional<Integer> optionalInt(String key) {
    return has(key) ? Optional.of(requireInt(key)) : Optional.empty();
  }

  /** A whole number of any integer type that fits a Java long. */
  public long requireLong(String key) {
    Entry entry = require(key, "an integer");
    if (!entry.type().integer()) {
      throw kind(key, entry, "an integer");
    }
    long value = (Long) entry.value();
    if (entry.type() == GgufValueType.UINT64 && value < 0) {
      throw error(key, "is " + Long.toUnsignedString(value) + ", out of range");
    }
    return value;
  }

  /** An unsigned 32-bit number that is stored as such, the only type that llama.cpp takes. */
  public long requireUint32(String key) {
    Entry entry = require(key, "a UINT32");
    if (entry.type() != GgufValueType.UINT32) {
      throw kind(key, entry, "a UINT32");
    }
    return (Long) entry.value();
  }

  /** An unsigned 32-bit number that is stored as such, or empty. */
  public Optional<Long> optionalUint32(String key) {
    return has(key) ? Optional.of(requireUint32(key)) : Optional.empty();
  }

  /** A finite float. */
  public float requireFloat(String key) {
    Entry entry = require(key, "a float");
    if (!entry.type().floating()) {
      throw kind(key, entry, "a FLOAT32");
    }
    float value = ((Double) entry.value()).floatValue();
    if (!Float.isFinite(value)) {
      throw error(key, "is " + value + "; expected a finite number");
    }
    return value;
  }

  /** A finite float, or empty. */
  public Optional<Float> optionalFloat(String key) {
    return has(key) ? Optional.of(requireFloat(key)) : Optional.empty();
  }

  /** A truth value. */
  public boolean requireBoolean(String key) {
    Entry entry = require(key, "a BOOL");
    if (entry.type() != GgufValueType.BOOL) {
      throw kind(key, entry, "a BOOL");
    }
    return (Boolean) entry.value();
  }

  /** A truth value, or empty. */
  public Optional<Boolean> optionalBoolean(String key) {
    return has(key) ? Optional.of(requireBoolean(key)) : Optional.empty();
  }

  /** A text; bytes that are not UTF-8 become replacement characters. */
  public String requireString(String key) {
    Entry entry = require(key, "a STRING");
    if (entry.type() != GgufValueType.STRING) {
      throw kind(key, entry, "a STRING");
    }
    if (entry.value() != null) {
      return (String) entry.value();
    }
    if (entry.count() > LONGEST_STRING) {
      throw error(key, "has " + entry.count() + " bytes; at most " + LONGEST_STRING);
    }
    try (GgufReader reader = openAt(entry.offset())) {
      return new String(reader.bytes(entry.count(), what(key)), StandardCharsets.UTF_8);
    }
  }

  /** A text, or empty. */
  public Optional<String> optionalString(String key) {
    return has(key) ? Optional.of(requireString(key)) : Optional.empty();
  }

  /** An array of whole numbers that fit Java ints, read from the file. */
  public int[] requireInts(String key) {
    Entry entry = array(key, "an array of integers");
    if (!entry.elementType().integer()) {
      throw kind(key, entry, "an array of integers");
    }
    int[] values = new int[(int) entry.count()];
    try (GgufReader reader = openAt(entry.offset())) {
      for (int i = 0; i < values.length; i++) {
        long value = integer(reader, entry.elementType(), what(key));
        if (value != (int) value) {
          throw error(key, "has " + value + " at index " + i + ", out of range");
        }
        values[i] = (int) value;
      }
    }
    return values;
  }

  /** An array of finite floats, read from the file. */
  public float[] requireFloats(String key) {
    Entry entry = array(key, "an array of floats");
    if (!entry.elementType().floating()) {
      throw kind(key, entry, "an array of FLOAT32");
    }
    float[] values = new float[(int) entry.count()];
    try (GgufReader reader = openAt(entry.offset())) {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) floating(reader, entry.elementType(), what(key));
        if (!Float.isFinite(values[i])) {
          throw error(key, "has " + values[i] + " at index " + i + "; expected finite numbers");
        }
      }
    }
    return values;
  }

  /** An array of texts, read from the file; bytes that are not UTF-8 are replaced. */
  public String[] requireStrings(String key) {
    String[] values = new String[arrayLength(key)];
    visitStrings(key, (i, bytes) -> values[i] = new String(bytes, StandardCharsets.UTF_8));
    return values;
  }

  /** Takes the strings of an array one by one. */
  @FunctionalInterface
  public interface StringVisitor {
    /** Takes one: its index and its bytes, which are UTF-8 as a rule. */
    void visit(int index, byte[] bytes);
  }

  /** Reads an array of strings without holding more than one, of at most a MiB. */
  public void visitStrings(String key, StringVisitor visitor) {
    Entry entry = array(key, "an array of STRING");
    if (entry.elementType() != GgufValueType.STRING) {
      throw kind(key, entry, "an array of STRING");
    }
    try (GgufReader reader = openAt(entry.offset())) {
      for (int i = 0; i < entry.count(); i++) {
        long length = reader.size(what(key));
        if (length > LONGEST_ELEMENT) {
          throw error(key, "has " + length + " bytes at index " + i + "; at most a MiB");
        }
        visitor.visit(i, reader.bytes(length, what(key)));
      }
    }
  }

  /** An error that begins with the file and the key. */
  public ModelFormatException error(String key, String message) {
    return source.error(what(key) + " " + message);
  }

  static long integer(GgufReader reader, GgufValueType type, String what) {
    return switch (type) {
      case UINT8 -> reader.u8(what);
      case INT8 -> (byte) reader.u8(what);
      case UINT16 -> reader.i16(what) & 0xffff;
      case INT16 -> reader.i16(what);
      case UINT32 -> reader.i32(what) & 0xffffffffL;
      case INT32 -> reader.i32(what);
      default -> reader.i64(what);
    };
  }

  static double floating(GgufReader reader, GgufValueType type, String what) {
    return type == GgufValueType.FLOAT32
        ? Float.intBitsToFloat(reader.i32(what))
        : Double.longBitsToDouble(reader.i64(what));
  }

  private GgufReader openAt(long offset) {
    source.verifyUnchanged();
    return new GgufReader(source, offset);
  }

  private Entry array(String key, String expected) {
    Entry entry = require(key, expected);
    if (entry.type() != GgufValueType.ARRAY) {
      throw kind(key, entry, expected);
    }
    return entry;
  }

  private Entry require(String key, String expected) {
    Entry entry = entries.get(key);
    if (entry == null) {
      throw error(key, "is missing; expected " + expected);
    }
    return entry;
  }

  private ModelFormatException kind(String key, Entry entry, String expected) {
    return error(key, "is " + entry.kind() + "; expected " + expected);
  }

  private static String what(String key) {
    return "key " + GgufSource.quote(key);
  }
}
