package org.edgevlm.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the command line does before any plugin or model is needed: this home has neither. */
class CommandLineProgramTest {

  @TempDir Path home;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void setHome() {
    System.setProperty("edgevlm.home", home.toString());
  }

  @AfterEach
  void clearHome() {
    System.clearProperty("edgevlm.home");
  }

  private int run(String... arguments) {
    Console console = new Console(stream(out), stream(err), false);
    return new CommandLineProgram(console).run(arguments);
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

  @Test
  void helpNamesCommandsAndExitCodes() {
    assertEquals(0, run("--help"));
    for (String word :
        List.of("caption", "vqa", "serve", "plugins", "config", "score", "Exit codes")) {
      assertTrue(out().contains(word), word);
    }
    assertEquals("", err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"caption", "vqa", "serve", "plugins", "config", "score"})
  void everyCommandHasHelpWithExitCodes(String command) {
    assertEquals(0, run(command, "--help"));
    assertTrue(out().contains("Usage: edgevlm " + command), out());
    assertTrue(out().contains("3   a picture can't be used"), out());
  }

  @Test
  void noCommandIsAUsageErrorThatNamesThem() {
    assertEquals(2, run());
    assertTrue(err().contains("caption, vqa, serve, plugins, config, score"), err());
    assertEquals("", out());
  }

  @Test
  void usageErrorsAreTwo() {
    assertEquals(2, run("caption"));
    assertEquals(2, run("vqa", "a.png"));
    assertEquals(2, run("caption", "--no-such-option", "a.png"));
    assertEquals(2, run("captoin", "a.png"));
    assertEquals(2, run("caption", "--temperature", "warm", "a.png"));
    assertEquals(2, run("caption", "--temperature", "-1", "a.png"));
    assertEquals(2, run("caption", "--max-length", "0", "a.png"));
    assertEquals(2, run("vqa", "a.png", "  "));
    assertEquals(2, run("vqa", "a.png", "x".repeat(501)));
    assertEquals(2, run("serve", "--port", "65536"));
    assertEquals(2, run("score", "--limit", "0"));
    assertEquals("", out());
  }

  @Test
  void anUnknownKeyIsNamedWithTheNearestOne() {
    assertEquals(2, run("config", "--set", "bakend=x"));
    assertTrue(err().contains("bakend") && err().contains("backend"), err());
  }

  @Test
  void aSetWithoutAValueShowsHowToWriteIt() {
    assertEquals(2, run("config", "--set", "backend"));
    assertTrue(err().contains("--set key=value"), err());
  }

  @Test
  void aConfigurationFileThatIsNotThereIsNamed() {
    assertEquals(2, run("config", "--config", "/no/such.yaml"));
    assertTrue(err().contains("/no/such.yaml"), err());
  }

  @Test
  void configShowsValuesAndTheirOrigins() {
    assertEquals(0, run("config", "--set", "model=other"));
    assertTrue(out().lines().anyMatch(line -> line.matches("model +other +--set")), out());
    assertTrue(out().lines().anyMatch(line -> line.matches("vision +opencv +default")), out());
  }

  @Test
  void theLastOfTwoSetsWins() {
    assertEquals(0, run("config", "--set", "model=one", "--set", "model=two"));
    assertTrue(out().lines().anyMatch(line -> line.matches("model +two +--set")), out());
  }

  @Test
  void theTemplateShowsTheCoreKeys() {
    assertEquals(0, run("config", "--template"));
    assertTrue(out().contains("\nmodel: edgevlm-tiny\n"), out());
  }

  @Test
  void pluginsListsTheBuiltInStrategyAndWhereItIsFrom() {
    assertEquals(0, run("plugins"));
    assertTrue(out().contains("decoding: autoregressive"), out());
    assertTrue(out().contains("from "), out());
  }

  @Test
  void anUnknownBackendIsAUsageErrorThatSaysWhatIsThere() {
    assertEquals(2, run("caption", "--set", "backend=nosuch", "a.png"));
    assertTrue(err().contains("nosuch"), err());
    assertEquals("", out());
  }
}
