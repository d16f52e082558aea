package org.edgevlm.plugin.earlyexit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.inference.ModelInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExitLayersTest {

  private static ModelInfo model(int layers, Integer... trained) {
    return new ModelInfo(
        "model", "llama", layers, 64, 4, 4, 16, 300, 256, 1000, List.of(trained), Map.of());
  }

  @Test
  void autoIsThePublishedLayersOfAModelThatNamesNone() {
    assertEquals(List.of(8, 12, 16, 20), ExitLayers.of(List.of("auto"), "1/3", model(24)));
    assertEquals(List.of(4, 6, 8, 10), ExitLayers.of(List.of("auto"), "1/3", model(12)));
  }

  @Test
  void autoIsWhatTheModelWasTrainedWith() {
    assertEquals(List.of(4), ExitLayers.of(List.of("auto"), "1/3", model(12, 4)));
    assertEquals(List.of(4, 6), ExitLayers.of(List.of("auto"), "0.5", model(8, 2, 4, 6)));
  }

  @Test
  void numbersAndPartsOfTheDepthMayBeMixed() {
    assertEquals(
        List.of(8, 12, 20), ExitLayers.of(List.of("20", "1/2", "0.33", "8"), "8", model(24)));
  }

  @Test
  void exitsBeforeTheMinimumAndAtTheEndDoNotCount() {
    assertEquals(List.of(10), ExitLayers.of(List.of("2", "10", "24"), "8", model(24)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "", "-1", "1/0", "1.5", "NaN", "1e9", "1/2/3", "Infinity"})
  void whatIsNoLayerIsRefusedByName(String text) {
    PluginException refusal =
        assertThrows(
            PluginException.class, () -> ExitLayers.of(List.of("8", text), "8", model(24)));
    assertTrue(refusal.getMessage().contains("'" + text + "'"), refusal.getMessage());
  }

  @Test
  void noExitLeftIsRefusedWithWhatWouldBeRight() {
    PluginException refusal =
        assertThrows(PluginException.class, () -> ExitLayers.of(List.of("2"), "1/3", model(24)));
    assertTrue(refusal.getMessage().contains("8 (early-exit.minimum_layers) to 23"));
  }
}
