package org.edgevlm.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/** The table: as text while it comes in, as CSV at the end. */
final class Report {

  private static final String LINE = "%-34s %-7s %-20s %-28s %-22s %-28s %s%n";

  private final PrintStream out;
  private final Map<String, String> circumstances;
  private final List<Row> rows = new ArrayList<>();

  /**
   * @param circumstances machine, threads and the like: what the figures depend on
   */
  Report(PrintStream out, Map<String, String> circumstances) {
    this.out = out;
    this.circumstances = circumstances;
    circumstances.forEach((name, value) -> out.printf("%-10s %s%n", name, value));
  }

  /** A heading, and those of the columns. */
  void section(String title) {
    out.printf("%n%s%n", title);
    out.printf(
        LINE, "measure", "unit", "of", "median (min..max)", "beside", "median (min..max)", "ratio");
  }

  /** A line that isn't a figure. */
  void note(String text) {
    out.println(text);
  }

  void add(Row row) {
    rows.add(row);
    out.printf(
        LINE,
        row.measure(),
        row.unit(),
        row.name(),
        text(row.samples()),
        row.other().map(Row.Other::name).orElse(""),
        row.other().map(o -> text(o.samples())).orElse(""),
        row.ratio().map(Report::text).orElse(""));
    out.flush();
  }

  List<Row> rows() {
    return List.copyOf(rows);
  }

  private static String text(Samples samples) {
    return samples.values().size() == 1
        ? number(samples.median())
        : number(samples.median())
            + " ("
            + number(samples.min())
            + ".."
            + number(samples.max())
            + ")";
  }

  private static String number(double value) {
    double size = Math.abs(value);
    String format =
        size >= 1000 || value == Math.rint(value) ? "%.0f" : size >= 10 ? "%.1f" : "%.3f";
    return String.format(Locale.ROOT, format, value);
  }

  /** Writes all rows, each with the circumstances. */
  void writeCsv(Path file) {
    List<String> header =
        new ArrayList<>(
            List.of(
                "measure",
                "unit",
                "of",
                "median",
                "min",
                "max",
                "rounds",
                "beside",
                "beside_median",
                "beside_min",
                "beside_max",
                "ratio_median",
                "ratio_min",
                "ratio_max"));
    header.addAll(circumstances.keySet());
    CSVFormat format = CSVFormat.DEFAULT.builder().setHeader(header.toArray(String[]::new)).build();
    try (CSVPrinter printer = new CSVPrinter(Files.newBufferedWriter(file), format)) {
      for (Row row : rows) {
        List<Object> values = new ArrayList<>(List.of(row.measure(), row.unit(), row.name()));
        addStatistics(values, Optional.of(row.samples()));
        values.add(row.samples().values().size());
        values.add(row.other().map(Row.Other::name).orElse(""));
        addStatistics(values, row.other().map(Row.Other::samples));
        addStatistics(values, row.ratio());
        values.addAll(circumstances.values());
        printer.printRecord(values);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("can't write " + file, e);
    }
  }

  private static void addStatistics(List<Object> values, Optional<Samples> samples) {
    values.add(samples.<Object>map(Samples::median).orElse(""));
    values.add(samples.<Object>map(Samples::min).orElse(""));
    values.add(samples.<Object>map(Samples::max).orElse(""));
  }
}
