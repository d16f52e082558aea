package org.edgevlm.runtime.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestTest {

  @ParameterizedTest
  @CsvSource({
    "kitten, sitting, 3",
    "opencv, opencv, 0",
    "opencv, OpenCV, 0",
    "max-side, max_side, 0",
    "opecnv, opencv, 1",
    "opncv, opencv, 1",
    "'', cache, 5",
    "cache, '', 5"
  })
  void distanceCountsEditsAndSwaps(String a, String b, int expected) {
    assertEquals(expected, Nearest.distance(a, b));
  }

  @Test
  void equallyNearNamesAreInTheOrderOfTheAlphabet() {
    assertEquals(
        List.of("bat", "cat", "elephant"),
        Nearest.order("rat", List.of("elephant", "cat", "bat", "cat")));
  }

  @Test
  void nameThatBeginsWithWhatWasTypedIsNear() {
    assertEquals(
        List.of("context_length", "tiled"),
        Nearest.order("context", List.of("tiled", "context_length")));
  }
}
