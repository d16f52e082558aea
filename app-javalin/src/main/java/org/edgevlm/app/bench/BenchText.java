package org.edgevlm.app.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.edgevlm.app.bench.BenchResult.BarResult;
import org.edgevlm.app.bench.BenchResult.ClaimResult;
import org.edgevlm.app.bench.BenchResult.SettingResult;

/** The tables that people read. */
public final class BenchText {

  private static final double PERCENT = 100;
  private static final double KIB = 1024;
  private static final String NONE = "-";

  private final BenchResult result;
  private final List<SettingResult> measured;
  private final StringBuilder text = new StringBuilder();

  private BenchText(BenchResult result) {
    this.result = result;
    measured =
        result.settings().stream().filter(setting -> setting.notAvailable().isEmpty()).toList();
  }

  /** All tables, one below the other. */
  public static String of(BenchResult result) {
    BenchText text = new BenchText(result);
    text.speed();
    text.depth();
    text.memory();
    text.drafts();
    text.answers();
    text.notAvailable();
    text.claims();
    return text.text.toString();
  }

  private void heading(String heading) {
    text.append('\n').append(heading).append('\n');
  }

  private void speed() {
    heading("Speed: captions, median (95 % interval), shares of off");
    TextTable table = new TextTable();
    table.row(
        "",
        "decode ms/token",
        "of off",
        "with answers",
        "tokens/s",
        "prefill ms",
        "of off",
        "request of off");
    for (SettingResult one : measured) {
      table.row(
          one.setting().name(),
          number(one, Figure.DECODE_MS, 3),
          shareWithEnds(one, Figure.DECODE_SHARE),
          number(one, Figure.DECODE_SHARE_ALL, 2),
          number(one, Figure.TOKENS_PER_SECOND, 0),
          number(one, Figure.PREFILL_MS, 2),
          number(one, Figure.PREFILL_SHARE, 2),
          number(one, Figure.REQUEST_SHARE, 2));
    }
    text.append(table);
  }

  private void depth() {
    heading("Depth: layer evaluations a token, of " + result.layers());
    TextTable table = new TextTable();
    table.row("", "layers/token", "of off", "us/layer", "tokens by depth");
    for (SettingResult one : measured) {
      table.row(
          one.setting().name(),
          number(one, Figure.LAYERS_PER_TOKEN, 2),
          number(one, Figure.LAYERS_SHARE, 2),
          number(one, Figure.MICROS_PER_LAYER, 1),
          exits(one.exits()));
    }
    text.append(table);
  }

  private static String exits(Map<Integer, Long> exits) {
    long all = exits.values().stream().mapToLong(Long::longValue).sum();
    return exits.entrySet().stream()
        .map(
            exit ->
                String.format(
                    Locale.ROOT, "%d: %.1f %%", exit.getKey(), PERCENT * exit.getValue() / all))
        .collect(Collectors.joining(", "));
  }

  private void memory() {
    heading("KV cache: KiB an answer, on average");
    TextTable table = new TextTable();
    table.row(
        "",
        "after prefill",
        "kept",
        "of it",
        "at the end",
        "of off",
        "peak",
        "of off",
        "evicted entries");
    for (SettingResult one : measured) {
      table.row(
          one.setting().name(),
          kib(one, Figure.KV_BYTES_PREFILL),
          kib(one, Figure.KV_BYTES_KEPT),
          percent(one, Figure.KV_KEPT_SHARE),
          kib(one, Figure.KV_BYTES_END),
          percent(one, Figure.KV_SHARE),
          kib(one, Figure.KV_BYTES_PEAK),
          percent(one, Figure.KV_PEAK_SHARE),
          number(one, Figure.EVICTED, 1));
    }
    text.append(table);
  }

