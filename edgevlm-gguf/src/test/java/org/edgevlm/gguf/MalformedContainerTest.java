package org.edgevlm.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.edgevlm.gguf.writer.RawGguf;
import org.edgevlm.gguf.writer.TinyModels;
import org.edgevlm.spi.inference.ModelFormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every broken container is refused with a message that says what is wrong and where. */
class MalformedContainerTest {

  private static final int UINT32 = 4;
  private static final int BOOL = 7;
  private static final int STRING = 8;
  private static final int ARRAY = 9;

  @TempDir Path folder;

  /** A broken file and the words its message must have. */
  record Case(String name, byte[] file, List<String> words) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Case broken(String name, RawGguf file, String... words) {
    return new Case(name, file.toBytes(), List.of(words));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"beginnings", "pairs", "arrays", "tensorInfos", "tensorData"})
  void isRefused(Case broken) throws IOException {
    Path path = Files.write(folder.resolve("broken.gguf"), broken.file());
    ModelFormatException e = assertThrows(ModelFormatException.class, () -> GgufFile.open(path));
    assertTrue(e.getMessage().startsWith(path + ": "), e.getMessage());
    for (String word : broken.words()) {
      assertTrue(e.getMessage().contains(word), () -> "'" + word + "' in: " + e.getMessage());
    }
  }

  static Stream<Case> beginnings() {
    return Stream.of(
        broken("empty file", new RawGguf(), "truncated", "magic", "at byte 0"),
        broken("three bytes", new RawGguf().ascii("GGU"), "truncated", "magic"),
        broken("another magic", new RawGguf().ascii("GGML").u32(3), "not a GGUF", "expected"),
        broken("a JPEG", new RawGguf().bytes(new byte[64]), "not a GGUF"),
        broken("magic only", new RawGguf().ascii("GGUF"), "truncated", "version", "at byte 4"),
        broken("version 0", new RawGguf().ascii("GGUF").u32(0), "version 0", "2 or 3"),
        broken("version 1", new RawGguf().ascii("GGUF").u32(1), "version 1", "convert"),
        broken("version 4", new RawGguf().ascii("GGUF").u32(4), "version 4", "2 or 3"),
        broken("version -1", new RawGguf().ascii("GGUF").u32(-1), "version 4294967295"),
        broken("big-endian", new RawGguf().ascii("GGUF").u32(3 << 24), "big-endian"),
        broken("no counts", new RawGguf().ascii("GGUF").u32(3), "number of tensors"),
        broken("no pair count", new RawGguf().ascii("GGUF").u32(3).u64(0), "key-value pairs"),
        broken("negative tensor count", RawGguf.header(-1, 0), "number of tensors", "larger"),
        broken("huge tensor count", RawGguf.header(1L << 40, 0), "number of tensors", "at most"),
        broken("more tensors than bytes", RawGguf.header(9, 0).data(64), "9 don't fit"),
        broken("negative pair count", RawGguf.header(0, -1), "key-value pairs", "larger"),
        broken("huge pair count", RawGguf.header(0, 1L << 33), "key-value pairs", "at most"),
        broken("more pairs than bytes", RawGguf.header(0, 9).data(64), "9 don't fit"));
  }

  static Stream<Case> pairs() {
    RawGguf longKey = RawGguf.header(0, 1).text("k".repeat(65_536)).u32(UINT32).u32(1);
    return Stream.of(
        broken("key beyond the file", RawGguf.header(0, 1).u64(99).data(8), "truncated", "key 0"),
        broken("negative key length", RawGguf.header(0, 1).u64(-5).data(9), "length of key 0"),
        broken("empty key", RawGguf.pair("", UINT32).u32(1).data(9), "key 0 is empty"),
        broken("long key", longKey, "65536", "at most 65535"),
        broken("zero byte in key", RawGguf.pair("a\0b", UINT32).u32(1), "control character"),
        broken(
            "key not UTF-8", RawGguf.header(0, 1).u64(1).u8(0xff).u32(UINT32).u32(1), "not UTF-8"),
        broken(
            "key twice",
            RawGguf.header(0, 2).text("a.b").u32(UINT32).u32(1).text("a.b").u32(UINT32).u32(1),
            "'a.b'",
            "twice"),
        broken("unknown type", RawGguf.pair("a", 13).u32(1), "'a'", "type 13", "0 to 12"),
        broken("negative type", RawGguf.pair("a", -1).u32(1), "4294967295"),
        broken("value cut off", RawGguf.pair("a.count", UINT32).u8(1), "truncated", "'a.count'"),
        broken("bool of 2", RawGguf.pair("flag", BOOL).u8(2).u32(0), "'flag'", "BOOL", "0 or 1"),
        broken("string beyond the file", RawGguf.pair("s", STRING).u64(9).u8(1), "truncated"),
        broken("string of 2^62", RawGguf.pair("s", STRING).u64(1L << 62).u8(1), "'s' needs"),
        broken("negative string", RawGguf.pair("s", STRING).u64(-8), "length of key 's'"),
        broken(
            "alignment 0",
            RawGguf.pair("general.alignment", UINT32).u32(0),
            "'general.alignment'",
            "power of two"),
        broken("alignment 4", RawGguf.pair("general.alignment", UINT32).u32(4), "is 4", "power"),
        broken("alignment 48", RawGguf.pair("general.alignment", UINT32).u32(48), "is 48"),
        broken(
            "alignment 2^31", RawGguf.pair("general.alignment", UINT32).u32(1 << 31), "2147483648"),
        broken(
            "alignment a string",
            RawGguf.pair("general.alignment", STRING).text("32"),
            "a STRING",
            "expected a UINT32"),
        broken(
            "alignment of 64 bits",
            RawGguf.pair("general.alignment", 10).u64(32),
            "a UINT64",
            "expected a UINT32"));
  }

  static Stream<Case> arrays() {
    return Stream.of(
        broken(
            "array of arrays",
            RawGguf.pair("a", ARRAY).u32(ARRAY).u64(1),
            "'a'",
            "array of arrays"),
        broken("unknown elements", RawGguf.pair("a", ARRAY).u32(77).u64(1), "element type 77"),
        broken("array without length", RawGguf.pair("a", ARRAY).u32(UINT32), "length of key 'a'"),
        broken("array too long", RawGguf.pair("a", ARRAY).u32(UINT32).u64(3).u64(0), "3 elements"),
        broken("array of 2^61", RawGguf.pair("a", ARRAY).u32(UINT32).u64(1L << 61), "elements"),
        broken("array of -1", RawGguf.pair("a", ARRAY).u32(UINT32).u64(-1), "larger"),
        broken("array of 2^31 bytes", RawGguf.pair("a", ARRAY).u32(0).u64(1L << 31).data(9), "'a'"),
        broken("strings cut off", RawGguf.pair("a", ARRAY).u32(STRING).u64(2).text("x"), "'a'"),
        broken(
            "string of an array too long",
            RawGguf.pair("tokens", ARRAY).u32(STRING).u64(2).text("x").u64(1 << 20).data(9),
            "'tokens'",
            "truncated"));
  }

  static Stream<Case> tensorInfos() {
    return Stream.of(
        broken("tensor without name", RawGguf.tensor("", 1, 8, 0, 0).data(64), "name of tensor 0"),
        broken(
            "tensor name of 64 bytes",
            RawGguf.tensor("n".repeat(64), 1, 8).u32(0).u64(0).data(32),
            "64 bytes",
            "at most 63"),
        broken("zero byte in name", RawGguf.tensor("a\0b", 1, 8, 0).u32(0).data(64), "control"),
        broken("tensor name beyond the file", RawGguf.header(1, 0).u64(60).data(64), "tensor 0"),
        broken("no dimensions", RawGguf.tensor("t", 0, 0, 0, 0, 0), "'t'", "0 dimensions"),
        broken("five dimensions", RawGguf.tensor("t", 5, 1, 1, 1, 1, 1), "5 dimensions", "1 to 4"),
        broken("-1 dimensions", RawGguf.tensor("t", -1, 1, 1, 1), "4294967295 dimensions"),
        broken("dimension of 0", RawGguf.tensor("t", 2, 0, 8, 0, 0), "0 elements in dimension 0"),
        broken("negative dimension", RawGguf.tensor("t", 1, -8, 0, 0), "-8 elements"),
        broken("2^62 elements", RawGguf.tensor("t", 1, 1L << 62, 0, 0), "overflows"),
        broken(
            "overflow of the product",
            RawGguf.tensor("t", 4, 1 << 20, 1 << 20, 1 << 20, 1 << 20),
            "overflows",
            "dimension"),
        broken(
            "unknown tensor type",
            RawGguf.tensor("t", 1, 8).u32(39).u64(0).data(32),
            "ggml type 39",
            "Q4_K"),
        broken("removed type", RawGguf.tensor("t", 1, 8).u32(4).u64(0).data(32), "ggml type 4"),
        broken("type 31", RawGguf.tensor("t", 1, 8).u32(31).u64(0).data(32), "ggml type 31"),
        broken("negative type", RawGguf.tensor("t", 1, 8).u32(-1).u64(0).data(32), "4294967295"),
        broken(
            "row of half a block",
            RawGguf.tensor("t", 1, 48).u32(GgufType.Q8_0.id()).u64(0).data(64),
            "rows of 48",
            "block size 32"),
        broken(
            "row of half a super-block",
            RawGguf.tensor("t", 1, 128).u32(GgufType.Q4_K.id()).u64(0).data(144),
            "block size 256"),
        broken("offset not aligned", RawGguf.tensor("t", 1, 8).u32(0).u64(4).data(96), "alignment"),
        broken("infos cut off", RawGguf.tensor("t", 4, 1, 1, 1, 1).u32(0), "truncated", "'t'"));
  }

  static Stream<Case> tensorData() {
    RawGguf second = RawGguf.header(2, 0).info("a", 8, 0, 0);
    return Stream.of(
        broken("no data", RawGguf.tensor("t", 1, 8).u32(0).u64(0), "truncated", "'t' has 32 bytes"),
        broken(
            "data cut off", RawGguf.tensor("t", 1, 8).u32(0).u64(0).data(31), "truncated", "'t'"),
        broken("offset beyond the file", RawGguf.tensor("t", 1, 8).u32(0).u64(32).data(32), "'t'"),
        broken(
            "offset that overflows",
            RawGguf.tensor("t", 1, 8).u32(0).u64(Long.MAX_VALUE & -32).data(32),
            "offset 9223372036854775776"),
        broken("negative offset", RawGguf.tensor("t", 1, 8).u32(0).u64(-32).data(32), "offset"),
        broken(
            "more data than any file",
            RawGguf.tensor("t", 1, 1L << 52).u32(0).u64(0).data(32),
            "truncated"),
        broken("same name", second.info("a", 8, 0, 32).data(64), "'a'", "twice"),
        broken(
            "overlap",
            RawGguf.header(2, 0).info("a", 16, 0, 0).info("b", 8, 0, 32).data(64),
            "'a' and 'b' overlap"),
        broken(
            "same place",
            RawGguf.header(2, 0).info("a", 8, 0, 0).info("b", 8, 0, 0).data(64),
            "overlap"));
  }

  @Test
  void missingFileIsNamed() {
    Path path = folder.resolve("nowhere.gguf");
    String message =
        assertThrows(ModelFormatException.class, () -> GgufFile.open(path)).getMessage();
    assertTrue(message.contains("nowhere.gguf") && message.contains("NoSuchFile"), message);
  }

  @Test
  void folderIsRefused() {
    String message =
        assertThrows(ModelFormatException.class, () -> GgufFile.open(folder)).getMessage();
    assertTrue(message.contains("not a regular file"), message);
  }

  @Test
  void fileCutAnywhereIsRefused() throws IOException {
    Path path = TinyModels.llama().write(folder.resolve("whole.gguf"));
    byte[] whole = Files.readAllBytes(path);
    GgufFile file = GgufFile.open(path);
    long end = 0;
    for (GgufTensor tensor : file.tensors().values()) {
      end = Math.max(end, tensor.offset() + tensor.bytes());
    }
    for (int size = 0; size < end; size += size < 300 ? 1 : 211) {
      Path cut = Files.write(folder.resolve("cut.gguf"), Arrays.copyOf(whole, size));
      assertThrows(ModelFormatException.class, () -> GgufFile.open(cut), "cut at " + size);
    }
    Files.write(folder.resolve("cut.gguf"), Arrays.copyOf(whole, (int) end));
    assertEquals(file.tensors(), GgufFile.open(folder.resolve("cut.gguf")).tensors());
  }
}
