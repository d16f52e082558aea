package org.edgevlm.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** How the web page looks: on small screens, dark and light, with an answer and with a problem. */
@EnabledIf(value = "org.edgevlm.dist.Browser#isInstalled", disabledReason = Browser.MISSING)
class WebPageLooksTest {

  private static final double LEAST_CONTRAST = 4.5;
  private static final int FINGER = 44;
  private static final Pattern COLOUR =
      Pattern.compile("rgba?\\((\\d+), (\\d+), (\\d+)(?:, ([\\d.]+))?\\)");

  /** Every element that has a text of its own and is shown, with its colour and the one behind. */
  private static final String TEXTS =
      """
      const behind = element => {
        for (let e = element; e; e = e.parentElement) {
          const colour = getComputedStyle(e).backgroundColor;
          if (!colour.endsWith(', 0)')) return colour;
        }
        return 'none';
      };
      return [...document.querySelectorAll('body *')]
        .filter(e => e.checkVisibility() && !e.disabled
          && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim() !== ''))
        .map(e => [
          e.tagName + '.' + (e.className.baseVal ?? e.className) + ': ' + e.textContent.trim(),
          e instanceof SVGElement ? getComputedStyle(e).fill : getComputedStyle(e).color,
          behind(e)]);
      """;

  @TempDir static Path temporary;
  private static Server server;
  private static Browser browser;

  @BeforeAll
  static void start() throws Exception {
    server =
        Server.start(
            Program.edgevlm(),
            temporary,
            0,
            "--set",
            "llamacpp-bytedeco.threads=1",
            "--set",
            "cache=[pyramid, gear]");
    browser = Browser.open(server.address());
    // Colours that change gradually would be measured on the way.
    browser.prefer("prefers-reduced-motion", "reduce");
    browser.pick(Program.PROJECT.resolve("docs/images/scene.png"));
    browser.find("#send").click();
    assertFalse(browser.answer().isBlank());
    browser.find("#question").sendKeys("x".repeat(500), Keys.ENTER);
    browser.until("a second turn", () -> browser.findAll(".turn").size() == 2);
    browser.answer();
    browser.findAll("details:not([open], [hidden]) summary").forEach(WebElement::click);
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

  @AfterEach
  void asItWas() {
    browser.resizeBack();
    browser.prefer("prefers-color-scheme", "light");
  }

  private static double luminance(Matcher colour) {
    double[] weights = {0.2126, 0.7152, 0.0722};
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      double value = Integer.parseInt(colour.group(i + 1)) / 255.0;
      sum +=
          weights[i] * (value <= 0.04045 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4));
    }
    return sum;
  }

  private static Matcher colour(Object css) {
    Matcher matcher = COLOUR.matcher((String) css);
    assertTrue(matcher.matches(), (String) css);
    return matcher;
  }

  /** As WCAG 2 defines it. */
  private static double contrast(Object one, Object other) {
    double a = luminance(colour(one));
    double b = luminance(colour(other));
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  }

  @ParameterizedTest
  @ValueSource(strings = {"light", "dark"})
  void everyTextCanBeRead(String scheme) throws IOException {
    browser.prefer("prefers-color-scheme", scheme);
    List<?> texts = (List<?>) browser.script(TEXTS);
    assertTrue(texts.size() > 40, texts::toString);
    for (Object entry : texts) {
      List<?> text = (List<?>) entry;
      double contrast = contrast(text.get(1), text.get(2));
      assertTrue(contrast >= LEAST_CONTRAST, contrast + " of " + text);
    }
    assertTrue(texts.toString().contains("problem-title"), "a problem is among them");
  }

  @Test
  void darkIsDarkAndLightIsLight() {
    String light = browser.find("body").getCssValue("background-color");
    browser.prefer("prefers-color-scheme", "dark");
    String dark = browser.find("body").getCssValue("background-color");
    assertNotEquals(light, dark);
    assertTrue(contrast(light.replace(", 1)", ")"), "rgb(0, 0, 0)") > 15, light);
    assertTrue(contrast(dark.replace(", 1)", ")"), "rgb(255, 255, 255)") > 15, dark);
  }

  @ParameterizedTest
  @ValueSource(ints = {320, 360, 600, 900})
  void nothingIsWiderThanTheScreen(int width) {
    browser.resize(width, 700);
    long wide = (Long) browser.script("return document.documentElement.scrollWidth");
    assertTrue(wide <= width, wide + " of " + width);
    Object outside =
        browser.script(
            "return [...document.querySelectorAll('body *')].filter(e => e.checkVisibility()"
                + " && !e.closest('.visually-hidden')"
                + " && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML)");
    assertEquals(List.of(), outside);
  }

  @Test
  void buttonsAreLargeEnoughForFingers() {
    browser.resize(320, 700);
    for (WebElement button : browser.findAll("button, .button, input[type=text]")) {
      if (button.isDisplayed()) {
        assertTrue(button.getSize().getHeight() >= FINGER, button.getText());
        assertTrue(button.getSize().getWidth() >= FINGER, button.getText());
      }
    }
  }

  @Test
  void everyControlHasAName() {
    for (WebElement control :
        browser.findAll("button, input, summary, video, progress, img, svg")) {
      if (control.isDisplayed()) {
        assertFalse(control.getAccessibleName().isBlank(), control.getDomProperty("outerHTML"));
      }
    }
  }

  @Test
  void theCachePoliciesAreNamedAndTheirCountsShown() {
    String parts = browser.text(".turn:last-child .parts");
    assertTrue(parts.contains("Optimisations\npyramid, gear"), parts);
    assertTrue(parts.contains("Evicted entries\n"), parts);
  }

  @Test
  void nothingMovesForWhoAsksForThat() {
    assertEquals("0s", browser.find("#send").getCssValue("transition-duration"));
    browser.prefer("prefers-reduced-motion", "no-preference");
    assertNotEquals("0s", browser.find("#send").getCssValue("transition-duration"));
    browser.prefer("prefers-reduced-motion", "reduce");
  }

  /** Also for people to look at: {@code -Dedgevlm.screenshots=DIR} leaves them there. */
  @Test
  void whatIsSeenIsDarkOrLightToo() throws IOException {
    String chosen = System.getProperty("edgevlm.screenshots", temporary.toString());
    Path folder = Files.createDirectories(Path.of(chosen));
    Map<String, Double> brightness = new HashMap<>();
    for (String scheme : List.of("light", "dark")) {
      browser.prefer("prefers-color-scheme", scheme);
      for (int width : new int[] {360, 1280}) {
        browser.resize(width, 1600);
        Path file = folder.resolve(scheme + "-" + width + ".png");
        browser.screenshot(file);
        brightness.put(scheme + width, brightness(file));
      }
    }
    for (int width : new int[] {360, 1280}) {
      assertTrue(brightness.get("light" + width) > 0.7, brightness::toString);
      assertTrue(brightness.get("dark" + width) < 0.4, brightness::toString);
    }
  }

  /** Of all pixels, 0 to 1. */
  private static double brightness(Path picture) throws IOException {
    BufferedImage image = ImageIO.read(picture.toFile());
    double sum = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        int pixel = image.getRGB(x, y);
        sum += (pixel >> 16 & 0xff) + (pixel >> 8 & 0xff) + (pixel & 0xff);
      }
    }
    return sum / (3.0 * 255 * image.getWidth() * image.getHeight());
  }
}
