package org.edgevlm.runtime.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.edgevlm.runtime.plugin.PluginRegistry;
import org.edgevlm.spi.ConfigKey;
import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.Spi;
import org.edgevlm.spi.cache.CachePolicy;
import org.edgevlm.spi.cache.CachePolicyProvider;
import org.edgevlm.spi.decoding.SamplingParameters;
import org.edgevlm.spi.vision.ImageLimits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationTest {

  private static final ConfigKey<Integer> SINKS =
      ConfigKey.integer("sinks", 4, 0, 64, "first entries that stay");
  private static final ConfigKey<String> NOTE = ConfigKey.text("note", "", "anything at all");

  /** A plugin with two keys and one without, as ids in the configuration. */
  private static final PluginRegistry PLUGINS =
      PluginRegistry.of(List.of(new Policy("snap-kv", SINKS, NOTE), new Policy("window")));

  @TempDir Path temp;

  private record Policy(String id, List<ConfigKey<?>> configKeys) implements CachePolicyProvider {
    Policy(String id, ConfigKey<?>... keys) {
      this(id, List.of(keys));
    }

    @Override
    public String version() {
      return "1";
    }

    @Override
    public int spiVersion() {
      return Spi.VERSION;
    }

    @Override
    public String description() {
      return "a policy";
    }

    @Override
    public CachePolicy create(PluginContext context) {
      throw new UnsupportedOperationException();
    }
  }

  private Path write(String yaml) throws IOException {
    return Files.writeString(temp.resolve("edgevlm.yaml"), yaml);
  }

  private Configuration yaml(String yaml) throws IOException {
    return Configuration.load(Optional.of(write(yaml)), Map.of(), Map.of(), PLUGINS);
  }

  private String yamlError(String yaml) {
    return assertThrows(ConfigException.class, () -> yaml(yaml)).getMessage();
  }

  private static Configuration set(String key, String value) {
    return Configuration.load(Optional.empty(), Map.of(), Map.of(key, value), PLUGINS);
  }

  private static String setError(String key, String value) {
    return assertThrows(ConfigException.class, () -> set(key, value)).getMessage();
  }

  private static Configuration env(String name, String value) {
    return Configuration.load(Optional.empty(), Map.of(name, value), Map.of(), PLUGINS);
  }

  private static void assertHas(String message, String... parts) {
    for (String part : parts) {
      assertTrue(message.contains(part), () -> "'" + part + "' in: " + message);
    }
  }

  private static Map<String, ConfigEntry> entries(Configuration configuration) {
    return configuration.entries().stream()
        .collect(Collectors.toMap(ConfigEntry::key, entry -> entry));
  }

  @Test
  void defaultsAreWhatTheReadmeSays() {
    Configuration config = Configuration.defaults(PLUGINS);
    assertEquals("llamacpp-bytedeco", config.get(CoreKeys.BACKEND));
    assertEquals("auto", config.get(CoreKeys.ENCODER));
    assertEquals("opencv", config.get(CoreKeys.VISION));
    assertEquals(List.of(), config.get(CoreKeys.CACHE));
    assertEquals("autoregressive", config.get(CoreKeys.DECODING));
    assertEquals("edgevlm-tiny", config.get(CoreKeys.MODEL));
    assertEquals(64, config.get(CoreKeys.MAX_LENGTH));
    assertEquals("127.0.0.1", config.get(CoreKeys.SERVER_HOST));
    assertEquals(8080, config.get(CoreKeys.SERVER_PORT));
    assertEquals(ImageLimits.DEFAULT, CoreKeys.imageLimits(config));
    assertEquals(SamplingParameters.GREEDY, CoreKeys.sampling(config));
    assertTrue(config.entries().stream().allMatch(entry -> entry.origin().equals("default")));
    assertEquals("auto", entries(config).get("memory_limit").value());
    assertEquals("32MB", entries(config).get("image.max_bytes").value());
  }

  @Test
  void setBeatsEnvironmentBeatsFileBeatsDefault() throws IOException {
    Path file =
        write(
            """
            max_length: 10
            image:
              max_side: 11
              max_pixels: 12
            server: {port: 13}
            """);
    Configuration config =
        Configuration.load(
            Optional.of(file),
            Map.of(
                "EDGEVLM_IMAGE_MAX_SIDE", "21",
                "EDGEVLM_IMAGE_MAX_PIXELS", "22",
                "EDGEVLM_HOME", "/opt/edgevlm",
                "PATH", "/bin"),
            Map.of("image.max_pixels", "32"),
            PLUGINS);
    assertEquals(10, config.get(CoreKeys.MAX_LENGTH));
    assertEquals(21, config.get(CoreKeys.IMAGE_MAX_SIDE));
    assertEquals(32, config.get(CoreKeys.IMAGE_MAX_PIXELS));
    assertEquals(13, config.get(CoreKeys.SERVER_PORT));
    Map<String, ConfigEntry> entries = entries(config);
    assertEquals(file + ":1", entries.get("max_length").origin());
    assertEquals("env EDGEVLM_IMAGE_MAX_SIDE", entries.get("image.max_side").origin());
    assertEquals("--set", entries.get("image.max_pixels").origin());
    assertEquals(file + ":5", entries.get("server.port").origin());
    assertEquals("default", entries.get("model").origin());
  }

  @Test
  void pluginsSectionIsNamedAfterItsId() throws IOException {
    for (Configuration config :
        List.of(
            yaml("snap-kv: {sinks: 9}"),
            yaml("snap-kv.sinks: 9"),
            env("EDGEVLM_SNAP_KV_SINKS", "9"),
            set("snap-kv.sinks", "9"))) {
      assertEquals(9, config.section("snap-kv").get(SINKS));
      assertEquals("9", entries(config).get("snap-kv.sinks").value());
    }
    assertEquals(4, Configuration.defaults(PLUGINS).section("snap-kv").get(SINKS));
  }

  @Test
  void keysOutsideTheirSectionAreAProgrammersError() {
    Configuration config = Configuration.defaults(PLUGINS);
    assertThrows(IllegalArgumentException.class, () -> config.get(SINKS));
    assertThrows(IllegalArgumentException.class, () -> config.section("absent"));
    assertThrows(IllegalArgumentException.class, () -> config.section("window").get(SINKS));
  }

  @Test
  void listsComeAsYamlOrWithCommas() throws IOException {
    List<String> both = List.of("snap-kv", "window");
    assertEquals(both, yaml("cache: [snap-kv, window]").get(CoreKeys.CACHE));
    assertEquals(both, yaml("cache:\n  - snap-kv\n  - window\n").get(CoreKeys.CACHE));
    assertEquals(both, set("cache", "snap-kv,window").get(CoreKeys.CACHE));
    assertEquals(both, env("EDGEVLM_CACHE", "[snap-kv, window]").get(CoreKeys.CACHE));
    assertEquals(List.of(), env("EDGEVLM_CACHE", "").get(CoreKeys.CACHE));
  }

  @Test
  void textStaysAsItIsWritten() throws IOException {
    assertEquals("1.50", yaml("model: 1.50").get(CoreKeys.MODEL));
    assertEquals("yes", yaml("model: 'yes'").get(CoreKeys.MODEL));
    assertEquals("/a b/c,d.gguf", yaml("model: /a b/c,d.gguf").get(CoreKeys.MODEL));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "image.max_sid; 5; unknown key 'image.max_sid' (did you mean 'image.max_side'?); keys of image are image.max_bytes, image.max_side",
        "imgae.max_side; 5; did you mean 'image.max_side'?; sections are image, sampling, server",
        "max_side; 5; did you mean 'image.max_side'?; keys are backend",
        "bakcend; x; did you mean 'backend'?; keys are backend, encoder, vision, cache",
        "snap-kv.sink; 5; did you mean 'snap-kv.sinks'?; keys of snap-kv are snap-kv.sinks, snap-kv.note",
        "snapkv.sinks; 5; did you mean 'snap-kv.sinks'?; the installed plugins' snap-kv, window",
        "window.sinks; 5; unknown key 'window.sinks': window has no key 'sinks'; snap-kv has; window has no keys",
        "image; 5; 'image' is a section; keys of image are",
        "max_length; many; 'max_length' is 'many'; a whole number from 1 to 4096",
        "max_length; 0; 'max_length' is '0'; a whole number from 1 to 4096",
        "image.resize; crop; 'image.resize' is 'crop'; one of auto, stretch, letterbox, center-crop",
        "memory_limit; lots; 'memory_limit' is 'lots'; a size such as 512MB",
        "sampling.top_p; NaN; 'sampling.top_p' is 'NaN'; to 1.0",
        "snap-kv.sinks; 65; 'snap-kv.sinks' is '65'; a whole number from 0 to 64",
        "cache; snapkv; 'cache': no cache plugin is called 'snapkv'; nearest first: snap-kv, window",
        "vision; opencv; no vision plugin is called 'opencv'; none is installed"
      })
  void errorSaysWhatWasWrongAndWhatWouldBeRight(
      String key, String value, String first, String second) {
    assertHas(setError(key, value), "--set: ", first, second);
  }

  @Test
  void errorInAFileNamesItsLine() {
    String file = temp.resolve("edgevlm.yaml").toString();
    assertHas(yamlError("# c\n\nimage:\n  max_sid: 5\n"), file + ":4: ", "'image.max_side'");
    assertHas(yamlError("model: x\nmax_length: many\n"), file + ":2: ", "from 1 to 4096");
    assertHas(yamlError("model: x\ncache: [none]\n"), file + ":2: ", "'none'");
    assertHas(yamlError("llamacpp: {threads: 2}"), file + ":1: ", "plugins' snap-kv, window");
    assertHas(yamlError("llamacpp: {}"), file + ":1: ", "'llamacpp'", "plugins' snap-kv, window");
  }

  @Test
  void errorInTheEnvironmentNamesTheVariable() {
    assertHas(
        assertThrows(ConfigException.class, () -> env("EDGEVLM_SERVER_PROT", "1")).getMessage(),
        "env EDGEVLM_SERVER_PROT: ",
        "did you mean EDGEVLM_SERVER_PORT?");
    assertHas(
        assertThrows(ConfigException.class, () -> env("EDGEVLM_SERVER_PORT", "x")).getMessage(),
        "env EDGEVLM_SERVER_PORT: ",
        "'server.port' is 'x'",
        "from 0 to 65535");
  }

  @Test
  void variableThatCouldMeanTwoKeysIsRefused() {
    PluginRegistry plugins =
        PluginRegistry.of(
            List.of(
                new Policy("a", ConfigKey.text("b_c", "", "one")),
                new Policy("a-b", ConfigKey.text("c", "", "other"))));
    ConfigException error =
        assertThrows(
            ConfigException.class,
            () ->
                Configuration.load(
                    Optional.empty(), Map.of("EDGEVLM_A_B_C", "x"), Map.of(), plugins));
    assertHas(error.getMessage(), "a.b_c", "a-b.c");
  }

  @Test
  void keySetTwiceInAFileIsAnErrorWithBothLines() {
    String file = temp.resolve("edgevlm.yaml").toString();
    assertHas(
        yamlError("model: a\nvision: b\nmodel: c\n"), file + ":3: 'model'", "twice", file + ":1");
    assertHas(yamlError("image: {max_side: 5}\nimage.max_side: 6\n"), ":2: ", "twice", ":1");
    assertHas(yamlError("image:\n  max_side: 5\nimage:\n  max_side: 6\n"), ":4: ", "twice", ":2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model: [",
        "model: 'open",
        "- a\n- b",
        "just text",
        "{a: b",
        "? [a, b]\n: c",
        "model: x\n---\nmodel: y",
        "model: *nowhere",
        "&x {image: *x}",
        "cache: [[a]]",
        "cache: [{a: b}]",
        "cache: [~]",
        "model: [a, b]",
        "model: {a: b}",
        "model:",
        "~: x",
        "\tmodel: x",
        "a: {b: {c: {d: {e: {f: {g: {h: {i: {j: {k: l}}}}}}}}}}"
      })
  void whatIsNotASetOfKeysIsACleanErrorThatNamesTheFile(String yaml) {
    assertHas(yamlError(yaml), temp.resolve("edgevlm.yaml").toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "# nothing\n",
        "---\n",
        "{}",
        "image:\n",
        "window:\n",
        "\uFEFFmodel: edgevlm-tiny"
      })
  void fileWithoutValuesLeavesTheDefaults(String yaml) throws IOException {
    assertEquals("edgevlm-tiny", yaml(yaml).get(CoreKeys.MODEL));
  }

  @Test
  void fileThatCannotBeReadIsACleanError() throws IOException {
    Path absent = temp.resolve("absent.yaml");
    for (Path file : List.of(absent, temp)) {
      ConfigException error =
          assertThrows(
              ConfigException.class,
              () -> Configuration.load(Optional.of(file), Map.of(), Map.of(), PLUGINS));
      assertHas(error.getMessage(), file.toString());
    }
    Path binary = Files.write(temp.resolve("binary.yaml"), new byte[] {(byte) 0xff, 0, 1});
    assertHas(
        assertThrows(
                ConfigException.class,
                () -> Configuration.load(Optional.of(binary), Map.of(), Map.of(), PLUGINS))
            .getMessage(),
        "not UTF-8");
  }

  @Test
  void templateIsValidAndChangesNothing() throws IOException {
    String template = Configuration.template(PLUGINS, List.of());
    String selectable = template.replaceAll("(?m)^(backend|vision|decoding): .*$", "# left out");
    assertEquals(values(Configuration.defaults(PLUGINS)), values(yaml(selectable)));
    for (ConfigEntry entry : Configuration.defaults(PLUGINS).entries()) {
      assertHas(template, "# " + entry.description());
    }
    String active = selectable.replaceAll("(?m)^( *)#(?! )", "$1");
    assertEquals(values(Configuration.defaults(PLUGINS)), values(yaml(active)));
    assertTrue(
        yaml(active).entries().stream()
            .filter(entry -> entry.key().startsWith("snap-kv."))
            .allMatch(entry -> entry.origin().contains("edgevlm.yaml:")));
  }

  @Test
  void effectiveConfigurationReadsBackToTheSame() throws IOException {
    Configuration config =
        Configuration.load(
            Optional.empty(),
            Map.of("EDGEVLM_SNAP_KV_NOTE", "a: \"b\" #c\\d\nnext"),
            Map.of(
                "cache", "window",
                "memory_limit", "1.5GB",
                "image.resize", "center-crop",
                "sampling.temperature", "0.7",
                "prompt_template", "null",
                "model", "[odd] {name}"),
            PLUGINS);
    String text = config.toYaml().replaceAll("(?m)^(backend|vision|decoding): .*$", "");
    assertEquals(values(config), values(yaml(text)));
    assertHas(config.toYaml(), "(env EDGEVLM_SNAP_KV_NOTE)", "(--set)", "(default)", "1536MB");
  }

  private static Map<String, String> values(Configuration configuration) {
    return configuration.entries().stream()
        .collect(Collectors.toMap(ConfigEntry::key, ConfigEntry::value));
  }

  @Test
  void choicesKnowWhatTheyMean() {
    assertEquals(Optional.empty(), ResizeChoice.AUTO.method());
    assertEquals(Optional.empty(), InterpolationChoice.AUTO.interpolation());
    for (ResizeChoice choice : ResizeChoice.values()) {
      choice.method().ifPresent(method -> assertEquals(choice.name(), method.name()));
    }
    for (InterpolationChoice choice : InterpolationChoice.values()) {
      choice.interpolation().ifPresent(known -> assertEquals(choice.name(), known.name()));
    }
  }
}
