package org.edgevlm.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.edgevlm.dist.Server.Part;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** The web page as a person uses it: a real browser, the built server, the default model. */
@EnabledIf(value = "org.edgevlm.dist.Browser#isInstalled", disabledReason = Browser.MISSING)
class WebPageTest {

  private static final Path SCENE = Program.PROJECT.resolve("docs/images/scene.png");
  private static final String QUESTION = "What is at the bottom left?";

  @TempDir static Path temporary;
  private static Server server;
  private static Browser browser;

  /** What the browser may complain about in a test: answers that aren't 200. */
  private final List<String> expected = new ArrayList<>();

  @BeforeAll
  static void start() throws IOException {
    server = Server.start(Program.edgevlm(), temporary, 0, "--set", "llamacpp-bytedeco.threads=1");
    browser =
        Browser.open(
            server.address(),
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream");
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
  void load() throws InterruptedException {
    browser.load();
    browser.until("the model's name", () -> browser.text("#model").startsWith("edgevlm-tiny"));
  }

  @AfterEach
  void nothingElseWasComplainedAbout() {
    List<String> complaints = new ArrayList<>(browser.console());
    complaints.removeIf(line -> expected.stream().anyMatch(line::contains));
    assertEquals(List.of(), complaints);
  }

  private static String caption(Path picture) throws Exception {
    Part image = Part.image(Files.readAllBytes(picture));
    return Server.json(server.post("/caption", image)).get("text").asText();
  }

  @Test
  void captionsAPickedPicture() throws Exception {
    browser.pick(SCENE);
    assertEquals("Describe", browser.text("#send"));
    browser.find("#send").click();
    assertEquals(caption(SCENE), browser.answer());
    assertTrue(browser.shows("#preview"));
    assertEquals("scene.png · 512 × 512", browser.text("#picture-note"));
    assertEquals("send", browser.focus(), "the focus is where it was");
  }

  @Test
  void captionsADroppedPicture() throws Exception {
    browser.drop(Pictures.scene(1), "#drop");
    browser.find("#send").click();
    assertEquals(caption(Pictures.scene(1)), browser.answer());
    assertEquals("001.jpg · 144 × 144", browser.text("#picture-note"));
  }

  /** Also where it misses the box: without that, the browser would leave the page. */
  @Test
  void takesAPictureDroppedBesideTheBox() throws Exception {
    browser.drop(Pictures.scene(1), "#question");
    browser.until("the picture", () -> browser.text("#picture-note").startsWith("001.jpg"));
  }

  @Test
  void saysThatADroppedTextIsNoPicture() throws Exception {
    Path text = Files.writeString(temporary.resolve("notes.txt"), "no picture");
    browser.drop(text, "#drop");
    browser.until("words", () -> browser.text("#picture-note").contains("isn’t a picture"));
    assertFalse(browser.shows("#preview"));
  }

  @Test
  void captionsAPastedPicture() throws Exception {
    browser.copy(Files.readAllBytes(SCENE));
    browser.pressControl("v");
    browser.until("the picture", () -> browser.shows("#preview"));
    browser.find("#send").click();
    assertEquals(caption(SCENE), browser.answer());
  }

  @Test
  void captionsWhatTheCameraSees() throws Exception {
    browser.find("#camera").click();
    browser.until("the camera", () -> browser.shows("#viewfinder"));
    assertEquals("take", browser.focus());
    assertFalse(browser.shows("#file + label"));
    browser.press(Keys.ENTER);
    browser.until("the picture", () -> browser.shows("#preview"));
    assertFalse(browser.shows("#viewfinder"));
    assertEquals("question", browser.focus());
    browser.press(Keys.ENTER);
    assertFalse(browser.answer().isBlank());
    assertTrue(browser.text("#picture-note").startsWith("a picture from the camera · "));
  }

  @Test
  void escapeClosesTheCamera() throws Exception {
    browser.find("#camera").click();
    browser.until("the camera", () -> browser.shows("#viewfinder"));
    browser.press(Keys.ESCAPE);
    assertFalse(browser.shows("#viewfinder"));
    assertTrue(browser.shows("#camera"));
    assertEquals("camera", browser.focus());
  }

  @Test
  void answersQuestionsAndKeepsTheOnesBefore() throws Exception {
    browser.pick(SCENE);
    browser.find("#send").click();
    browser.answer();
    browser.find("#question").sendKeys(QUESTION);
    assertEquals("Ask", browser.text("#send"));
    browser.find("#send").click();
    browser.until("two turns", () -> browser.findAll(".turn").size() == 2);
    assertEquals(Pictures.BOTTOM_LEFT, browser.answer());
    List<String> questions = browser.findAll(".turn h3").stream().map(WebElement::getText).toList();
    assertEquals(List.of(QUESTION, "Describe the picture"), questions);
    browser.pick(Pictures.scene(1));
    browser.until("no turns", () -> browser.findAll(".turn").isEmpty());
  }

  @Test
  void showsHowAnAnswerWasMade() throws Exception {
    browser.pick(SCENE);
    browser.find("#send").click();
    browser.answer();
    JsonNode json = Server.json(server.post("/caption", Part.image(Files.readAllBytes(SCENE))));
    assertTrue(
        browser.text(".facts").startsWith(json.get("tokens").asInt() + " tokens · "),
        browser.text(".facts"));
    String parts = browser.text(".parts");
    for (String part :
        List.of(
            "Prepare the picture",
            "Write the answer",
            "In all",
            "llamacpp-bytedeco",
            "opencv",
            "autoregressive",
            "edgevlm-tiny",
            "Optimisations\nnone")) {
      assertTrue(parts.contains(part), parts);
    }
    assertEquals(4, browser.findAll(".bar rect").size());
    JsonNode layers = json.get("kv_layers");
    assertEquals(12, layers.size());
    assertEquals(layers.size(), browser.findAll(".layers .column").size());
    long sum = 0;
    for (JsonNode layer : layers) {
      sum += layer.get("bytes").asLong();
    }
    assertEquals(json.at("/counters/kv_bytes").asLong(), sum);
    assertTrue(parts.contains(sum / 1024 + " KiB at the end"), parts);
    String label = browser.find(".layers").getDomAttribute("aria-label");
    assertTrue(label.contains("layer 12 " + layers.get(11).get("bytes").asLong() / 1024), label);
  }

  @Test
  void saysWhatIsWrongWithABrokenPicture() throws Exception {
    expected.add("/caption");
    Path broken = Files.write(temporary.resolve("broken.jpg"), Pictures.truncated());
    browser.pick(broken);
    browser.find("#send").click();
    browser.answer();
    assertEquals("Corrupt picture", browser.text(".problem-title"));
    assertEquals("The picture is damaged or incomplete.", browser.text(".problem-detail"));
    assertTrue(
        browser.text(".problem-id").matches("Request [A-Za-z0-9._-]{1,64}"),
        browser.text(".problem-id"));
    assertFalse(browser.shows(".again"), "asking again can't help");
    browser.pick(SCENE);
    browser.find("#send").click();
    assertEquals(caption(SCENE), browser.answer());
  }

  @Test
  void asksForAPictureFirst() {
    browser.find("#question").sendKeys(QUESTION, Keys.ENTER);
    assertEquals("Choose a picture first.", browser.text("#picture-note"));
    assertEquals("file", browser.focus());
    assertTrue(browser.findAll(".turn").isEmpty());
  }

  @Test
  void worksByKeyboardAlone() throws Exception {
    browser.copy(Files.readAllBytes(SCENE));
    browser.pressControl("v");
    browser.until("the picture", () -> browser.shows("#preview"));
    for (String next : List.of("file", "camera", "question")) {
      browser.press(Keys.TAB);
      assertEquals(next, browser.focus());
      assertFocusIsVisible(next);
    }
    browser.press(QUESTION);
    browser.press(Keys.ENTER);
    assertEquals(Pictures.BOTTOM_LEFT, browser.answer());
    assertEquals("question", browser.focus());
    browser.press(Keys.TAB);
    assertEquals("send", browser.focus());
    assertFocusIsVisible("send");
    browser.press(Keys.TAB);
    assertEquals("summary", browser.focus());
    assertTrue(browser.shows(".parts"), "open from the start where there is room");
    browser.press(Keys.ENTER);
    assertFalse(browser.shows(".parts"));
    browser.press(Keys.SPACE);
    assertTrue(browser.shows(".parts"));
  }

  private static void assertFocusIsVisible(String id) {
    String ringed = id.equals("file") ? "#file + label" : "#" + id;
    assertEquals("solid", browser.find(ringed).getCssValue("outline-style"), id);
    assertTrue(browser.find(ringed).getCssValue("outline-width").startsWith("3"), id);
  }

  /** A screen reader is told of the words, too. */
  @Test
  void speaksTheWords() throws Exception {
    assertEquals("polite", browser.find("#spoken").getDomAttribute("aria-live"));
    browser.pick(SCENE);
    browser.find("#send").click();
    String words = browser.answer();
    browser.until(
        "the words", () -> browser.find("#spoken").getDomProperty("textContent").contains(words));
  }
}
