package org.edgevlm.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The official OpenAI client for Python against the built server and its model, and the lines of
 * docs/openai.md as they stand there. Python is {@code python3}, or what {@code TEST_PYTHON} names;
 * where it has no package {@code openai} the tests with it are skipped.
 */
class OpenAiClientTest {

  private static final Path PAGE = Program.PROJECT.resolve("docs/openai.md");
  private static final String ADDRESS = "http://127.0.0.1:8080";
  private static final int MINUTES = 5;

  @TempDir static Path folder;
  private static Server server;
  private static Server constraining;

  @BeforeAll
  static void start() throws IOException {
    server = Server.start(folder);
    constraining = Server.start(Program.edgevlm(), folder, 0, "--set", "backend=llamacpp-jni");
    Files.copy(Pictures.scene(0), folder.resolve("photo.jpg"));
  }

  @AfterAll
  static void stop() {
    server.close();
    constraining.close();
  }

  /** What a program said, both streams together. */
  private record Said(int code, String text) {}

  private static Said run(Map<String, String> environment, String... command) throws Exception {
    Path out = Files.createTempFile(folder, "said", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new AssertionError(String.join(" ", command) + " doesn't end");
    }
    return new Said(process.exitValue(), Files.readString(out));
  }

  private static String python() throws Exception {
    String python = System.getenv().getOrDefault("TEST_PYTHON", "python3");
    boolean there;
    try {
      there = run(Map.of(), python, "-c", "import openai").code() == 0;
    } catch (IOException e) {
      there = false;
    }
    assumeTrue(there, python + " has no package openai: pip install openai");
    return python;
  }

  private static String address(Server asked) {
    return asked.address().toString().replaceAll("/$", "");
  }

  /** The page's blocks in a language. */
  private static List<String> blocks(String language) throws IOException {
    Matcher matcher =
        Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(PAGE));
    List<String> blocks = new ArrayList<>();
    while (matcher.find()) {
      blocks.add(matcher.group(1));
    }
    assertFalse(blocks.isEmpty(), "no blocks of " + language);
    return blocks;
  }

  @Test
  void theClientFindsEverythingInItsPlace() throws Exception {
    String python = python();
    Path script = Program.PROJECT.resolve("dist/src/test/python/openai_client.py");
    Map<Server, String> abilities = Map.of(server, "no grammars", constraining, "grammars");
    for (Map.Entry<Server, String> asked : abilities.entrySet()) {
      String address = address(asked.getKey());
      Said said = run(Map.of(), python, script.toString(), address, "photo.jpg", asked.getValue());
      assertEquals(0, said.code(), said::text);
      assertTrue(said.text().startsWith("fine:"), said::text);
    }
  }

  @Test
  void theDocumentsPythonRuns() throws Exception {
    List<String> blocks = blocks("python");
    assertEquals(2, blocks.size());
    String text = python(server, blocks.get(0));
    assertEquals(3, text.lines().count(), text);
    // The second goes on where the first ends, with another server.
    String constrained = python(constraining, blocks.get(0) + blocks.get(1));
    assertTrue(constrained.matches("(?s).*\"(red|green|blue|white)\""), constrained);
  }

  private static String python(Server asked, String block) throws Exception {
    Path script = folder.resolve("documented.py");
    Files.writeString(script, at(asked, block));
    Said said = run(Map.of("PYTHONIOENCODING", "utf-8"), python(), script.toString());
    assertEquals(0, said.code(), said::text);
    return said.text().strip();
  }

  /** A block with a server's address in place of the documented one. */
  private static String at(Server asked, String block) {
    assertTrue(block.contains(ADDRESS), block);
    return block.replace(ADDRESS, address(asked));
  }

  @Test
  void theDocumentsCurlLinesRun() throws Exception {
    Tools.find("curl");
    for (String block : blocks("sh")) {
      String quiet = at(server, block).replace("curl ", "curl -sS --fail-with-body ");
      Path script = folder.resolve("documented.sh");
      Files.writeString(script, "set -e\n" + quiet);
      Said said = run(Map.of(), "bash", script.toString());
      assertEquals(0, said.code(), said::text);
      assertTrue(said.text().contains("\"object\":\"list\""), said::text);
      assertTrue(said.text().contains("\"object\":\"chat.completion\""), said::text);
      assertTrue(said.text().strip().endsWith("data: [DONE]"), said::text);
    }
  }
}