  private void drafts() {
    Predicate<SettingResult> speculates = one -> one.has(Figure.DRAFTED_PER_TOKEN);
    if (measured.stream().noneMatch(speculates)) {
      return;
    }
    heading("Speculation");
    TextTable table = new TextTable();
    table.row("", "drafted/token", "accepted", "switched off in");
    measured.stream()
        .filter(speculates)
        .forEach(
            one ->
                table.row(
                    one.setting().name(),
                    number(one, Figure.DRAFTED_PER_TOKEN, 2),
                    percent(one, Figure.ACCEPTANCE),
                    percent(one, Figure.SPECULATION_OFF)));
    text.append(table);
  }

  private void answers() {
    heading("Answers: agreement with off, and what is right (95 % interval)");
    TextTable table = new TextTable();
    table.row(
        "",
        "same tokens",
        "to 1st difference",
        "same choices",
        "same answers",
        "right",
        "points to off");
    for (SettingResult one : measured) {
      table.row(
          one.setting().name(),
          percent(one, Figure.TOKEN_AGREEMENT),
          percent(one, Figure.PREFIX_AGREEMENT),
          percent(one, Figure.CHOICE_AGREEMENT),
          percent(one, Figure.IDENTICAL_ANSWERS),
          percentWithEnds(one, Figure.ACCURACY, "%.1f"),
          percentWithEnds(one, Figure.ACCURACY_DIFFERENCE, "%+.1f"));
    }
    text.append(table);
  }

  private void notAvailable() {
    List<SettingResult> missing =
        result.settings().stream().filter(one -> one.notAvailable().isPresent()).toList();
    if (!missing.isEmpty()) {
      heading("Not available");
      for (SettingResult one : missing) {
        text.append(one.setting().name())
            .append(": ")
            .append(one.notAvailable().orElseThrow())
            .append('\n');
      }
    }
  }

  private void claims() {
    if (result.claims().isEmpty()) {
      return;
    }
    heading("Claims");
    for (ClaimResult claim : result.claims()) {
      text.append(claim.claim().text())
          .append(" (")
          .append(claim.claim().setting())
          .append("): ")
          .append(claim.verdict().words())
          .append('\n');
      claim.bars().forEach(bar -> text.append("  ").append(bar(bar)).append('\n'));
    }
  }

  private static String bar(BarResult bar) {
    if (bar.verdict() == Claim.Verdict.NOT_AVAILABLE) {
      return bar.bar() + ": not available";
    }
    Interval measured = bar.measured();
    String ends =
        measured.hasEnds()
            ? String.format(Locale.ROOT, " (%.3f to %.3f)", measured.low(), measured.high())
            : "";
    return String.format(
        Locale.ROOT,
        "%s: measured %.3f%s, %s%s",
        bar.bar(),
        measured.value(),
        ends,
        bar.verdict().words(),
        bar.open() ? "; the interval reaches across the bar" : "");
  }

  private static String number(SettingResult one, Figure figure, int digits) {
    return one.has(figure)
        ? String.format(Locale.ROOT, "%." + digits + "f", one.figure(figure).value())
        : NONE;
  }

  private static String kib(SettingResult one, Figure figure) {
    return one.has(figure)
        ? String.format(Locale.ROOT, "%.1f", one.figure(figure).value() / KIB)
        : NONE;
  }

  private static String percent(SettingResult one, Figure figure) {
    return one.has(figure)
        ? String.format(Locale.ROOT, "%.1f %%", PERCENT * one.figure(figure).value())
        : NONE;
  }

  private static String shareWithEnds(SettingResult one, Figure figure) {
    Interval value = one.figure(figure);
    return one.has(figure)
        ? String.format(
            Locale.ROOT, "%.2f (%.2f to %.2f)", value.value(), value.low(), value.high())
        : NONE;
  }

  private static String percentWithEnds(SettingResult one, Figure figure, String form) {
    Interval value = one.figure(figure);
    return one.has(figure)
        ? String.format(
            Locale.ROOT,
            form + " (" + form + " to " + form + ")",
            PERCENT * value.value(),
            PERCENT * value.low(),
            PERCENT * value.high())
        : NONE;
  }
}
