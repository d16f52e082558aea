package org.edgevlm.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.edgevlm.app.http.HttpService;
import org.edgevlm.runtime.config.Configuration;
import org.edgevlm.runtime.plugin.PluginRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** What the web page makes of a server that isn't ready, wants a token, or goes away. */
@EnabledIf(value = "org.edgevlm.dist.Browser#isInstalled", disabledReason = Browser.MISSING)
class WebPageServerTest {

  private static final Path SCENE = Program.PROJECT.resolve("docs/images/scene.png");
  private static final String TOKEN = "correct-horse-battery-staple";

  @TempDir Path temporary;

  private Server server(Program program, int port, String... options) throws IOException {
    String[] all = new String[options.length + 2];
    all[0] = "--set";
    all[1] = "llamacpp-bytedeco.threads=1";
    System.arraycopy(options, 0, all, 2, options.length);
    return Server.start(program, temporary, port, all);
  }

  /** What is asked meanwhile is answered as soon as there is a model. */
  @Test
  void waitsForAModelThatLoads() throws Exception {
    HttpService loading =
        HttpService.start(Configuration.defaults(PluginRegistry.of(List.of())), "127.0.0.1", 0);
    URI address = URI.create(loading.address());
    try (Browser browser = Browser.open(address)) {
      browser.until("the state", () -> browser.shows("#loading"));
      loading.progress().update(42, 100);
      browser.until("42", () -> browser.text("#loading").equals("The model is loading: 42 %"));
      assertEquals("42", browser.find("#loading-bar").getDomProperty("value"));
      browser.pick(SCENE);
      browser.find("#send").click();
      browser.until("the turn", () -> browser.shows(".turn.busy"));
      assertEquals("Waiting for the model …", browser.text(".facts"));
      loading.close();
      browser.until("no server", () -> browser.text("#loading").contains("can’t be reached"));
      try (Server server = server(Program.edgevlm(), address.getPort())) {
        assertTrue(browser.answer().contains(Pictures.BOTTOM_LEFT), server.address().toString());
        assertFalse(browser.shows("#loading"));
        assertTrue(browser.text("#model").startsWith("edgevlm-tiny"));
      }
      browser.find("#send").click();
      browser.until("a second turn", () -> browser.findAll(".turn").size() == 2);
      browser.answer();
      assertEquals("No answer", browser.text(".problem-title"));
      assertEquals(
          "The server can’t be reached. It may have been stopped, or the network is down.",
          browser.text(".problem-detail"));
      try (Server server = server(Program.edgevlm(), address.getPort())) {
        browser.find(".again").click();
        assertTrue(browser.answer().contains(Pictures.BOTTOM_LEFT), server.address().toString());
        assertEquals(2, browser.findAll(".turn").size(), "asked again in the same place");
      }
    } finally {
      loading.close();
    }
  }

  @Test
  void asksForATokenAndKeepsItInMemory() throws Exception {
    try (Server server = server(Program.edgevlm().with("EDGEVLM_TOKEN", TOKEN), 0);
        Browser browser = Browser.open(server.address())) {
      browser.pick(SCENE);
      assertFalse(browser.shows("#token-form"));
      browser.find("#send").click();
      browser.until("the field", () -> browser.shows("#token-form"));
      assertEquals("token", browser.focus());
      browser.press("wrong", Keys.ENTER);
      browser.until("the refusal", () -> browser.text("#token-hint").contains("didn’t take"));
      browser.until("the field", () -> browser.shows("#token-form"));
      browser.press(TOKEN, Keys.ENTER);
      assertTrue(browser.answer().contains(Pictures.BOTTOM_LEFT));
      assertFalse(browser.shows("#token-form"));
      browser.find("#send").click();
      browser.until("a second turn", () -> browser.findAll(".turn").size() == 2);
      assertTrue(browser.answer().contains(Pictures.BOTTOM_LEFT), "not asked for again");
      Object kept =
          browser.script("return localStorage.length + sessionStorage.length + document.cookie");
      assertEquals("0", kept);
      browser.load();
      browser.pick(SCENE);
      browser.find("#send").click();
      browser.until("the field", () -> browser.shows("#token-form"));
      assertEquals("", browser.find("#token").getDomProperty("value"));
      browser.press(Keys.ESCAPE);
      browser.answer();
      assertEquals("Stopped before the first word", browser.text(".facts"));
    }
  }

  @Test
  void showsWarnings() throws Exception {
    try (Server server =
            server(
                Program.edgevlm(),
                0,
                "--set",
                "backend=llamacpp-jni",
                "--set",
                "cache=[gear]",
                "--set",
                "degrade=true");
        Browser browser = Browser.open(server.address())) {
      browser.pick(SCENE);
      browser.find("#send").click();
      assertTrue(browser.answer().contains(Pictures.BOTTOM_LEFT));
      assertTrue(browser.text(".warnings").contains("gear"), browser.text(".turn"));
      assertTrue(browser.text(".parts").contains("at the end"));
      assertTrue(browser.findAll(".layers").isEmpty(), "this backend has no layers to show");
    }
  }
}
