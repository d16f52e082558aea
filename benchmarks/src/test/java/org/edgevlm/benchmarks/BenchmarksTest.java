package org.edgevlm.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.edgevlm.spi.inference.Confidence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every benchmark runs from end to end at a small shape and fills its table. No time is judged. */
class BenchmarksTest {

  private final ByteArrayOutputStream text = new ByteArrayOutputStream();

  @TempDir Path folder;

  private List<Row> run(String... arguments) {
    Main main = new Main(new PrintStream(text, true, StandardCharsets.UTF_8), arguments);
    assertEquals(0, main.run(), this::text);
    return main.rows();
  }

  private String text() {
    return text.toString(StandardCharsets.UTF_8);
  }

  @Test
  void fullSizeFillsItsTableAndCsv() throws IOException {
    Path csv = folder.resolve("table.csv");
    List<Row> rows =
        run(
            "full-size",
            "--small",
            "--threads=1",
            "--rounds=2",
            "--models=" + folder,
            "--csv=" + csv);

    for (String measure :
        List.of(
            "image encode",
            "prefill 10 (image and text)",
            "prefill 16 (text)",
            "decode from KV 10",
            "decode from KV 40",
            "allocated on the heap",
            "session open and close",
            "Java's share of a token",
            "native calls, usual token",
            "peak resident memory")) {
      assertTrue(rows.stream().anyMatch(row -> row.measure().equals(measure)), measure);
    }
    for (Row row : rows) {
      assertTrue(row.samples().min() >= 0, row.toString());
      assertTrue(Double.isFinite(row.samples().max()), row.toString());
    }
    assertEquals(2, find(rows, "native calls, usual token"), "graph reuse");
    assertTrue(find(rows, "native calls, new graph") > 50, "new graphs are in the figure");
    assertTrue(text().contains("No peer"), text());
    assertTrue(Files.exists(folder.resolve("small.gguf")), "kept for the next run");

    try (CSVParser parser =
        CSVParser.parse(
            csv,
            StandardCharsets.UTF_8,
            CSVFormat.DEFAULT.builder().setHeader().setSkipHeaderRecord(true).build())) {
      List<CSVRecord> records = parser.getRecords();
      assertEquals(rows.size(), records.size());
      assertEquals("image encode", records.get(0).get("measure"));
      assertTrue(records.get(0).get("command").startsWith("benchmarks/run full-size --small"));
      assertEquals("1", records.get(0).get("threads"));
    }
  }

  private static double find(List<Row> rows, String measure) {
    return rows.stream()
        .filter(row -> row.measure().equals(measure))
        .findFirst()
        .orElseThrow()
        .samples()
        .median();
  }

  @Test
  void thePeerIsReadAsItsProgramsSpeak() throws IOException {
    program("llama-bench", "echo 'n_prompt,avg_ns'; echo '10,\"32000000\"'");
    program("llama-mtmd-cli", "echo '0.07 I mtmd batch encoding done in 2208 ms' >&2");
    List<Row> rows =
        run(
            "peer",
            "--small",
            "--threads=1",
            "--rounds=2",
            "--models=" + folder,
            "--peer=" + folder);

    assertEquals(2208, rows.get(0).other().orElseThrow().samples().median());
    Row prefill = rows.stream().filter(r -> r.measure().startsWith("prefill")).findAny().get();
    assertEquals(32, prefill.other().orElseThrow().samples().median());
    assertEquals(32 / prefill.samples().max(), prefill.ratio().orElseThrow().min(), 1e-9);
    Row decode = rows.stream().filter(r -> r.measure().startsWith("decode")).findAny().get();
    assertEquals(1, decode.other().orElseThrow().samples().median());
  }

