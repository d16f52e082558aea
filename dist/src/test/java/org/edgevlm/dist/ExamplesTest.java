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
import java.util.stream.Stream;
import org.edgevlm.dist.Program.Result;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What docs/write-a-plugin.md promises: plugins that others build, with nothing but what this
 * project publishes, and drop into {@code plugins/} of a built distribution.
 */
class ExamplesTest {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Of the project that examples/new-plugin begins. */
  private static final String STARTED = "heavy-hitters";

  private static final Path NEW_PLUGIN = Program.PROJECT.resolve("examples/new-plugin");

  private static final String SCENE = Pictures.scene(0).toString();

  @TempDir static Path folder;
  private static Path home;
  private static String built;
  private static Examples examples;

  /** What the distribution's own plugins answer. */
  private static JsonNode whole;

  @BeforeAll
  static void buildAndDropIn() throws Exception {
    examples = Examples.in(folder.resolve("work"));
    examples.copy("cache-recent-window");
    examples.copy("vision-png");
    Path started = examples.project(STARTED);
    Program.of(NEW_PLUGIN).run(STARTED, "com.acme.heavy", started.toString()).expect(0);
    built = examples.build(List.of("cache-recent-window", "vision-png", STARTED)).expect(0).out();
    home = Program.homeLikeTheDistribution(folder.resolve("home"));
    dropIn("cache-recent-window", "recent-window");
    dropIn("vision-png", "png");
    dropIn(STARTED, STARTED);
    whole = caption(SCENE);
  }

