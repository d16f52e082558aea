package org.edgevlm.gguf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.edgevlm.gguf.writer.GgufWriter;
import org.edgevlm.gguf.writer.RawGguf;
import org.edgevlm.gguf.writer.TinyModels;
import org.edgevlm.spi.inference.ModelFormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What was written is what is read, and a file that changes is noticed. */
class GgufFileTest {

  @TempDir Path folder;

  private Path path() {
    return folder.resolve("model.gguf");
  }

  private static void refused(Executable call, String... words) {
    String message = assertThrows(ModelFormatException.class, call).getMessage();
    for (String word : words) {
      assertTrue(message.contains(word), () -> "'" + word + "' in: " + message);
    }
  }

  @Test
  void scalarsOfAllTypesComeBack() throws IOException {
    GgufWriter writer = new GgufWriter("test");
    writer.integer("u8", GgufValueType.UINT8, 255).integer("i8", GgufValueType.INT8, -1);
    writer.integer("u16", GgufValueType.UINT16, 65_535).integer("i16", GgufValueType.INT16, -2);
    writer.uint32("u32", 0xffffffffL).integer("i32", GgufValueType.INT32, -3);
    writer.integer("u64", GgufValueType.UINT64, 1L << 40);
    writer.integer("i64", GgufValueType.INT64, -(1L << 40));
    writer.float32("f32", 0.1f).float64("f64", 0.25).bool("yes", true).bool("no", false);
    writer.string("text", "gr\u00fc\u00dfe \u2581").string("empty", "");
    GgufMetadata metadata = GgufFile.open(writer.write(path())).metadata();
    assertEquals(255, metadata.requireInt("u8"));
    assertEquals(-1, metadata.requireInt("i8"));
    assertEquals(65_535, metadata.requireInt("u16"));
    assertEquals(-2, metadata.requireInt("i16"));
    assertEquals(0xffffffffL, metadata.requireUint32("u32"));
    assertEquals(0xffffffffL, metadata.requireLong("u32"));
    assertEquals(-3, metadata.requireInt("i32"));
    assertEquals(1L << 40, metadata.requireLong("u64"));
    assertEquals(-(1L << 40), metadata.requireLong("i64"));
    assertEquals(0.1f, metadata.requireFloat("f32"));
    assertEquals(0.25f, metadata.requireFloat("f64"));
    assertTrue(metadata.requireBoolean("yes"));
    assertFalse(metadata.requireBoolean("no"));
    assertEquals("gr\u00fc\u00dfe \u2581", metadata.requireString("text"));
    assertEquals("", metadata.requireString("empty"));
    assertEquals(Optional.of(GgufValueType.UINT64), metadata.type("u64"));
    assertEquals(15, metadata.keys().size());
  }

  @Test
  void arraysAreReadOnDemand() throws IOException {
    GgufWriter writer = new GgufWriter("test");
    writer.strings("words", List.of("a", "", "\u00e4\u2581")).int32s("ints", 3, -4, 5);
    writer.float32s("floats", 0.5f, -1f).int32s("none");
    writer.array("bytes", GgufValueType.UINT8, 2, new byte[] {1, (byte) 200});
    GgufMetadata metadata = GgufFile.open(writer.write(path())).metadata();
    assertArrayEquals(new String[] {"a", "", "\u00e4\u2581"}, metadata.requireStrings("words"));
    assertArrayEquals(new int[] {3, -4, 5}, metadata.requireInts("ints"));
    assertArrayEquals(new float[] {0.5f, -1f}, metadata.requireFloats("floats"));
    assertArrayEquals(new int[] {1, 200}, metadata.requireInts("bytes"));
    assertEquals(0, metadata.arrayLength("none"));
    assertEquals(Optional.of(GgufValueType.STRING), metadata.elementType("words"));
    assertEquals(Optional.empty(), metadata.elementType("general.architecture"));
  }

  @Test
  void longTextsAreReadOnDemand() throws IOException {
    String text = "0123456789".repeat(30_000);
    GgufMetadata metadata =
        GgufFile.open(new GgufWriter("test").string("long", text).uint32("after", 7).write(path()))
            .metadata();
    assertEquals(text, metadata.requireString("long"));
    assertEquals(7, metadata.requireInt("after"));
  }

