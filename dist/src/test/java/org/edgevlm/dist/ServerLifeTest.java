package org.edgevlm.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.edgevlm.dist.Server.Part;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the built server starts and ends. */
class ServerLifeTest {

  private static final Pattern FREED =
      Pattern.compile("the model is freed, and (-?\\d+) kB of memory with it");

  /** The default model's files take a little more. */
  private static final int MODEL_KB = 8000;

  @TempDir static Path temporary;

  private static Set<String> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.map(Path::toString).collect(Collectors.toSet());
    }
  }

  @Test
  void finishesWhatItWasAskedBeforeItStops() throws Exception {
    Path folder = Files.createDirectory(temporary.resolve("stopping"));
    try (Server other = Server.start(folder)) {
      List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        asked.add(other.postAsync("/caption", Part.image(Files.readAllBytes(Pictures.scene(i)))));
      }
      long taken = awaitTaken(other, 3);
      assertEquals(128 + 15, other.stop());
      long answered = asked.stream().filter(ServerLifeTest::isAnswered).count();
      assertTrue(answered >= taken, answered + " answered of " + taken + " that were taken");
    }
    assertEquals(Set.of(folder.toString()), files(folder));
    Files.delete(folder);
  }

  /** Waits until so many are read or answered at a time, and says how many they are. */
  private static long awaitTaken(Server other, int count) throws Exception {
    long taken = 0;
    while (taken < count) {
      JsonNode json = Server.json(other.get("/metrics"));
      taken = json.at("/inference/queue/requests_in_flight").asLong();
    }
    return taken;
  }

  /** Or else came too late: it was refused, or its connection wasn't taken any more. */
  private static boolean isAnswered(CompletableFuture<HttpResponse<String>> asked) {
    HttpResponse<String> response;
    try {
      response = asked.join();
    } catch (CompletionException e) {
      assertInstanceOf(IOException.class, e.getCause());
      return false;
    }
    assertTrue(Set.of(200, 503).contains(response.statusCode()), response.body());
    return response.statusCode() == 200;
  }

  /** Also where there is no time: nobody's connection just ends. */
  @Test
  void tellsEverybodyWhoWasTakenBeforeItStops() throws Exception {
    Path folder = Files.createDirectory(temporary.resolve("at-once"));
    for (String backend : List.of("llamacpp-bytedeco", "llamacpp-jni")) {
      try (Server other =
          Server.start(
              Program.edgevlm(),
              folder,
              0,
              "--set",
              "backend=" + backend,
              "--set",
              "server.stop_seconds=0")) {
        List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
          Part image = Part.image(Files.readAllBytes(Pictures.scene(i)));
          asked.add(other.postAsync("/caption?stream=true", image));
        }
        long taken = awaitTaken(other, 4);
        assertEquals(128 + 15, other.stop());
        long told = asked.stream().filter(ServerLifeTest::isTold).count();
        assertTrue(told >= taken, told + " told of " + taken + " that were taken, " + backend);
      }
    }
    assertEquals(Set.of(folder.toString()), files(folder));
    Files.delete(folder);
  }

  /** Or else came too late, as above. A stream that is cut short is an error of the client's. */
  private static boolean isTold(CompletableFuture<HttpResponse<String>> asked) {
    try {
      String body = asked.join().body();
      return body.contains("event: answer") || body.contains("/problems/stopping");
    } catch (CompletionException e) {
      assertInstanceOf(IOException.class, e.getCause());
      return false;
    }
  }

  /** Inside of native code a process that ends crashes: exit code 139 instead of 143. */
  @Test
  void stopsInOrderWhileItIsStillLoading() throws Exception {
    Path folder = Files.createDirectory(temporary.resolve("loading"));
    for (long millis = 300; millis < 1500; millis += 300) {
      Process process =
          Program.edgevlm()
              .with("EDGEVLM_JAVA_OPTS", "-Djava.io.tmpdir=" + folder)
              .start("serve", "--port", "0");
      Thread.sleep(millis);
      process.destroy();
      assertEquals(128 + 15, process.waitFor(), "after " + millis + " ms");
    }
  }

  @Test
  void anotherAddressNeedsATokenOrAnExplicitWord() throws Exception {
    Program.Result refused =
        Program.edgevlm().run("serve", "--port", "0", "--host", "0.0.0.0").expect(2);
    assertTrue(refused.err().contains("EDGEVLM_TOKEN"), refused.err());
    assertTrue(refused.err().contains("--insecure"), refused.err());
    String token = "a-token-of-a-test-1234";
    Path folder = Files.createDirectory(temporary.resolve("token"));
    Program program = Program.edgevlm().with("EDGEVLM_TOKEN", token);
    try (Server other = Server.start(program, folder, 0, "--host", "0.0.0.0")) {
      assertEquals(401, other.get("/metrics").statusCode());
      assertEquals(200, other.get("/health").statusCode());
    }
    Program.Result shown = Program.edgevlm().with("EDGEVLM_TOKEN", token).run("config").expect(0);
    assertFalse(shown.out().contains(token), shown.out());
  }

  @ParameterizedTest
  @ValueSource(strings = {"llamacpp-bytedeco", "llamacpp-jni"})
  void givesTheModelsMemoryBack(String backend) throws Exception {
    Path folder = Files.createDirectory(temporary.resolve(backend));
    Path log = temporary.resolve(backend + ".log");
    Program program = Program.edgevlm().logTo(log);
    try (Server other =
        Server.start(program, folder, 0, "--verbose", "--set", "backend=" + backend)) {
      other.post("/caption", Part.image(Files.readAllBytes(Pictures.scene(0))));
      assertEquals(128 + 15, other.stop());
    }
    Matcher freed = FREED.matcher(Files.readString(log));
    assertTrue(freed.find(), Files.readString(log));
    assertTrue(Integer.parseInt(freed.group(1)) > MODEL_KB, freed::group);
  }

  @Test
  void stopsWhenToldToAndCleansUp() throws Exception {
    Path folder = Files.createDirectory(temporary.resolve("other"));
    try (Server other = Server.start(folder)) {
      other.post("/caption", Part.image(Files.readAllBytes(Pictures.scene(0))));
      assertEquals(128 + 15, other.stop());
    }
    assertEquals(Set.of(folder.toString()), files(folder));
    Files.delete(folder);
  }
}
