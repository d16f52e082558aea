package org.edgevlm.dist;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** Debian's Chromium without a window, and the web page in it. */
final class Browser implements AutoCloseable {

  /** Why tests are skipped without one. */
  static final String MISSING =
      "no chromium and chromedriver on the PATH: install Debian's chromium and chromium-driver";

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int POLL_MS = 50;

  private final ChromeDriver driver;
  private final URI address;
  private final Map<String, String> preferences = new TreeMap<>();

  private Browser(ChromeDriver driver, URI address) {
    this.driver = driver;
    this.address = address;
  }

  /** Whether there is one here; asked by the tests' conditions. */
  static boolean isInstalled() {
    return program("chromium").isPresent() && program("chromedriver").isPresent();
  }

  private static Optional<File> program(String name) {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
        .map(folder -> new File(folder, name))
        .filter(File::canExecute)
        .findFirst();
  }

  /**
   * Opens a server's page.
   *
   * @param arguments further ones of Chromium's
   */
  static Browser open(URI address, String... arguments) {
    ChromeOptions options = new ChromeOptions();
    options.setBinary(program("chromium").orElseThrow());
    options.addArguments(
        "--headless=new",
        // Containers, where tests often run, have neither user namespaces nor much shared memory.
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--no-first-run",
        "--lang=en",
        "--window-size=1280,900");
    options.addArguments(arguments);
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    options.setCapability("goog:loggingPrefs", logs);
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(program("chromedriver").orElseThrow())
            .usingAnyFreePort()
            .build();
    Browser browser = new Browser(new ChromeDriver(service, options), address);
    try {
      browser.load();
    } catch (RuntimeException e) {
      browser.close();
      throw e;
    }
    return browser;
  }

  /** Loads the page anew. */
  void load() {
    driver.get(address.resolve("/").toString());
  }

  /** The first element of a CSS selector. */
  WebElement find(String css) {
    return driver.findElement(By.cssSelector(css));
  }

  List<WebElement> findAll(String css) {
    return driver.findElements(By.cssSelector(css));
  }

  boolean shows(String css) {
    return findAll(css).stream().anyMatch(WebElement::isDisplayed);
  }

  /** The text of the first element of a selector, without white space at its ends. */
  String text(String css) {
    return find(css).getText().strip();
  }

  /** Waits until something holds. */
  void until(String what, BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("waited in vain for: " + what + "\n" + text("body"));
      }
      Thread.sleep(POLL_MS);
    }
  }

  /** Picks a file, as the system's dialogue would. */
  void pick(Path file) {
    find("#file").sendKeys(file.toString());
  }

  /** Drags a file from outside onto an element. */
  void drop(Path file, String css) {
    WebElement target = find(css);
    int x = target.getRect().getX() + target.getRect().getWidth() / 2;
    int y = target.getRect().getY() + target.getRect().getHeight() / 2;
    Map<String, Object> data =
        Map.of("items", List.of(), "files", List.of(file.toString()), "dragOperationsMask", 1);
    for (String type : List.of("dragEnter", "dragOver", "drop")) {
      cdp("Input.dispatchDragEvent", Map.of("type", type, "x", x, "y", y, "data", data));
    }
  }

  /** Copies a PNG to the clipboard, as another program would. */
  void copy(byte[] png) {
    cdp(
        "Browser.grantPermissions",
        Map.of("permissions", List.of("clipboardReadWrite", "clipboardSanitizedWrite")));
    driver.executeAsyncScript(
        "const done = arguments[1];"
            + "const bytes = Uint8Array.from(atob(arguments[0]), c => c.charCodeAt(0));"
            + "const blob = new Blob([bytes], {type: 'image/png'});"
            + "navigator.clipboard.write([new ClipboardItem({'image/png': blob})])"
            + ".then(() => done(), done);",
        Base64.getEncoder().encodeToString(png));
  }

  /** Presses keys, wherever the focus is. */
  void press(CharSequence... keys) {
    new Actions(driver).sendKeys(keys).perform();
  }

  /** Presses Ctrl and a key. */
  void pressControl(String key) {
    new Actions(driver).keyDown(Keys.CONTROL).sendKeys(key).keyUp(Keys.CONTROL).perform();
  }

  /** The id, or else the element's name, of what has the focus. */
  String focus() {
    WebElement active = driver.switchTo().activeElement();
    String id = active.getDomAttribute("id");
    return id == null || id.isEmpty() ? active.getTagName() : id;
  }

  /** Waits for the newest answer to be complete, and gives its words. */
  String answer() throws InterruptedException {
    until("an answer", () -> shows(".turn:first-child") && !shows(".turn:first-child.busy"));
    return text(".turn:first-child .words");
  }

  Object script(String script, Object... arguments) {
    return driver.executeScript(script, arguments);
  }

  /** Sends a command of the DevTools protocol. */
  void cdp(String command, Map<String, Object> parameters) {
    driver.executeCdpCommand(command, parameters);
  }

  /** What a person's settings ask for, such as {@code prefers-color-scheme} and {@code dark}. */
  void prefer(String feature, String value) {
    preferences.put(feature, value);
    // Each call replaces what the one before said.
    List<Map<String, String>> features =
        preferences.entrySet().stream()
            .map(entry -> Map.of("name", entry.getKey(), "value", entry.getValue()))
            .toList();
    cdp("Emulation.setEmulatedMedia", Map.of("features", features));
  }

  /** The size of what is shown, as a telephone would have it. */
  void resize(int width, int height) {
    cdp(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", true));
  }

  /** The window as it was opened. */
  void resizeBack() {
    cdp("Emulation.clearDeviceMetricsOverride", Map.of());
    driver.manage().window().setSize(new Dimension(1280, 900));
  }

  /** A picture of what is shown. */
  void screenshot(Path file) throws IOException {
    Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
  }

  /** What was written to the console since the last time it was asked for. */
  List<String> console() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .map(LogEntry::getMessage)
        .toList();
  }

  @Override
  public void close() {
    driver.quit();
  }
}