  @Test
  void optionalGettersAnswerEmptyForMissingKeys() throws IOException {
    GgufMetadata metadata = GgufFile.open(new GgufWriter("test").write(path())).metadata();
    assertEquals(Optional.empty(), metadata.optionalInt("x"));
    assertEquals(Optional.empty(), metadata.optionalUint32("x"));
    assertEquals(Optional.empty(), metadata.optionalFloat("x"));
    assertEquals(Optional.empty(), metadata.optionalBoolean("x"));
    assertEquals(Optional.empty(), metadata.optionalString("x"));
    assertEquals(Optional.of("test"), metadata.optionalString("general.architecture"));
  }

  @Test
  void gettersNameKeyAndTypes() throws IOException {
    GgufWriter writer = new GgufWriter("test").uint32("u", 0xffffffffL).string("s", "x");
    writer.float32("nan", Float.NaN).float32s("nans", 1f, Float.POSITIVE_INFINITY);
    writer.integer("big", GgufValueType.UINT64, -1).int32s("ints", 1).bool("b", true);
    writer.array("longs", GgufValueType.INT64, 1, new byte[] {0, 0, 0, 0, 1, 0, 0, 0});
    GgufMetadata metadata = GgufFile.open(writer.write(path())).metadata();
    refused(() -> metadata.requireInt("none"), "model.gguf", "'none' is missing", "an integer");
    refused(() -> metadata.requireInt("u"), "4294967295", "out of range");
    refused(() -> metadata.requireInt("s"), "'s' is a STRING", "an integer");
    refused(() -> metadata.requireLong("big"), "18446744073709551615", "out of range");
    refused(() -> metadata.requireUint32("ints"), "an array of INT32", "a UINT32");
    refused(() -> metadata.requireFloat("u"), "a UINT32", "FLOAT32");
    refused(() -> metadata.requireFloat("nan"), "NaN", "finite");
    refused(() -> metadata.requireFloats("nans"), "index 1", "finite");
    refused(() -> metadata.requireFloats("ints"), "an array of INT32", "FLOAT32");
    refused(() -> metadata.requireBoolean("s"), "a STRING", "a BOOL");
    refused(() -> metadata.requireString("b"), "a BOOL", "a STRING");
    refused(() -> metadata.requireStrings("ints"), "an array of INT32", "STRING");
    refused(() -> metadata.requireInts("nans"), "an array of FLOAT32", "integers");
    refused(() -> metadata.requireInts("s"), "a STRING", "an array");
    refused(() -> metadata.requireInts("longs"), "4294967296", "index 0");
    refused(() -> metadata.arrayLength("none"), "missing", "an array");
  }

