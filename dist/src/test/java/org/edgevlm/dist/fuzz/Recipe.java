package org.edgevlm.dist.fuzz;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.edgevlm.dist.fuzz.GgufImage.Pair;
import org.edgevlm.dist.fuzz.GgufImage.Tensor;
import org.edgevlm.gguf.GgufType;

/**
 * How a model file was made wrong: the name of a {@link Seeds seed} and edits of it, separated by
 * {@code |}. The edits, whose numbers may be any and whose texts are {@link Texts}:
 *
 * <pre>
 * set KEY TYPE VALUE           TYPE u8 i8 u16 i16 u32 i32 f32 bool str array u64 i64 f64 or a number
 * array KEY TYPE COUNT VALUE…  an array that says it has COUNT elements
 * element KEY INDEX VALUE      one element of an array of texts or numbers
 * drop KEY · twice KEY · rename KEY NEW · arch NAME
 * tensor NAME drop · twice · rename NEW · type T · shape N… · offset N
 * version N · pairs N · tensors N · truncate N · flip BIT · append N
 * </pre>
 */
final class Recipe {

  private static final List<String> TYPES =
      List.of(
          "u8", "i8", "u16", "i16", "u32", "i32", "f32", "bool", "str", "array", "u64", "i64",
          "f64");

  private static final int F32 = 6;
  private static final int STRING = 8;
  private static final int ARRAY = 9;
  private static final int F64 = 12;

  private Recipe() {}

  /** The file that a recipe makes. */
  static byte[] cook(Seeds seeds, String recipe) {
    String[] parts = recipe.split(" \\| ");
    GgufImage image = new GgufImage(seeds.file(parts[0].trim()));
    for (int i = 1; i < parts.length; i++) {
      edit(image, parts[i].trim().split(" +"), parts[i].trim());
    }
    byte[] file = image.write();
    for (int i = 1; i < parts.length; i++) {
      file = editBytes(file, parts[i].trim().split(" "));
    }
    return file;
  }

  private static void edit(GgufImage image, String[] words, String whole) {
    switch (words[0]) {
      case "set" -> {
        int type = type(words[2]);
        String text = whole.split(" +", 4).length < 4 ? "" : whole.split(" +", 4)[3];
        image.set(new Pair(words[1], type, value(type, text)));
      }
      case "array" -> {
        int type = type(words[2]);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(GgufImage.le(12).putInt(type).putLong(number(words[3])).array());
        for (int i = 4; i < words.length; i++) {
          bytes.writeBytes(value(type, words[i]));
        }
        image.set(new Pair(words[1], ARRAY, bytes.toByteArray()));
      }
      case "element" -> element(image, words);
      case "drop" -> at(image.pair(words[1])).ifPresent(i -> image.pairs.remove((int) i));
      case "twice" -> at(image.pair(words[1])).ifPresent(i -> image.pairs.add(image.pairs.get(i)));
      case "rename" ->
          at(image.pair(words[1]))
              .ifPresent(i -> image.pairs.set(i, renamed(image.pairs.get(i), words[2])));
      case "arch" -> architecture(image, words[1]);
      case "tensor" -> at(image.tensor(words[1])).ifPresent(i -> tensor(image, i, words));
      case "version" -> image.version = (int) number(words[1]);
      case "pairs" -> image.pairCount = Optional.of(number(words[1]));
      case "tensors" -> image.tensorCount = Optional.of(number(words[1]));
      case "truncate", "flip", "append" -> {
        // Done with the written file.
      }
      default -> throw new AssertionError("unknown edit: " + whole);
    }
  }

  private static byte[] editBytes(byte[] file, String[] words) {
    switch (words[0]) {
      case "truncate" -> {
        return Arrays.copyOf(file, (int) Math.min(file.length, number(words[1])));
      }
      case "append" -> {
        return Arrays.copyOf(file, file.length + (int) number(words[1]));
      }
      case "flip" -> {
        long bit = number(words[1]) % (8L * Math.max(1, file.length));
        if (file.length > 0) {
          file[(int) (bit / 8)] ^= (byte) (1 << bit % 8);
        }
        return file;
      }
      default -> {
        return file;
      }
    }
  }

