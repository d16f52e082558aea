package org.edgevlm.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.edgevlm.spi.vision.ResizeMethod;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigKeyTest {

  private static final ConfigKey<Long> SIZE = ConfigKey.bytes("size", "auto", "a size");

  @ParameterizedTest
  @CsvSource({
    "auto, 0",
    "0, 0",
    "17, 17",
    "1KB, 1024",
    "512 MB, 536870912",
    "2.5GB, 2684354560",
    "1gib, 1073741824",
    "3t, 3298534883328"
  })
  void sizesAreReadInPowersOf1024(String written, long bytes) {
    assertEquals(bytes, SIZE.parse(written));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "many", "-1", "1XB", "1.2.3GB", "GB"})
  void whatIsNoSizeIsRefusedWithAnExample(String written) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> SIZE.parse(written)).getMessage();
    assertTrue(message.contains("512MB"), message);
  }

  @Test
  void numbersKeepTheirBounds() {
    ConfigKey<Integer> whole = ConfigKey.integer("n", 1, 1, 4, "a number");
    assertEquals(4, whole.parse(4));
    assertEquals(1, whole.parse(" 1 "));
    for (Object wrong : new Object[] {0, 5, "x", 1.5, "99999999999"}) {
      assertThrows(IllegalArgumentException.class, () -> whole.parse(wrong));
    }
    ConfigKey<Double> decimal = ConfigKey.decimal("x", 0, 0, 1, "a number");
    assertEquals(0.5, decimal.parse("0.5"));
    for (Object wrong : new Object[] {"NaN", "Infinity", -0.1, 1.1, "half"}) {
      assertThrows(IllegalArgumentException.class, () -> decimal.parse(wrong));
    }
  }

  @Test
  void choicesAreWrittenInLowerCaseWithHyphens() {
    ConfigKey<ResizeMethod> key = ConfigKey.choice("resize", ResizeMethod.STRETCH, "how");
    assertEquals(ResizeMethod.CENTER_CROP, key.parse("center-crop"));
    assertEquals(ResizeMethod.CENTER_CROP, key.parse("CENTER_CROP"));
    assertEquals("center-crop", key.format(ResizeMethod.CENTER_CROP));
    String message =
        assertThrows(IllegalArgumentException.class, () -> key.parse("crop")).getMessage();
    assertTrue(message.contains("stretch, letterbox, center-crop"), message);
  }

  @Test
  void listsComeFromYamlAndFromText() {
    ConfigKey<List<String>> key = ConfigKey.list("cache", List.of(), "policies");
    assertEquals(List.of("pyramid", "gear"), key.parse(List.of("pyramid", "gear")));
    assertEquals(List.of("pyramid", "gear"), key.parse("pyramid, gear"));
    assertEquals(List.of("gear"), key.parse("[gear]"));
    assertEquals(List.of(), key.parse("[]"));
    assertEquals(List.of(), key.parse(" "));
  }

  @Test
  void flagsAreTrueOrFalse() {
    ConfigKey<Boolean> key = ConfigKey.flag("on", false, "a switch");
    assertTrue(key.parse("TRUE"));
    assertTrue(key.parse(true));
    assertThrows(IllegalArgumentException.class, () -> key.parse("yes"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Threads", "a-b", "1st", "a..b", "a."})
  void namesThatYamlUsersWouldTripOverAreRefused(String name) {
    assertThrows(IllegalArgumentException.class, () -> ConfigKey.text(name, "", "text"));
  }
}
