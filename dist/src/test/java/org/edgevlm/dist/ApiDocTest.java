package org.edgevlm.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/api.md shows is what works: its lines are run as they stand there. */
class ApiDocTest {

  private static final String ADDRESS = "http://127.0.0.1:8080";
  private static final int LEAST = 12;

  @TempDir Path folder;

  @Test
  void everyLineOfTheDocumentationWorks() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "there is no curl");
    Files.copy(Pictures.scene(0), folder.resolve("photo.jpg"));
    // An answer with an error's status ends curl with an error.
    Files.writeString(folder.resolve(".curlrc"), "fail-with-body\nsilent\nshow-error\n");
    List<String> commands = commands();
    assertTrue(commands.size() >= LEAST, commands::toString);
    try (Server server = start("server.benchmark=true");
        Server constraining = start("backend=llamacpp-jni")) {
      for (String command : commands) {
        Server asked = command.contains("grammar=") ? constraining : server;
        run(command.replace(ADDRESS, asked.address().toString()));
      }
    }
  }

  private Server start(String setting) throws IOException {
    return Server.start(Program.edgevlm(), folder, 0, "--set", setting);
  }

  /** The lines of its shell blocks. */
  private static List<String> commands() throws IOException {
    List<String> commands = new ArrayList<>();
    boolean shell = false;
    for (String line : Files.readAllLines(Program.PROJECT.resolve("docs/api.md"))) {
      if (line.startsWith("```")) {
        shell = line.equals("```sh");
      } else if (shell) {
        commands.add(line);
      }
    }
    return commands;
  }

  private void run(String command) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-c", "set -o pipefail; " + command)
            .directory(folder.toFile())
            .redirectErrorStream(true);
    builder.environment().put("HOME", folder.toString());
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), command);
    assertEquals(0, process.exitValue(), command + "\n" + out);
    assertTrue(out.contains("\"") || out.contains("edgevlm_"), command + "\n" + out);
  }
}