  private static Pair renamed(Pair pair, String key) {
    return new Pair(Texts.decode(key), pair.type(), pair.value());
  }

  private static void architecture(GgufImage image, String name) {
    for (int i = 0; i < image.pairs.size(); i++) {
      Pair pair = image.pairs.get(i);
      if (pair.key().startsWith("llama.")) {
        image.pairs.set(i, renamed(pair, name + pair.key().substring("llama".length())));
      }
    }
    image.set(new Pair("general.architecture", STRING, GgufImage.bytes(name)));
  }

  private static void element(GgufImage image, String[] words) {
    int at = image.pair(words[1]);
    if (at < 0 || image.pairs.get(at).type() != ARRAY) {
      return;
    }
    ByteBuffer value = ByteBuffer.wrap(image.pairs.get(at).value()).order(GgufImage.le(0).order());
    int type = value.getInt();
    long count = value.getLong();
    if (count < 1) {
      return;
    }
    long index = Math.floorMod(number(words[2]), count);
    int start = value.position();
    byte[] replaced = value(type, words.length > 3 ? words[3] : "");
    int length = replaced.length;
    for (long i = 0; i <= index; i++) {
      start += i == 0 ? 0 : length;
      length = type == STRING ? 8 + (int) value.getLong(start) : length;
    }
    int end = start + length;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(value.array(), 0, start);
    out.writeBytes(replaced);
    out.write(value.array(), end, value.capacity() - end);
    image.pairs.set(at, new Pair(words[1], ARRAY, out.toByteArray()));
  }

  private static void tensor(GgufImage image, int at, String[] words) {
    Tensor old = image.tensors.get(at);
    switch (words[2]) {
      case "drop" -> image.tensors.remove(at);
      case "twice" -> image.tensors.add(old);
      case "rename" ->
          image.tensors.set(
              at,
              new Tensor(
                  Texts.decode(words[3]), old.shape(), old.type(), old.offset(), old.data()));
      case "type" ->
          image.tensors.set(
              at,
              new Tensor(old.name(), old.shape(), tensorType(words[3]), old.offset(), old.data()));
      case "shape" ->
          image.tensors.set(
              at,
              new Tensor(
                  old.name(),
                  Arrays.stream(words, 3, words.length).mapToLong(Recipe::number).toArray(),
                  old.type(),
                  old.offset(),
                  old.data()));
      case "offset" -> {
        image.placed = false;
        image.tensors.set(
            at, new Tensor(old.name(), old.shape(), old.type(), number(words[3]), old.data()));
      }
      default -> throw new AssertionError("unknown edit of a tensor: " + words[2]);
    }
  }

  private static Optional<Integer> at(int index) {
    return index < 0 ? Optional.empty() : Optional.of(index);
  }

  private static int type(String name) {
    int type = TYPES.indexOf(name);
    return type < 0 ? (int) number(name) : type;
  }

  private static int tensorType(String name) {
    return name.matches("-?\\d+") ? (int) number(name) : GgufType.valueOf(upper(name)).id();
  }

  private static String upper(String name) {
    return name.toUpperCase(Locale.ROOT);
  }

  private static byte[] value(int type, String text) {
    if (type == STRING) {
      return GgufImage.bytes(Texts.decode(text));
    }
    if (type == F32) {
      return GgufImage.le(4).putFloat(Float.parseFloat(text)).array();
    }
    if (type == F64) {
      return GgufImage.le(8).putDouble(Double.parseDouble(text)).array();
    }
    if (type == ARRAY) {
      // An array of arrays: the inner one is empty.
      return GgufImage.le(12).putInt(4).putLong(0).array();
    }
    return GgufImage.number(type, number(text));
  }

  /** A number, also as a float's or larger than a long's, from which low bits are taken. */
  private static long number(String text) {
    return text.matches("[-+]?\\d+") ? new BigInteger(text).longValue() : 1;
  }
}