  @ParameterizedTest
  @EnumSource(GgufType.class)
  void tensorsOfAllTypesHaveTheirPlace(GgufType type) throws IOException {
    GgufWriter writer = new GgufWriter("test");
    writer.zeros("a", type, 256, 3).floats("b", new float[] {1, 2, 3}, 3);
    GgufFile file = GgufFile.open(writer.write(path()));
    GgufTensor a = file.requireTensor("a");
    assertEquals(3L * 256 / type.blockSize() * type.blockBytes(), a.bytes());
    assertEquals(type, a.type());
    assertArrayEquals(new long[] {256, 3}, a.shape());
    assertEquals(768, a.elements());
    assertEquals(file.dataOffset(), a.offset());
    assertEquals(Optional.of(type), GgufType.ofId(type.id()));
    file.requirePacked();
    assertEquals(2f, floatAt(path(), file.requireTensor("b").offset() + 4));
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 32, 64, 4096})
  void alignmentOfTheFileIsFollowed(int alignment) throws IOException {
    GgufWriter writer = new GgufWriter("test").alignment(alignment);
    writer.floats("a", new float[] {1}, 1).floats("b", new float[] {7}, 1);
    GgufFile file = GgufFile.open(writer.write(path()));
    assertEquals(alignment, file.alignment());
    assertEquals(0, file.dataOffset() % alignment);
    assertEquals(file.dataOffset() + alignment, file.requireTensor("b").offset());
    assertEquals(7f, floatAt(path(), file.requireTensor("b").offset()));
  }

  @Test
  void versionTwoIsRead() throws IOException {
    GgufFile file = GgufFile.open(TinyModels.llama().version(2).write(path()));
    assertEquals(2, file.version());
    assertEquals(TinyModels.LAYERS, file.metadata().requireInt("llama.block_count"));
  }

  @Test
  void fileWithoutTensorsIsRead() throws IOException {
    assertTrue(GgufFile.open(new GgufWriter("test").write(path())).tensors().isEmpty());
    Files.write(path(), RawGguf.header(0, 0).toBytes());
    assertTrue(GgufFile.open(path()).metadata().keys().isEmpty());
  }

  @Test
  void tensorsKeepTheirOrderAndMissingOnesAreNamed() throws IOException {
    GgufFile file =
        GgufFile.open(
            new GgufWriter("t")
                .zeros("z", GgufType.F32, 1)
                .zeros("a", GgufType.F16, 2, 3, 4, 5)
                .write(path()));
    assertEquals(List.of("z", "a"), new ArrayList<>(file.tensors().keySet()));
    assertEquals(5, file.requireTensor("a").ne(3));
    assertEquals(1, file.requireTensor("z").ne(3));
    assertTrue(file.requireTensor("z").hasShape(1, 1, 1));
    assertFalse(file.requireTensor("a").hasShape(2, 3, 4));
    refused(() -> file.requireTensor("q"), "'q' is missing");
    assertThrows(UnsupportedOperationException.class, () -> file.tensors().clear());
  }

  @Test
  void tensorsOutOfOrderAreReadButNotPacked() throws IOException {
    RawGguf raw = RawGguf.header(2, 0).info("a", 8, 0, 32).info("b", 8, 0, 0).data(64);
    GgufFile file = GgufFile.open(Files.write(path(), raw.toBytes()));
    refused(file::requirePacked, "'a' begins at byte", "without gaps");
  }

  @Test
  void growingFileIsNoticed() throws IOException {
    GgufFile file = GgufFile.open(TinyModels.llama().write(path()));
    file.verifyUnchanged();
    assertEquals(Files.size(path()), file.fileSize());
    Files.write(path(), new byte[10], StandardOpenOption.APPEND);
    refused(file::verifyUnchanged, "growing", "written completely");
    refused(() -> file.metadata().requireStrings("tokenizer.ggml.tokens"), "growing");
  }

  @Test
  void truncatedFileIsNoticed() throws IOException {
    GgufFile file = GgufFile.open(TinyModels.llama().write(path()));
    try (FileChannel channel = FileChannel.open(path(), StandardOpenOption.WRITE)) {
      channel.truncate(1000);
    }
    refused(file::verifyUnchanged, "truncated", "1000");
  }

  @Test
  void rewrittenReplacedAndDeletedFilesAreNoticed() throws IOException {
    GgufFile file = GgufFile.open(TinyModels.llama().write(path()));
    FileTime modified = Files.getLastModifiedTime(path());
    Files.setLastModifiedTime(path(), FileTime.fromMillis(modified.toMillis() + 5000));
    refused(file::verifyUnchanged, "changed after it was opened");
    Files.setLastModifiedTime(path(), modified);
    file.verifyUnchanged();
    Path other = TinyModels.llama().write(folder.resolve("other.gguf"));
    Files.setLastModifiedTime(other, modified);
    Files.move(other, path(), StandardCopyOption.REPLACE_EXISTING);
    refused(file::verifyUnchanged, "changed after it was opened");
    Files.delete(path());
    refused(file::verifyUnchanged, "NoSuchFile");
  }

  @Test
  void largeVocabularyIsParsedQuicklyAndHeldByPlaceOnly() throws IOException {
    GgufWriter writer = TinyModels.llama();
    TinyModels.sentencePiece(writer, 200_000);
    writer.zeros("token_embd.weight", GgufType.F16, TinyModels.WIDTH, 200_000);
    writer.zeros("output.weight", GgufType.Q8_0, TinyModels.WIDTH, 200_000);
    writer.write(path());
    assertTimeout(
        Duration.ofSeconds(10), () -> VocabularyCheck.check(GgufFile.open(path()), 200_000));
    String[] tokens = GgufFile.open(path()).metadata().requireStrings("tokenizer.ggml.tokens");
    assertEquals("\u2581w199999", tokens[199_999]);
  }

  private static float floatAt(Path path, long offset) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel channel = FileChannel.open(path)) {
      channel.read(bytes, offset);
    }
    return bytes.flip().getFloat();
  }
}
