package org.edgevlm.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.edgevlm.dist.Program.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bench optimisations} of the distribution with its own settings and few pictures. */
class OptimisationsTest {

  @TempDir Path folder;

  private static Result run(Path home, String... arguments)
      throws IOException, InterruptedException {
    String[] all = new String[arguments.length + 4];
    all[0] = "bench";
    all[1] = "optimisations";
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    all[all.length - 2] = "--set";
    // Threads that wait for each other crawl where other tests take the cores.
    all[all.length - 1] = "llamacpp-bytedeco.threads=1";
    return Program.of(home.resolve("bin/edgevlm")).run(all);
  }

  @Test
  void theTableTheCsvAndTheChartOfFourPictures() throws Exception {
    Path csv = folder.resolve("o.csv");
    Path chart = folder.resolve("o.png");
    Result result =
        run(
                Program.DISTRIBUTION,
                "--pictures",
                "4",
                "--csv",
                csv.toString(),
                "--chart",
                chart.toString())
            .expect(0);
    assertTrue(result.out().startsWith("edgevlm-tiny: 4 pictures, "), result.out());
    for (String heading : List.of("Speed", "Depth", "KV cache", "Speculation", "Answers")) {
      assertTrue(result.out().contains("\n" + heading), result.out());
    }
    assertTrue(result.out().contains("\nWhat is off costs nothing"), result.out());
    List<String> lines = Files.readAllLines(csv);
    assertTrue(lines.get(1).startsWith("off,"), lines.get(1));
    long settings =
        Files.readAllLines(Program.DISTRIBUTION.resolve("conf/optimisations.yaml")).stream()
            .filter(line -> line.startsWith("  - name:"))
            .count();
    assertEquals(1 + settings, lines.size(), "none is dropped");
    BufferedImage image = ImageIO.read(chart.toFile());
    assertTrue(image.getWidth() >= 900 && image.getHeight() >= 500, image.toString());
  }

  @Test
  void whatLosslessSpeculationAnswersIsWhatOffAnswers() throws Exception {
    Path settings =
        Files.writeString(
            folder.resolve("settings.yaml"),
            """
            settings:
              - name: plain
                set: {cache: [], decoding: autoregressive}
              - name: look-up
                set: {decoding: prompt-lookup, prompt-lookup.adaptive: false}
              - name: gear
                set: {cache: [gear], gear.budget: 0.5}
            """);
    Result result =
        run(Program.DISTRIBUTION, "--json", "--pictures", "4", "--settings", settings.toString())
            .expect(0);
    JsonNode json = new ObjectMapper().readTree(result.out());
    JsonNode lookUp = json.at("/settings/1/figures");
    assertEquals(1, lookUp.at("/identical_answers/value").asDouble());
    assertEquals(0, lookUp.at("/accuracy_difference/value").asDouble());
    assertEquals(1, lookUp.at("/kv_share/value").asDouble());
    assertTrue(lookUp.at("/drafted_per_token/value").asDouble() > 0, lookUp.toString());
    JsonNode gear = json.at("/settings/2/figures");
    assertTrue(gear.at("/kv_share/value").asDouble() < 0.7, gear.toString());
    assertTrue(gear.at("/evicted/value").asDouble() > 0, gear.toString());
  }

  @Test
  void aPluginThatIsNotThereIsListed() throws Exception {
    Path home = Program.homeLikeTheDistribution(folder);
    Files.delete(home.resolve("plugins/cache-gear"));
    Result result = run(home, "--pictures", "1").expect(0);
    assertTrue(result.out().contains("\ngear: no cache plugin 'gear' is installed"), result.out());
    assertFalse(result.out().contains("(gear): met"), result.out());
  }
}
