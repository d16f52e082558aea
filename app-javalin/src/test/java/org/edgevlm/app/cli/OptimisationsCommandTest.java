package org.edgevlm.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.edgevlm.reference.BmpVisionProvider;
import org.edgevlm.runtime.reference.ReferenceHome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command with the reference plugins: a real model, real eviction, a real draft. */
class OptimisationsCommandTest {

  private static final String SETTINGS =
      """
      settings:
        - name: "off"
          set: {cache: [], decoding: autoregressive}
        - name: window
          set: {cache: [reference-window]}
        - name: draft
          set: {decoding: reference-draft}
        - name: both
          set: {cache: [reference-window], decoding: reference-draft}
        - name: missing
          set: {cache: [nowhere], nowhere.budget: 0.5}
        - name: "wrong, key"
          set: {reference-draft.modle: tiny}
        - name: other backend
          set: {backend: plain, cache: [reference-window]}
      claims:
        - claim: drafting changes no word
          setting: draft
          bars:
            - identical_answers: {at_least: 1}
        - claim: the window gives memory back
          setting: window
          bars:
            - kv_share: {at_most: 0.0001}
        - claim: nobody knows
          setting: missing
          bars:
            - kv_share: {at_most: 0.5}
      """;

  @TempDir Path home;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private Path scenes;
  private Path settings;