  private void program(String name, String script) throws IOException {
    Path file = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void withoutAPeerThatIsSaid() {
    assertEquals(List.of(), run("peer", "--small"));
    assertTrue(text().contains("No peer"), text());
  }

  @Test
  void theDefaultModelIsMeasuredStageByStage() {
    List<Row> rows = run("tiny", "--threads=1", "--rounds=2");

    for (String stage : List.of("vision", "encode", "prefill", "decode", "all")) {
      assertTrue(rows.stream().anyMatch(row -> row.measure().equals(stage)), stage);
    }
    assertTrue(find(rows, "tokens of the answer") > 0, text());
  }

  @Test
  void optimisationsAreMeasuredBesideNone() throws IOException {
    List<Row> rows =
        run(
            "optimisations",
            "--small",
            "--threads=1",
            "--rounds=2",
            "--contexts=4,128",
            "--models=" + folder);

    assertTrue(Files.exists(folder.resolve("small.gguf")), "the language model is enough");
    for (String name :
        List.of(
            "off",
            "heavy hitters 50 %",
            "pyramid 100/70/30",
            "both",
            "exit checks alone",
            "synthetic exits 35 %",
            "both, exits 67 %")) {
      assertTrue(find(rows, "decode at 128", name) > 0, name);
    }
    double off = find(rows, "KV at 128", "off");
    double half = find(rows, "KV at 128", "heavy hitters 50 %");
    double pyramid = find(rows, "KV at 128", "pyramid 100/70/30");
    double both = find(rows, "KV at 128", "both");
    assertTrue(half <= 0.6 * off, half + " of " + off);
    // Two layers are the first two groups of a pyramid of three.
    assertTrue(both <= half && half < pyramid && pyramid < off, both + " " + pyramid);
    assertEquals(2, find(rows, "layer evaluations at 128", "exit checks alone"));
    assertTrue(find(rows, "layer evaluations at 128", "synthetic exits 67 %") < 2, text());
    for (int k = 0; k <= 8; k++) {
      assertTrue(find(rows, "verify at 4", "v(" + k + ")") > 0, "v(" + k + ")");
    }
    // Four drafts of which 80 % stay give 3.36 tokens a step.
    assertEquals(
        find(rows, "verify at 4", "v(4)") / 3.3616,
        find(rows, "computed, decode at 4", "look-up, k=4"),
        1e-9);
    Main tooLong = new Main(new PrintStream(text), "optimisations", "--small", "--contexts=4000");
    assertTrue(tooLong.run() != 0);
  }

  private static double find(List<Row> rows, String measure, String name) {
    return rows.stream()
        .filter(row -> row.measure().equals(measure) && row.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError(measure + ", " + name))
        .samples()
        .median();
  }

  @Test
  void schedulesHaveTheSharesTheySay() {
    ExitSchedule schedule = new ExitSchedule(24);
    assertEquals(List.of(8, 12, 16, 20), schedule.layers());
    Confidence confidence =
        new Confidence() {
          @Override
          public float max() {
            return 0.5f;
          }

          @Override
          public float margin() {
            return 0;
          }

          @Override
          public float entropy() {
            return 0;
          }
        };
    assertEquals(0, exits(schedule, List.of(), 16, confidence));
    assertEquals(0.35, exits(schedule, List.of(0.1, 0.1, 0.1, 0.05), 16, confidence) / 16.0, 0.05);
    assertEquals(0.67, exits(schedule, List.of(0.67), 16, confidence) / 16.0, 0.05);
    // The sum of 0.8 to the powers of 1 to 4.
    assertEquals(
        2.3616, IntStream.of(OptimisationBenchmark.accepted()).average().orElseThrow(), 0.15);
  }

  private static int exits(
      ExitSchedule schedule, List<Double> shares, int tokens, Confidence confidence) {
    schedule.follow(shares);
    int exits = 0;
    for (int i = 0; i < tokens; i++) {
      if (schedule.layers().stream().anyMatch(layer -> schedule.exit(layer, confidence))) {
        exits++;
      }
    }
    return exits;
  }

  @Test
  void medianAndRatiosGoPairByPair() {
    Samples ours = new Samples(List.of(2.0, 1.0, 4.0, 8.0));
    Samples theirs = new Samples(List.of(2.0, 2.0, 2.0, 2.0));
    assertEquals(3, ours.median());
    Samples ratio = Row.of("", "", "", ours).versus("", theirs).ratio().orElseThrow();
    assertEquals(List.of(1.0, 2.0, 0.5, 0.25), ratio.values());
  }
}
