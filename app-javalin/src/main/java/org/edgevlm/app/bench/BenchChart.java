package org.edgevlm.app.bench;

import java.awt.Color;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.edgevlm.app.bench.BenchResult.SettingResult;
import org.edgevlm.spi.EdgeVlmException;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.style.Styler;

/** A chart of what each setting takes, and of how much of off's words it keeps. */
public final class BenchChart {

  private static final int BAR_WIDTH = 90;
  private static final int MARGIN = 300;
  private static final int LEAST_WIDTH = 900;
  private static final int HEIGHT = 700;
  private static final int ROTATION = 45;
  private static final double AVAILABLE_SPACE = 0.8;
  private static final String PNG = ".png";

  private BenchChart() {}

  /** Whether a file's name ends as what can be drawn: PNG. */
  public static boolean canWrite(Path file) {
    return file.toString().toLowerCase(Locale.ROOT).endsWith(PNG);
  }

  /**
   * Draws the settings that were measured.
   *
   * @param file its name ends in {@code .png}
   * @throws EdgeVlmException if this machine can't draw text
   */
  public static void write(BenchResult result, String title, Path file) {
    try {
      CategoryChart chart = chart(result, title);
      BitmapEncoder.saveBitmap(chart, file.toString(), BitmapEncoder.BitmapFormat.PNG);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (LinkageError | InternalError | NullPointerException e) {
      // What Java's fonts throw where there are none depends on its version.
      throw new EdgeVlmException(
          "Java can't draw text here: install a font (Debian: fonts-dejavu-core), or leave out"
              + " --chart",
          e);
    }
  }

  private static CategoryChart chart(BenchResult result, String title) {
    List<SettingResult> measured =
        result.settings().stream().filter(one -> one.notAvailable().isEmpty()).toList();
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(Math.max(LEAST_WIDTH, MARGIN + BAR_WIDTH * measured.size()))
            .height(HEIGHT)
            .title(title)
            .yAxisTitle("share of off")
            .build();
    chart.getStyler().setXAxisLabelRotation(ROTATION);
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideS);
    chart.getStyler().setLegendLayout(Styler.LegendLayout.Horizontal);
    chart.getStyler().setAvailableSpaceFill(AVAILABLE_SPACE);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setYAxisMin(0.0);
    series(chart, measured, "decoding time a token", Figure.DECODE_SHARE);
    series(chart, measured, "KV bytes at the end", Figure.KV_SHARE);
    series(chart, measured, "layer evaluations a token", Figure.LAYERS_SHARE);
    series(chart, measured, "same tokens", Figure.TOKEN_AGREEMENT);
    return chart;
  }

  private static void series(
      CategoryChart chart, List<SettingResult> measured, String name, Figure figure) {
    chart.addSeries(
        name,
        measured.stream().map(one -> one.setting().name()).toList(),
        measured.stream().map(one -> one.has(figure) ? one.figure(figure).value() : 0).toList());
  }
}