  @BeforeEach
  void setHome() throws IOException {
    System.setProperty("edgevlm.home", home.toString());
    new ReferenceHome(home);
    scenes = Files.createDirectory(home.resolve("scenes"));
    for (int i = 0; i < 4; i++) {
      ByteBuffer bytes = BmpVisionProvider.bmp(9, 5, 0xff0000 >> i, 0x0000ff << i);
      byte[] array = new byte[bytes.remaining()];
      bytes.get(array);
      Files.write(scenes.resolve(i + ".bmp"), array);
    }
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 4; i++) {
      lines
          .append("{\"image\":\"")
          .append(i)
          .append(".bmp\",\"objects\":[[\"owl\"]],\"questions\":[")
          .append("{\"kind\":\"what\",\"question\":\"What?\",\"answers\":[\"owl\"]}]}\n");
    }
    Files.writeString(scenes.resolve("scenes.jsonl"), lines);
    settings = Files.writeString(home.resolve("settings.yaml"), SETTINGS);
  }

  @AfterEach
  void clearHome() {
    System.clearProperty("edgevlm.home");
  }

  private int run(String... arguments) {
    out.reset();
    err.reset();
    List<String> all = new ArrayList<>(List.of("bench", "optimisations"));
    all.addAll(List.of(arguments));
    for (String set :
        List.of("backend=reference", "vision=reference-bmp", "model=tiny", "max_length=12")) {
      all.add("--set");
      all.add(set);
    }
    Console console = new Console(stream(out), stream(err), false);
    return new CommandLineProgram(console).run(all.toArray(String[]::new));
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private void assertUsage(String message, String... arguments) {
    assertEquals(2, run(arguments), () -> err());
    assertTrue(err().contains(message), err());
    assertEquals("", out());
  }

  private String line(String start) {
    return out().lines().filter(line -> line.startsWith(start)).findFirst().orElse("");
  }

  @Test
  void settingsAreMeasuredAndWhatIsMissingIsListed() {
    assertEquals(
        0,
        run("--settings", settings.toString(), "--pictures", "4", scenes.toString()),
        () -> err());
    assertTrue(out().startsWith("tiny: 4 pictures, 8 answers a setting, 1 round,"), out());
    assertTrue(line("missing:").contains("no cache plugin 'nowhere' is installed"), out());
    assertTrue(line("wrong, key:").contains("unknown key 'reference-draft.modle'"), out());
    assertFalse(out().contains("--set"), out());
    assertTrue(line("other backend:").contains("needs a backend that"), out());
    assertTrue(line("drafting changes no word (draft)").endsWith(": met"), out());
    assertTrue(line("the window gives memory back").endsWith(": not met"), out());
    assertTrue(line("nobody knows (missing)").endsWith(": not available"), out());
    assertTrue(out().contains("identical_answers at least 1.0: measured 1.000"), out());
  }

  @Test
  void csvAndChartAreWritten() throws IOException {
    Path csv = home.resolve("o.csv");
    Path png = home.resolve("o.png");
    assertEquals(
        0,
        run(
            "--settings",
            settings.toString(),
            "--csv",
            csv.toString(),
            "--chart",
            png.toString(),
            "--rounds",
            "2",
            scenes.toString()),
        () -> err());
    assertTrue(out().contains("16 answers a setting, 2 rounds"), out());
    List<String> lines = Files.readAllLines(csv);
    assertEquals(1 + 7, lines.size());
    List<String> header = Arrays.asList(lines.get(0).split(","));
    for (String line : lines) {
      // Commas within quotes aren't separators.
      String[] cells = line.split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", -1);
      assertEquals(header.size(), cells.length, line);
    }
    String[] off = lines.get(1).split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", -1);
    String[] window = lines.get(2).split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", -1);
    assertEquals(1, Double.parseDouble(off[header.indexOf("decode_share")]));
    assertEquals(1, Double.parseDouble(off[header.indexOf("token_agreement")]));
    assertTrue(Double.parseDouble(window[header.indexOf("kv_share")]) < 1, lines.get(2));
    assertTrue(Double.parseDouble(window[header.indexOf("evicted")]) > 0, lines.get(2));
    assertTrue(lines.get(6).startsWith("\"wrong, key\","), lines.get(6));
    BufferedImage image = ImageIO.read(png.toFile());
    assertTrue(image.getWidth() >= 900 && image.getHeight() >= 500, image.toString());
  }

  @Test
  void jsonHasEveryFigure() throws IOException {
    assertEquals(
        0, run("--json", "--settings", settings.toString(), scenes.toString()), () -> err());
    JsonNode json = new ObjectMapper().readTree(out());
    assertEquals(8, json.get("answers").asInt());
    JsonNode draft = json.get("settings").get(2);
    assertEquals("draft", draft.get("name").asText());
    assertEquals(1, draft.at("/figures/identical_answers/value").asDouble());
    assertTrue(draft.at("/figures/acceptance/value").asDouble() > 0, draft.toString());
    assertEquals("not available", json.at("/claims/2/verdict").asText());
    assertFalse(json.get("settings").get(4).get("not_available").asText().isEmpty());
  }

  @Test
  void badArgumentsAreRefusedBeforeAnythingIsMeasured() throws IOException {
    String file = settings.toString();
    assertUsage("--pictures 0 is less than 1", "--pictures", "0");
    assertUsage("--rounds -1 is less than 1", "--rounds=-1");
    assertUsage("must end in .png", "--chart", "o.jpg");
    assertUsage("there is no folder", "--csv", home.resolve("none/o.csv").toString());
    assertUsage("is a folder", "--csv", home.toString());
    assertUsage("/no/such.yaml: can't be read", "--settings", "/no/such.yaml");
    assertEquals(1, run("--settings", file, home.resolve("none").toString()));
    assertTrue(err().contains("has no scenes"), err());
    Files.delete(scenes.resolve("1.bmp"));
    assertEquals(3, run("--settings", file, scenes.toString()));
    assertTrue(err().contains("1.bmp: does not exist"), err());
    Files.writeString(scenes.resolve("1.bmp"), "no picture");
    assertEquals(3, run("--settings", file, scenes.toString()));
    assertTrue(err().contains("1.bmp: "), err());
    Files.writeString(settings, "settings: [{name: a, set: {model: none}}]");
    assertEquals(4, run("--settings", file, scenes.toString()));
  }

  @Test
  void aFileOfSettingsThatIsNotRightIsExplained() throws IOException {
    assertSettings("- a", "the file must have lines of the form 'key: value'");
    assertSettings("settings: []", "'settings' is empty");
    assertSettings("settings: [{nam: a}]", "setting 1: unknown 'nam'; it takes name, set");
    assertSettings("settings: [{name: a}, {name: a}]", "two settings named 'a'");
    assertSettings("settings: [{name: a, set: {cache: {b: c}}}]", "'cache' must be a text");
    assertSettings("settings: [{name: a", "is not YAML");
    String claim = "settings: [{name: a}]\nclaims: [{claim: x, setting: ";
    assertSettings(claim + "b, bars: []}]", "no setting is named 'b'; there are [a]");
    assertSettings(
        claim + "a, bars: [{speed: {at_least: 1}}]}]", "no figure is named 'speed'; there are");
    assertSettings(claim + "a, bars: [{speed_up: {least: 1}}]}]", "it takes at_most, at_least");
    assertSettings(claim + "a, bars: [{speed_up: {at_least: x}}]}]", "'x' is not a number");
  }

  private void assertSettings(String yaml, String message) throws IOException {
    Files.writeString(settings, yaml);
    assertUsage(message, "--settings", settings.toString(), scenes.toString());
  }

  @Test
  void benchAloneSaysWhatThereIs() {
    Console console = new Console(stream(out), stream(err), false);
    assertEquals(2, new CommandLineProgram(console).run("bench"));
    assertTrue(err().contains("bench what? optimisations"), err());
  }
}
