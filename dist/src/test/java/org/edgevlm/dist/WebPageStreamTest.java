package org.edgevlm.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** Words that arrive one after the other, and being stopped between them: a model that is slow. */
@EnabledIf(value = "org.edgevlm.dist.Browser#isInstalled", disabledReason = Browser.MISSING)
class WebPageStreamTest {

  private static final Path SCENE = Program.PROJECT.resolve("docs/images/scene.png");

  @TempDir static Path temporary;
  private static Server server;
  private static Browser browser;

  @BeforeAll
  static void start() throws IOException {
    Path home = Program.homeLikeTheDistribution(temporary.resolve("home"));
    Path slow = Program.PROJECT.resolve("dist/src/test/plugins/slow");
    PluginSources.install(slow, slow.resolve("resources"), home.resolve("plugins/testing-slow"));
    server =
        Server.start(
            Program.of(home.resolve("bin/edgevlm")),
            temporary,
            0,
            "--set",
            "llamacpp-bytedeco.threads=1",
            "--set",
            "cache=[testing-slow]",
            "--set",
            "testing-slow.pause_ms=150");
    browser = Browser.open(server.address());
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
    if (server != null) {
      server.close();
    }
  }

  @BeforeEach
  void load() {
    browser.load();
    browser.pick(SCENE);
  }

  @AfterEach
  void nothingWasComplainedAbout() {
    assertEquals(List.of(), browser.console());
  }

  private static String words() {
    return browser.text(".turn:first-child .words");
  }

  @Test
  void wordsArriveOneAfterTheOther() throws Exception {
    browser.find("#send").click();
    browser.until("the first words", () -> browser.shows(".words") && !words().isEmpty());
    String first = words();
    assertTrue(browser.shows(".turn.busy"));
    assertFalse(browser.find("#send").isEnabled());
    assertEquals("stop", browser.focus());
    browser.until("more words", () -> words().length() > first.length());
    assertTrue(browser.shows(".turn.busy"));
    browser.until(
        "words for a screen reader before the end",
        () -> !browser.find("#spoken").getDomProperty("textContent").isBlank());
    assertTrue(browser.shows(".turn.busy"));
    String whole = browser.answer();
    assertTrue(whole.startsWith(first) && whole.contains(Pictures.BOTTOM_LEFT), whole);
    assertTrue(browser.text(".facts").contains("tokens/s"));
  }

  @Test
  void escapeStopsInTheMiddleAndTheNextQuestionIsAnswered() throws Exception {
    browser.find("#question").sendKeys(Keys.ENTER);
    browser.until("the first words", () -> browser.shows(".words") && !words().isEmpty());
    browser.press(Keys.ESCAPE);
    String stopped = browser.answer();
    assertEquals("Stopped here", browser.text(".turn:first-child .facts"));
    assertFalse(stopped.contains("background"), stopped);
    browser.until("the server stops, too", WebPageStreamTest::somethingWasCancelled);
    assertEquals(stopped, words(), "nothing arrives after the stop");
    browser.find("#question").sendKeys("What is at the bottom left?", Keys.ENTER);
    browser.until("a second turn", () -> browser.findAll(".turn").size() == 2);
    assertEquals(Pictures.BOTTOM_LEFT, browser.answer());
    assertEquals("question", browser.focus());
  }

  private static boolean somethingWasCancelled() {
    try {
      return Server.json(server.get("/metrics")).findPath("cancelled").asInt() >= 1;
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Test
  void theButtonStopsToo() throws Exception {
    browser.find("#send").click();
    browser.until("the first words", () -> browser.shows(".words") && !words().isEmpty());
    browser.find("#stop").click();
    browser.answer();
    assertEquals("Stopped here", browser.text(".facts"));
    assertEquals("send", browser.focus());
    assertFalse(browser.find("#stop").isEnabled());
  }

  @Test
  void anotherPictureStopsTheAnswerToo() throws Exception {
    browser.find("#send").click();
    browser.until("the first words", () -> browser.shows(".words") && !words().isEmpty());
    browser.pick(Pictures.scene(1));
    browser.until("no turns", () -> browser.findAll(".turn").isEmpty());
    browser.until("the button", () -> browser.find("#send").isEnabled());
  }
}
