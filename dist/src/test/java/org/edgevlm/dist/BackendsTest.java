package org.edgevlm.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.edgevlm.dist.Program.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The distribution's two backends: one line of the configuration swaps them. */
class BackendsTest {

  private static final String ENGINE = "llamacpp-bytedeco";
  private static final String STOCK = "llamacpp-jni";

  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir Path folder;

  @Test
  void bothAreListedWithWhatTheyCan() throws Exception {
    List<String> lines = Program.edgevlm().run("plugins").expect(0).out().lines().toList();
    for (String id : List.of(ENGINE, STOCK)) {
      assertTrue(lines.stream().anyMatch(line -> line.startsWith("backend: " + id + " ")), id);
    }
    String text = String.join("\n", lines);
    assertTrue(text.contains("stores K and V in a quantised type"), text);
    String config = Program.edgevlm().run("config").expect(0).out();
    assertTrue(config.lines().anyMatch(line -> line.matches("backend +" + ENGINE + " .*")), config);
  }

  @Test
  void oneSettingSwapsTheBackendAndNothingElse() throws Exception {
    Path file = Files.writeString(folder.resolve("stock.yaml"), "backend: " + STOCK + "\n");
    String scene = Pictures.scene(3).toString();
    JsonNode engine = json(Program.edgevlm().run("caption", "--json", scene));
    JsonNode set =
        json(Program.edgevlm().run("caption", "--json", "--set", "backend=" + STOCK, scene));
    JsonNode config =
        json(Program.edgevlm().run("caption", "--json", "--config", file.toString(), scene));
    assertEquals(ENGINE, engine.at("/plugins/backend").asText());
    for (JsonNode stock : List.of(set, config)) {
      assertEquals(STOCK, stock.at("/plugins/backend").asText());
      // The eye stays where it was: this backend has none of its own.
      assertEquals(ENGINE, stock.at("/plugins/encoder").asText());
      assertEquals(engine.get("text"), stock.get("text"));
      assertEquals(engine.get("tokens"), stock.get("tokens"));
      assertEquals(engine.get("prompt_tokens"), stock.get("prompt_tokens"));
    }
  }

  private static JsonNode json(Result result) throws IOException {
    return MAPPER.readTree(result.expect(0).out());
  }

  @Test
  void keysThatABackendHasNotAreRefusedByName() throws Exception {
    Result result =
        Program.edgevlm()
            .run("caption", "--set", ENGINE + ".mlock=true", Pictures.scene(0).toString())
            .expect(2);
    assertTrue(result.err().contains("mlock"), result.err());
  }

  @Test
  void bothInOneProcessSayTheSameOf40Pictures() throws Exception {
    for (List<String> order : List.of(List.of(ENGINE, STOCK), List.of(STOCK, ENGINE))) {
      List<String> lines =
          sideBySide(order.get(0).equals(ENGINE) ? "forwards" : "backwards", 40, order);
      List<String> texts = new ArrayList<>();
      for (int i = 0; i < 160; i += 2) {
        String[] first = lines.get(i).split("\t", -1);
        String[] second = lines.get(i + 1).split("\t", -1);
        assertEquals(order, List.of(first[0], second[0]));
        assertEquals(first[1], second[1], "picture " + i / 4);
        texts.add(first[1]);
      }
      assertTrue(texts.stream().distinct().count() > 30, "the answers differ from each other");
      List<String> libraries = lines.stream().filter(line -> line.startsWith("library\t")).toList();
      assertEquals(2, libraries.size(), libraries::toString);
      // Whoever is left goes on without the other.
      assertEquals("left\t" + texts.get(78), lines.get(lines.size() - 1));
    }
  }

  @Test
  void theyAreClosedInTheOtherOrderToo() throws Exception {
    for (List<String> order : List.of(List.of(ENGINE, STOCK), List.of(STOCK, ENGINE))) {
      List<String> lines =
          sideBySide(order.get(0).equals(ENGINE) ? "backwards" : "forwards", 1, order);
      assertEquals(lines.get(0).split("\t", -1)[1], lines.get(1).split("\t", -1)[1]);
      assertEquals("left\t" + lines.get(0).split("\t", -1)[1], lines.get(lines.size() - 1));
    }
  }

  private List<String> sideBySide(String closing, int pictures, List<String> backends)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            BackendsSideBySide.class.getName(),
            Program.DISTRIBUTION.toString(),
            closing,
            String.valueOf(pictures)));
    command.addAll(backends);
    Path output = folder.resolve("output.txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("GOMP_SPINCOUNT", "10000");
    Process process = builder.start();
    if (!process.waitFor(300, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    assertEquals(0, process.waitFor(), () -> read(output));
    return Files.readAllLines(output);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
