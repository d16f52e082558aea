package org.edgevlm.runtime.plugin;

import static org.edgevlm.runtime.plugin.TestPlugins.modular;
import static org.edgevlm.runtime.plugin.TestPlugins.plain;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.edgevlm.runtime.config.CoreKeys;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.PluginProvider;
import org.edgevlm.spi.cache.CachePolicyProvider;
import org.edgevlm.spi.vision.VisionProcessorProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever is wrong with a plugin is said, and the others are there. */
class PluginRegistryTest {

  @TempDir Path temp;

  private PluginRegistry discover() {
    return PluginRegistry.discover(List.of(temp.resolve("plugins")));
  }

  private Path folder(String id) {
    return temp.resolve("plugins").resolve(id);
  }

  /** Cache policies from the folders; there are others on the tests' class path. */
  private List<String> ids(PluginRegistry registry) {
    Set<String> fromFolders =
        registry.plugins().stream()
            .filter(plugin -> plugin.source().startsWith(temp.toString()))
            .map(PluginDescriptor::id)
            .collect(Collectors.toSet());
    return registry.all(CachePolicyProvider.class).stream()
        .map(PluginProvider::id)
        .filter(fromFolders::contains)
        .toList();
  }

  private static String listOf(PluginRegistry registry) {
    return registry.problems().toString();
  }

  private static Arguments broken(String what, String message, Consumer<Path> make) {
    return Arguments.of(what, message, make);
  }

  private static Arguments member(String what, String message, String member) {
    return broken(what, message, f -> plain("broken", "\"\"", member).writeTo(f, "broken.jar"));
  }

  private static Arguments id(String id) {
    return broken(
        "id '" + id + "'",
        "has the id '" + id + "'",
        f -> plain(id, "\"\"").writeTo(f, "broken.jar"));
  }

