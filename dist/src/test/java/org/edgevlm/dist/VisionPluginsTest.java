package org.edgevlm.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The built program with each of its vision plugins. */
class VisionPluginsTest {

  private static final Path PICTURE = Program.PROJECT.resolve("docs/images/scene.png");

  /** Pictures a run: a run has a time limit. */
  private static final int PART = 100;

  @TempDir Path folder;

  @Test
  void bothAreListedAndOpenCvIsTheDefault() throws Exception {
    List<String> lines = Program.edgevlm().run("plugins").expect(0).out().lines().toList();
    assertTrue(lines.stream().anyMatch(line -> line.startsWith("vision: opencv ")));
    assertTrue(lines.stream().anyMatch(line -> line.startsWith("vision: boofcv ")));
    String config = Program.edgevlm().run("config").expect(0).out();
    assertTrue(config.lines().anyMatch(line -> line.matches("vision +opencv .*")), config);
  }

  /** OpenCV's is the counter-check: what isn't there for BoofCV is there for it. */
  @ParameterizedTest
  @CsvSource({"boofcv,false", "opencv,true"})
  void openCvIsInTheProcessOnlyWhereItIsAskedFor(String vision, boolean expected) throws Exception {
    // Many pictures, so that there is time to look.
    List<String> command =
        new ArrayList<>(List.of("caption", "--json", "-q", "--set", "vision=" + vision));
    for (int i = 0; i < 60; i++) {
      command.add(PICTURE.toString());
    }
    Process process =
        Program.edgevlm()
            .with("EDGEVLM_JAVA_OPTS", "-Djava.io.tmpdir=" + folder)
            .start(command.toArray(String[]::new));
    try {
      JsonNode first = new ObjectMapper().readTree(process.inputReader().readLine());
      assertEquals(vision, first.at("/plugins/vision").asText(), first::toString);
      List<String> maps = Files.readAllLines(Path.of("/proc", process.pid() + "", "maps"));
      assertTrue(maps.stream().anyMatch(line -> line.contains("libjvm")), "not the JVM's memory");
      List<String> opencv =
          maps.stream()
              .filter(line -> line.toLowerCase(Locale.ROOT).contains("libopencv"))
              .toList();
      assertEquals(expected, !opencv.isEmpty(), opencv::toString);
      assertEquals(expected, unpacked(), "a library unpacked under " + folder);
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private boolean unpacked() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.anyMatch(
          file -> file.getFileName().toString().toLowerCase(Locale.ROOT).contains("opencv"));
    }
  }

  /** The same words from both for at least 98 of 100 scenes that the model never saw. */
  @Test
  void captionsAgreeOnTheHeldOutScenes() throws Exception {
    List<String> scenes = new ArrayList<>();
    for (String half : List.of("seen", "unseen")) {
      try (Stream<Path> files = Files.list(Program.SCENES.resolveSibling(half))) {
        files
            .map(Path::toString)
            .filter(file -> file.endsWith(".jpg"))
            .sorted()
            .forEach(scenes::add);
      }
    }
    assertEquals(208, scenes.size());
    List<String> opencv = captions("opencv", scenes);
    List<String> boofcv = captions("boofcv", scenes);
    List<String> differing = new ArrayList<>();
    for (int i = 0; i < scenes.size(); i++) {
      if (!opencv.get(i).equals(boofcv.get(i))) {
        differing.add(opencv.get(i) + "\n  " + boofcv.get(i));
      }
    }
    double share = 1 - (double) differing.size() / scenes.size();
    System.out.printf(
        Locale.ROOT,
        "opencv and boofcv: the captions of %.1f %% of %d scenes agree; the others:%n%s%n",
        100 * share,
        scenes.size(),
        String.join("\n", differing));
    assertTrue(share >= 0.98, share + " agree");
  }

  private static List<String> captions(String vision, List<String> scenes) throws Exception {
    List<String> captions = new ArrayList<>();
    for (int from = 0; from < scenes.size(); from += PART) {
      List<String> command = new ArrayList<>(List.of("caption", "-q", "--set", "vision=" + vision));
      // Two threads wait for each other where the machine is busy otherwise.
      command.addAll(List.of("--set", "llamacpp-bytedeco.threads=1"));
      List<String> part = scenes.subList(from, Math.min(from + PART, scenes.size()));
      command.addAll(part);
      List<String> lines =
          Program.edgevlm().run(command.toArray(String[]::new)).expect(0).out().lines().toList();
      assertEquals(part.size(), lines.size());
      for (int i = 0; i < part.size(); i++) {
        assertTrue(lines.get(i).startsWith(part.get(i) + ": "), lines.get(i));
        assertFalse(lines.get(i).substring(part.get(i).length() + 2).isBlank());
      }
      captions.addAll(lines);
    }
    return captions;
  }
}
