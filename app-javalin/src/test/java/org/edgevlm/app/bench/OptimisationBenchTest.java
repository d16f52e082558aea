package org.edgevlm.app.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.edgevlm.app.score.Scene;
import org.edgevlm.app.score.Share;
import org.edgevlm.reference.BmpVisionProvider;
import org.edgevlm.runtime.AnswerRequest;
import org.edgevlm.runtime.EdgeVlm;
import org.edgevlm.runtime.reference.ReferenceHome;
import org.edgevlm.spi.CancelToken;
import org.edgevlm.spi.EdgeVlmException;
import org.edgevlm.spi.decoding.TokenListener;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How settings are opened and closed, with the reference plugins. */
class OptimisationBenchTest {

  private static final int ROUNDS = 2;
  private static final BenchSetting OFF = new BenchSetting("off", Map.of());

  @TempDir Path folder;

  private final List<EdgeVlm> opened = new ArrayList<>();
  private final List<String> names = new ArrayList<>();
  private ReferenceHome home;

  @BeforeEach
  void writeModels() throws IOException {
    home = new ReferenceHome(folder);
  }

  private EdgeVlm open(BenchSetting setting) {
    if (setting.name().equals("broken")) {
      throw new EdgeVlmException("doesn't open");
    }
    EdgeVlm edgeVlm = home.open();
    opened.add(edgeVlm);
    names.add(setting.name());
    return edgeVlm;
  }

  private BenchResult run(BenchSetting... settings) {
    Scene scene = new Scene(folder.resolve("0.bmp"), "", List.of(List.of("owl")), List.of());
    BenchPicture picture = new BenchPicture(scene, BmpVisionProvider.bmp(9, 5, 0xff0000, 0x0000ff));
    return new OptimisationBench(this::open, ROUNDS, 6, (done, total) -> {})
        .run(new BenchPlan(List.of(settings), List.of()), List.of(picture, picture));
  }

  private void assertAllClosed() {
    AnswerRequest request =
        AnswerRequest.caption(BmpVisionProvider.bmp(9, 5, 0xff0000, 0x0000ff), 1);
    for (EdgeVlm edgeVlm : opened) {
      assertThrows(
          IllegalStateException.class,
          () -> edgeVlm.answer(request, TokenListener.NONE, CancelToken.NEVER));
    }
  }

  @Test
  void eachRoundBeginsAnewAndNothingStaysOpen() {
    BenchResult result = run(OFF, new BenchSetting("again", Map.of()));
    assertEquals(List.of("off", "again", "off", "again", "off", "again"), names);
    assertAllClosed();
    assertEquals(2 * ROUNDS, result.answers(), "the turn before the first isn't counted");
    assertEquals(1, result.settings().get(1).figure(Figure.IDENTICAL_ANSWERS).value());
    // Answers count once, however often they are given: two pictures with an object each.
    Interval right = result.settings().get(1).figure(Figure.OBJECTS);
    assertEquals(new Share(0, 2).high(), right.high());
  }

  @Test
  void whatDoesNotOpenIsTriedOnceAndTheFirstHasTo() {
    BenchResult result = run(OFF, new BenchSetting("broken", Map.of()));
    assertEquals("doesn't open", result.settings().get(1).notAvailable().orElseThrow());
    assertEquals(List.of("off", "off", "off"), names);
    assertThrows(EdgeVlmException.class, () -> run(new BenchSetting("broken", Map.of()), OFF));
    assertAllClosed();
  }
}
