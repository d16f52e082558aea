package org.edgevlm.plugin.llamacpp.bytedeco.shape;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.edgevlm.gguf.GgufFile;
import org.edgevlm.gguf.writer.GgufWriter;
import org.edgevlm.gguf.writer.TinyModels;
import org.edgevlm.spi.inference.ModelFormatException;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever happens to the bytes of a valid file, reading it ends soon, in a shape or in a {@link
 * ModelFormatException}. Seeds are fixed; a failure names the iteration.
 */
class ShapeFuzzTest {

  private static final int ITERATIONS = 700;

  /** Far more than a case takes on a busy machine, far less than a quadratic mistake would. */
  private static final Duration LONGEST = Duration.ofSeconds(5);

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void damagedLanguageModels(long seed) throws IOException {
    GgufWriter writer = seed == 2 ? TinyModels.bytePairs() : TinyModels.llama();
    damage(writer, seed, file -> assertNotNull(LlamaShape.of(file)));
  }

  @ParameterizedTest
  @ValueSource(longs = {4, 5, 6})
  void damagedEncoders(long seed) throws IOException {
    GgufWriter writer =
        seed == 4 ? TinyModels.ldp() : seed == 5 ? TinyModels.ldpv2() : TinyModels.siglip(2);
    damage(writer, seed, file -> assertNotNull(VisionShape.of(file)));
  }

  /** Reads a model from a file. */
  private interface Reading {
    void read(GgufFile file);
  }

  private void damage(GgufWriter writer, long seed, Reading reading) throws IOException {
    byte[] whole = Files.readAllBytes(writer.write(folder.resolve("whole.gguf")));
    int header = (int) GgufFile.open(folder.resolve("whole.gguf")).dataOffset();
    reading.read(GgufFile.open(folder.resolve("whole.gguf")));
    Random random = new Random(seed);
    Path path = folder.resolve("damaged.gguf");
    int refused = 0;
    for (int i = 0; i < ITERATIONS; i++) {
      Files.write(path, damaged(whole, header, random));
      long start = System.nanoTime();
      try {
        reading.read(GgufFile.open(path));
      } catch (ModelFormatException e) {
        refused++;
        assertTrue(e.getMessage().startsWith(path + ": "), e.getMessage());
        assertTrue(e.getMessage().length() < 2_000, "a message of " + e.getMessage().length());
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + seed + ", iteration " + i + ": " + e, e);
      }
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      assertTrue(took.compareTo(LONGEST) < 0, "iteration " + i + " took " + took);
    }
    assertTrue(refused > ITERATIONS / 2, refused + " of " + ITERATIONS + " refused");
    Files.write(path, whole);
    reading.read(GgufFile.open(path));
    assertEquals(whole.length, Files.size(path));
  }

  /** One to four changes, nearly all in the header: bits, bytes, numbers, blocks, the end. */
  private static byte[] damaged(byte[] whole, int header, Random random) {
    byte[] bytes = whole.clone();
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes; i++) {
      // half of the changes near the beginning, where the counts and hyper-parameters are
      int at = random.nextInt(random.nextBoolean() ? Math.min(600, header) : header);
      switch (random.nextInt(6)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt(256);
        case 2 -> {
          byte value = (byte) (random.nextBoolean() ? 0xff : 0);
          Arrays.fill(bytes, at, Math.min(bytes.length, at + 1 + random.nextInt(8)), value);
        }
        case 3 -> {
          int from = random.nextInt(header);
          int length = Math.min(random.nextInt(64), bytes.length - Math.max(at, from));
          System.arraycopy(whole, from, bytes, at, length);
        }
        case 4 -> bytes[Math.min(bytes.length - 1, at + random.nextInt(8))] = 0x7f;
        default -> {
          if (random.nextInt(4) == 0) {
            return Arrays.copyOf(bytes, random.nextInt(bytes.length));
          }
          bytes[at]++;
        }
      }
    }
    return bytes;
  }
}