  private static void dropIn(String project, String id) throws IOException {
    Path target = Files.createDirectory(home.resolve("plugins").resolve(id));
    for (Path file : files(examples.project(project).resolve("target/plugin").resolve(id))) {
      Files.copy(file, target.resolve(file.getFileName()));
    }
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.sorted().toList();
    }
  }

  private static List<String> jars(String id) throws IOException {
    return files(home.resolve("plugins").resolve(id)).stream()
        .map(file -> file.getFileName().toString())
        .toList();
  }

  private static Result run(String... arguments) throws IOException, InterruptedException {
    return Program.of(home.resolve("bin/edgevlm")).run(arguments);
  }

  private static JsonNode caption(String picture, String... settings) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("caption", "--json", picture));
    for (String setting : settings) {
      arguments.addAll(List.of("--set", setting));
    }
    Result result = run(arguments.toArray(String[]::new)).expect(0);
    JsonNode json = MAPPER.readTree(result.out());
    assertTrue(json.path("warnings").isEmpty(), json::toString);
    return json;
  }

  @Test
  void eachProjectRunsTheContractOfItsService() throws IOException {
    assertTrue(built.contains("BUILD SUCCESS"), built);
    for (String suite :
        List.of(
            "com.example.recentwindow.RecentWindowContractTest",
            "com.example.recentwindow.RecentWindowTest",
            "com.example.png.PngVisionTest",
            "com.acme.heavy.HeavyHittersTest",
            "VisionProcessorContract$Resizing",
            "CachePolicyContract$Policy")) {
      assertTrue(
          built.lines().anyMatch(line -> line.contains("Tests run:") && line.endsWith(suite)),
          () -> suite + " in " + built);
    }
  }

  @Test
  void pluginFoldersHoldThePluginAndItsOwnLibrariesOnly() throws IOException {
    assertEquals(List.of("cache-recent-window-1.0.0.jar"), jars("recent-window"));
    assertEquals(List.of(STARTED + "-1.0.0.jar"), jars(STARTED));
    assertEquals(
        List.of("metadata-extractor-2.18.0.jar", "vision-png-1.0.0.jar", "xmpcore-6.1.11.jar"),
        jars("png"));
  }

  @Test
  void theProgramListsThem() throws Exception {
    Result plugins = run("plugins").expect(0);
    assertEquals("", plugins.err());
    for (String expected :
        List.of(
            "cache: recent-window 1.0.0",
            "from " + home.resolve("plugins/recent-window/cache-recent-window-1.0.0.jar"),
            "key recent-window.window = 256: ",
            "vision: png 1.0.0",
            "from " + home.resolve("plugins/png/vision-png-1.0.0.jar"),
            "cache: " + STARTED + " 1.0.0",
            "vision: opencv ")) {
      assertTrue(plugins.out().contains(expected), () -> expected + " in " + plugins.out());
    }
  }

  @Test
  void theCachePolicyFreesMemory() throws Exception {
    JsonNode wide = caption(SCENE, "cache=[recent-window]");
    assertEquals(whole.get("text"), wide.get("text"), "a window that holds all changes nothing");
    assertEquals(0, wide.at("/counters/evicted_entries").asLong(-1));
    assertEquals(whole.at("/counters/kv_bytes"), wide.at("/counters/kv_bytes"));

    JsonNode narrow = caption(SCENE, "cache=[recent-window]", "recent-window.window=8");
    assertEquals("recent-window", narrow.at("/plugins/cache/0").asText());
    assertFalse(narrow.get("text").asText().isBlank());
    assertTrue(narrow.at("/counters/evicted_entries").asLong() > 0, narrow::toString);
    long before = whole.at("/counters/kv_bytes").asLong();
    long after = narrow.at("/counters/kv_bytes").asLong();
    assertTrue(after > 0 && after < before, () -> after + " bytes of " + before);

    JsonNode withoutPicture =
        caption(
            SCENE,
            "cache=[recent-window]",
            "recent-window.window=8",
            "recent-window.keep_image=false");
    assertTrue(
        withoutPicture.at("/counters/evicted_entries").asLong()
            > narrow.at("/counters/evicted_entries").asLong(),
        () -> narrow + "\n" + withoutPicture);
  }

  @Test
  void theStartedProjectWorksAsItIs() throws Exception {
    JsonNode json = caption(SCENE, "cache=[" + STARTED + "]", STARTED + ".budget=16");
    assertTrue(json.at("/counters/evicted_entries").asLong() > 0, json::toString);
    assertTrue(
        json.at("/counters/kv_bytes").asLong() < whole.at("/counters/kv_bytes").asLong(),
        json::toString);
  }

  @Test
  void badValuesAreRefusedWithWhatIsAllowed() throws Exception {
    Result result = run("caption", SCENE, "--set", "recent-window.window=0").expect(2);
    assertTrue(result.err().contains("recent-window.window"), result.err());
    assertTrue(result.err().contains("a whole number from 1 to "), result.err());
  }

  @Test
  void theVisionProcessorGivesWhatTheOtherDoes() throws Exception {
    List<String> arguments = new ArrayList<>(List.of("caption", "-q"));
    for (int scene = 0; scene < 5; scene++) {
      Path png = folder.resolve(scene + ".png");
      arguments.add(Pictures.turnedPng(Pictures.scene(scene), png).toString());
    }
    Result ours = run(arguments.toArray(String[]::new)).expect(0);
    arguments.addAll(List.of("--set", "vision=png"));
    Result theirs = run(arguments.toArray(String[]::new)).expect(0);
    assertEquals(5, ours.out().lines().count());
    assertEquals(ours.out(), theirs.out());
  }

  @Test
  void theVisionProcessorSaysWhatItDoesNotRead() throws Exception {
    Result result = run("caption", SCENE, "--set", "vision=png").expect(3);
    assertTrue(result.err().contains("not a PNG"), result.err());
  }

  @Test
  void twoVersionsOfALibraryWorkSideBySide() throws Exception {
    Path picture = Pictures.turnedPng(Pictures.scene(0), folder.resolve("turned.png"));
    Path log = folder.resolve("classes.log");
    Result result =
        Program.of(Path.of(System.getProperty("java.home"), "bin", "java"))
            .run(
                "-Xlog:class+load=info:file=" + log,
                "-Djava.awt.headless=true",
                "--module-path",
                home.resolve("lib").toString(),
                "--add-modules",
                "ALL-DEFAULT,ALL-MODULE-PATH",
                "-cp",
                Path.of(
                        SideBySide.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString(),
                SideBySide.class.getName(),
                home.toString(),
                picture.toString(),
                "opencv",
                "png")
            .expect(0);
    List<String> texts = result.out().lines().toList();
    assertEquals(2, texts.size(), result.toString());
    assertEquals(run("caption", "-q", picture.toString()).out().strip(), texts.get(0));
    assertEquals(texts.get(0), texts.get(1));
    // Version 2.18 has a constructor that 2.19 lacks, and the other way round.
    List<String> loaded =
        Files.readAllLines(log).stream()
            .filter(line -> line.contains(" com.drew.metadata.exif.ExifTiffHandler source: "))
            .map(line -> line.substring(line.indexOf("plugins/")))
            .sorted()
            .toList();
    assertEquals(
        List.of(
            "plugins/opencv/metadata-extractor-2.19.0.jar",
            "plugins/png/metadata-extractor-2.18.0.jar"),
        loaded);
  }

  @Test
  void theScriptRefusesWhatCannotWork() throws Exception {
    String target = folder.resolve("not made").toString();
    for (String id : List.of("Upper", "-a", "a_b", "")) {
      Result result = Program.of(NEW_PLUGIN).run(id, "com.acme", target).expect(2);
      assertTrue(result.err().contains("'" + id + "' is no id"), result.err());
    }
    Result noPackage = Program.of(NEW_PLUGIN).run("good", "com/acme", target).expect(2);
    assertTrue(noPackage.err().contains("is no package"), noPackage.err());
    Result taken = Program.of(NEW_PLUGIN).run("good", "com.acme", home.toString()).expect(2);
    assertTrue(taken.err().contains("is there already"), taken.err());
    Program.of(NEW_PLUGIN).run().expect(2);
    assertFalse(Files.exists(Path.of(target)));
  }
}