  private static void write(Path file, String text) {
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static Stream<Arguments> brokenPlugins() {
    return Stream.of(
        broken(
            "bytes that are no jar",
            "broken.jar is not a readable jar",
            f -> write(f.resolve("broken.jar"), "no jar")),
        broken("an empty file", "not a readable jar", f -> write(f.resolve("broken.jar"), "")),
        broken("no jar at all", "holds no jar", f -> write(f.resolve("readme.txt"), "hello")),
        broken(
            "a jar without services",
            "provide none",
            f ->
                new TestJar()
                    .source("p.Other", "package p; class Other {}")
                    .writeTo(f, "broken.jar")),
        broken(
            "a broken module-info",
            "modules don't fit together",
            f -> new TestJar().entry("module-info.class", "junk").writeTo(f, "broken.jar")),
        member(
            "a constructor that throws",
            "java.lang.IllegalStateException: no luck",
            "public Provider() { throw new IllegalStateException(\"no luck\"); }"),
        member(
            "a constructor that throws an error",
            "java.lang.Error: no luck",
            "public Provider() { throw new Error(\"no luck\"); }"),
        member(
            "a static initialiser that throws",
            "java.lang.IllegalStateException: no luck",
            "static { if (true) throw new IllegalStateException(\"no luck\"); }"),
        member(
            "a method that throws",
            "java.lang.IllegalStateException: no luck",
            "public int priority() { throw new IllegalStateException(\"no luck\"); }"),
        member(
            "endless recursion",
            "java.lang.StackOverflowError",
            "public int priority() { return priority(); }"),
        member(
            "a null where a list belongs",
            "NullPointerException",
            "public java.util.List<org.edgevlm.spi.ConfigKey<?>> configKeys() { return null; }"),
        member(
            "another SPI version",
            "was built for version 7 of the EdgeVLM SPI and this is version 1",
            "static final int VERSION = 7;"),
        broken(
            "a provider class that isn't there",
            "p.Provider not found",
            f -> plain("broken", "\"\"").drop("p.Provider").writeTo(f, "broken.jar")),
        broken(
            "a superclass that isn't there",
            "class p.Base is missing from the plugin's jars",
            f ->
                plain("broken", "\"\"")
                    .source("p.Base", "package p; class Base {}")
                    .source(
                        "p.Provider",
                        TestPlugins.provider("p.Provider", "broken", "\"\"")
                            .replace("Provider implements", "Provider extends Base implements"))
                    .drop("p.Base")
                    .writeTo(f, "broken.jar")),
        broken(
            "a helper class that isn't there",
            "class p.Helper is missing from the plugin's jars",
            f ->
                plain("broken", "\"\" + new Helper()")
                    .source("p.Helper", "package p; class Helper {}")
                    .drop("p.Helper")
                    .writeTo(f, "broken.jar")),
        broken(
            "a class that isn't a provider",
            "not a subtype",
            f ->
                new TestJar()
                    .source("p.Other", "package p; public class Other {}")
                    .service(CachePolicyProvider.class, "p.Other")
                    .writeTo(f, "broken.jar")),
        broken(
            "a services file that is nonsense",
            "Illegal",
            f ->
                new TestJar()
                    .service(CachePolicyProvider.class, "this is no class name")
                    .writeTo(f, "broken.jar")),
        id("Upper"),
        id("under_score"),
        id("dot.ted"),
        id(""),
        id("9lives"),
        id("image"),
        id("auto"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("brokenPlugins")
  void brokenPluginIsReportedAndHidesNoOther(String what, String message, Consumer<Path> make) {
    plain("before", "\"fine\"").writeTo(folder("a"), "before.jar");
    make.accept(folder("broken"));
    modular("later", "\"fine\"").writeTo(folder("z"), "later.jar");
    PluginRegistry registry = discover();
    assertEquals("fine", registry.find(CachePolicyProvider.class, "before").description());
    assertEquals("fine", registry.find(CachePolicyProvider.class, "later").description());
    assertEquals(1, registry.problems().size(), () -> listOf(registry));
    PluginProblem problem = registry.problems().get(0);
    assertTrue(problem.message().contains(message), problem::message);
    assertTrue(problem.source().startsWith(folder("broken").toString()), problem::source);
  }

  @Test
  void brokenProviderHidesNoOtherOfTheSameJar() {
    plain("good", "\"fine\"")
        .service(CachePolicyProvider.class, "p.Missing", "p.Provider", "p.Missing2")
        .writeTo(folder("half"), "half.jar");
    PluginRegistry registry = discover();
    assertEquals("fine", registry.find(CachePolicyProvider.class, "good").description());
    assertEquals(2, registry.problems().size(), () -> listOf(registry));
  }

  @Test
  void missingClassInAModularPluginIsReportedToo() throws IOException {
    modular("broken", "\"\" + new Helper()")
        .source("m.broken.Helper", "package m.broken; class Helper {}")
        .drop("m.broken.Helper")
        .writeTo(folder("broken"), "broken.jar");
    modular("fine", "\"\"").writeTo(folder("fine"), "fine.jar");
    new TestJar()
        .source("module-info", TestPlugins.module("m.x", "m.x.Provider", "absent.module"))
        .source("m.x.Provider", TestPlugins.provider("m.x.Provider", "x", "\"\""))
        .against(
            new TestJar()
                .source("module-info", "module absent.module {}")
                .writeTo(temp.resolve("elsewhere"), "absent.jar"))
        .writeTo(folder("x"), "x.jar");
    List<String> lines = Host.MODULE_PATH.discover(temp.resolve("plugins"));
    String text = String.join("\n", lines);
    assertTrue(text.contains("plugin|cache|fine|"), text);
    assertTrue(text.contains("class m.broken.Helper is missing"), text);
    assertTrue(text.contains("problem|" + folder("x") + "|its modules don't fit together"), text);
    assertTrue(text.contains("absent.module"), text);
  }

  @Test
  void looseJarIsPointedOut() {
    plain("loose", "\"\"").writeTo(temp.resolve("plugins"), "loose.jar");
    PluginRegistry registry = discover();
    assertEquals(1, registry.problems().size(), () -> listOf(registry));
    assertTrue(registry.problems().get(0).message().contains("a folder of their own"));
  }

  @Test
  void folderThatIsNotThereHoldsNoPlugins() {
    assertEquals(List.of(), discover().problems());
    assertEquals(List.of(), ids(discover()));
  }

  @Test
  void rootNamedTwiceIsSearchedOnce() {
    plain("once", "\"\"").writeTo(folder("once"), "once.jar");
    Path root = temp.resolve("plugins");
    PluginRegistry registry =
        PluginRegistry.discover(List.of(root, root.resolve("..").resolve("plugins")));
    assertEquals(List.of(), registry.problems());
  }

  @Test
  void duplicateIdNamesBothJarsAndNeitherIsUsed() {
    Path one = plain("twin", "\"\"").writeTo(folder("one"), "one.jar");
    Path two = modular("twin", "\"\"").writeTo(folder("two"), "two.jar");
    plain("other", "\"\"").writeTo(folder("other"), "other.jar");
    PluginRegistry registry = discover();
    assertEquals(1, registry.problems().size(), () -> listOf(registry));
    PluginException error =
        assertThrows(PluginException.class, () -> registry.find(CachePolicyProvider.class, "twin"));
    for (String message : List.of(error.getMessage(), registry.problems().get(0).message())) {
      assertTrue(message.contains(one.toString()) && message.contains(two.toString()), message);
    }
    assertEquals(List.of("other"), ids(registry));
  }

  @Test
  void unknownIdNamesThoseThereTheNearestFirst() {
    for (String id : List.of("alpha", "bravo", "snapkv")) {
      plain(id, "\"\"").writeTo(folder(id), id + ".jar");
    }
    write(folder("broken").resolve("broken.jar"), "no jar");
    PluginRegistry registry = discover();
    PluginException error =
        assertThrows(
            PluginException.class, () -> registry.find(CachePolicyProvider.class, "snap-kv"));
    assertTrue(
        error
            .getMessage()
            .contains("'snap-kv'; there are, the nearest first: snapkv, alpha, bravo"),
        error::getMessage);
    assertTrue(error.getMessage().contains(folder("broken").toString()), error::getMessage);
    assertTrue(
        assertThrows(
                PluginException.class,
                () -> PluginRegistry.of(List.of()).find(VisionProcessorProvider.class, "x"))
            .getMessage()
            .contains("none is installed"));
  }

  @Test
  void pluginThatCannotRunHereSaysWhyWhenSelected() {
    String member =
        "public org.edgevlm.spi.Support supports(org.edgevlm.spi.Platform platform) {"
            + " return org.edgevlm.spi.Support.no(\"needs a quantum computer\"); }";
    plain("picky", "\"\"", member).writeTo(folder("picky"), "picky.jar");
    PluginRegistry registry = discover();
    assertEquals(List.of(), registry.problems());
    assertTrue(
        assertThrows(PluginException.class, () -> registry.find(CachePolicyProvider.class, "picky"))
            .getMessage()
            .contains("needs a quantum computer"));
  }

  @Test
  void highestPriorityComesFirstThenTheId() {
    for (String id : List.of("c", "b", "a", "top")) {
      String member = "public int priority() { return " + (id.equals("top") ? 5 : 0) + "; }";
      plain(id, "\"\"", member).writeTo(folder(id), "plugin.jar");
    }
    assertEquals(List.of("top", "a", "b", "c"), ids(discover()));
  }

  @Test
  void descriptorSaysWhatAProviderNeeds() {
    plain("needy", "\"\"").writeTo(folder("needy"), "needy.jar");
    PluginDescriptor found =
        discover().plugins().stream()
            .filter(plugin -> plugin.id().equals("needy"))
            .findFirst()
            .orElseThrow();
    assertEquals("cache", found.service());
    assertEquals(List.of(Capability.LAYERWISE_KV), List.copyOf(found.capabilities()));
    assertEquals(folder("needy").resolve("needy.jar").toString(), found.source());
  }

  @Test
  void registryOfGivenProvidersHoldsThemAlone() {
    plain("given", "\"\"").writeTo(folder("given"), "given.jar");
    CachePolicyProvider provider = discover().find(CachePolicyProvider.class, "given");
    PluginRegistry registry = PluginRegistry.of(List.of(provider));
    assertEquals(1, registry.plugins().size());
    assertEquals(provider, registry.find(CachePolicyProvider.class, "given"));
  }

  @Test
  void noPluginCanHideASectionOrKeyOfTheCore() {
    CoreKeys.ALL.stream()
        .map(key -> key.name().split("\\.")[0])
        .filter(name -> name.matches("[a-z-]+"))
        .forEach(name -> assertTrue(Discovery.RESERVED_IDS.contains(name), name));
  }
}
