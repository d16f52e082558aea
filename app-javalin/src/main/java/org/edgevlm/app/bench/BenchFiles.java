package org.edgevlm.app.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.edgevlm.app.bench.BenchResult.BarResult;
import org.edgevlm.app.bench.BenchResult.ClaimResult;
import org.edgevlm.app.bench.BenchResult.SettingResult;

/** The result for other programs. */
public final class BenchFiles {

  private BenchFiles() {}

  /**
   * RFC 4180, one line a setting: its name, its keys, why it isn't available, the tokens by depth,
   * then each figure with the ends of its interval; empty where there is none.
   */
  public static String csv(BenchResult result) {
    List<String> header = new ArrayList<>(List.of("setting", "keys", "not_available", "exits"));
    for (Figure figure : Figure.values()) {
      header.addAll(List.of(figure.id(), figure.id() + "_low", figure.id() + "_high"));
    }
    StringBuilder csv = new StringBuilder();
    line(csv, header);
    for (SettingResult one : result.settings()) {
      List<String> cells = new ArrayList<>();
      cells.add(one.setting().name());
      cells.add(joined(one.setting().keys()));
      cells.add(one.notAvailable().orElse(""));
      cells.add(joined(one.exits()));
      for (Figure figure : Figure.values()) {
        Interval value = one.figure(figure);
        cells.add(number(value.value()));
        cells.add(number(value.low()));
        cells.add(number(value.high()));
      }
      line(csv, cells);
    }
    return csv.toString();
  }

  private static String joined(Map<?, ?> map) {
    return map.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + entry.getValue())
        .collect(Collectors.joining(" "));
  }

  private static String number(double value) {
    return Double.isFinite(value) ? Double.toString(value) : "";
  }

  private static void line(StringBuilder csv, List<String> cells) {
    csv.append(cells.stream().map(BenchFiles::quoted).collect(Collectors.joining(",")));
    csv.append("\r\n");
  }

  private static String quoted(String cell) {
    boolean plain = cell.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? cell : '"' + cell.replace("\"", "\"\"") + '"';
  }

  /** The same, and what became of the claims. */
  public static void writeTo(ObjectNode json, BenchResult result) {
    json.put("layers", result.layers());
    json.put("answers", result.answers());
    ArrayNode settings = json.putArray("settings");
    for (SettingResult one : result.settings()) {
      ObjectNode entry = settings.addObject();
      entry.put("name", one.setting().name());
      ObjectNode keys = entry.putObject("keys");
      one.setting().keys().forEach(keys::put);
      one.notAvailable().ifPresent(reason -> entry.put("not_available", reason));
      ObjectNode exits = entry.putObject("exits");
      one.exits().forEach((layer, tokens) -> exits.put(layer.toString(), tokens));
      ObjectNode figures = entry.putObject("figures");
      one.figures()
          .forEach(
              (figure, value) -> {
                if (one.has(figure)) {
                  write(figures.putObject(figure.id()), value);
                }
              });
    }
    ArrayNode claims = json.putArray("claims");
    for (ClaimResult one : result.claims()) {
      ObjectNode entry = claims.addObject();
      entry.put("claim", one.claim().text());
      entry.put("setting", one.claim().setting());
      entry.put("verdict", one.verdict().words());
      ArrayNode bars = entry.putArray("bars");
      one.bars().forEach(bar -> write(bars.addObject(), bar));
    }
  }

  private static void write(ObjectNode json, BarResult bar) {
    json.put("figure", bar.bar().figure().id());
    json.put(bar.bar().least() ? "at_least" : "at_most", bar.bar().limit());
    json.put("verdict", bar.verdict().words());
    json.put("interval_crosses_bar", bar.open());
  }

  private static void write(ObjectNode json, Interval value) {
    json.put("value", value.value());
    json.put("low", value.low());
    json.put("high", value.high());
  }
}
