package org.edgevlm.runtime.plugin;

import static org.edgevlm.runtime.plugin.TestPlugins.SEEN;
import static org.edgevlm.runtime.plugin.TestPlugins.modular;
import static org.edgevlm.runtime.plugin.TestPlugins.plain;
import static org.edgevlm.runtime.plugin.TestPlugins.provider;
import static org.edgevlm.runtime.plugin.TestPlugins.sees;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.edgevlm.spi.Spi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.snakeyaml.engine.v2.api.Load;

/** Each folder of plugins/ is a world of its own, whichever way the host itself is run. */
class PluginIsolationTest {

  private static final String HOST_CLASS = "org.snakeyaml.engine.v2.api.Load";

  @TempDir Path temp;

  private Path root() {
    return temp.resolve("plugins");
  }

  private Path folder(String id) {
    return root().resolve(id);
  }

  /** The only cache policy that is listed: its description. */
  private static String description(List<String> lines, String id) {
    List<String> found =
        lines.stream().filter(line -> line.startsWith("plugin|cache|" + id + "|")).toList();
    assertEquals(1, found.size(), () -> id + " in " + lines);
    return found.get(0).split("\\|")[3];
  }

  @ParameterizedTest
  @EnumSource
  void jarWithModuleInfoIsFoundAndSaysWhereItIs(Host host) throws IOException {
    Path jar =
        modular("tidy", "\"in \" + Provider.class.getModule()").writeTo(folder("tidy"), "t.jar");
    List<String> lines = host.discover(root());
    String module = host == Host.MODULE_PATH ? "in module m.tidy" : "in unnamed module";
    assertTrue(description(lines, "tidy").startsWith(module), () -> lines.toString());
    assertTrue(lines.stream().anyMatch(line -> line.endsWith("|" + jar)), () -> lines.toString());
  }

  @ParameterizedTest
  @EnumSource
  void jarWithoutModuleInfoIsFoundByItsServicesFile(Host host) throws IOException {
    plain("simple", "\"in \" + Provider.class.getModule()").writeTo(folder("simple"), "s.jar");
    assertTrue(description(host.discover(root()), "simple").startsWith("in unnamed module"));
  }

  @ParameterizedTest
  @EnumSource
  void pluginsBringDifferentVersionsOfTheSameLibrary(Host host) throws IOException {
    String expression = "\"library \" + lib.Library.VERSION";
    for (int version = 1; version <= 3; version++) {
      String id = "user" + version;
      // Not a constant, or the compiler would copy it.
      String code =
          "package lib; public class Library { public static final String VERSION = \"v\".repeat("
              + version
              + "); }";
      Path library = new TestJar().source("lib.Library", code).writeTo(folder(id), "library.jar");
      TestJar plugin = version == 3 ? plain(id, expression) : modular(id, expression);
      plugin.against(library).writeTo(folder(id), "plugin.jar");
    }
    List<String> lines = host.discover(root());
    assertEquals("library v", description(lines, "user1"));
    assertEquals("library vv", description(lines, "user2"));
    assertEquals("library vvv", description(lines, "user3"));
  }

  @ParameterizedTest
  @EnumSource
  void pluginSeesTheJdkTheSpiAndSlf4jButNothingElseOfTheHost(Host host) throws IOException {
    String expression =
        String.join(
            " + \" \" + ",
            sees("java.net.http.HttpClient"),
            sees("sun.misc.Unsafe"),
            sees("com.sun.source.tree.Tree"),
            sees(Logger.class.getName()),
            sees(Spi.class.getName()),
            sees(HOST_CLASS),
            sees("org.HdrHistogram.Histogram"),
            sees("org.edgevlm.runtime.config.Configuration"),
            "(Provider.class.getClassLoader().getResource(\""
                + HOST_CLASS.replace('.', '/')
                + ".class\") != null)");
    plain("nosy", "\"\" + " + expression, SEEN).writeTo(folder("nosy"), "nosy.jar");
    String className = "m.nosy2.Provider";
    modular("nosy2", "\"\"", "jdk.compiler", "jdk.unsupported", "java.net.http")
        .source(className, provider(className, "nosy2", "\"\" + " + expression, SEEN))
        .writeTo(folder("nosy2"), "nosy.jar");
    String expected = "true true true true true false false false false";
    List<String> lines = host.discover(root());
    assertEquals(expected, description(lines, "nosy"));
    assertEquals(expected, description(lines, "nosy2"));
  }

  @ParameterizedTest
  @EnumSource
  void pluginsOwnCopyOfAHostLibraryIsTheOneItUses(Host host) throws IOException {
    String code =
        "package org.snakeyaml.engine.v2.api; public class Load {"
            + " public String toString() { return \"mine\"; } }";
    Path library = new TestJar().source(HOST_CLASS, code).writeTo(folder("copy"), "yaml.jar");
    modular("copy", "new " + HOST_CLASS + "().toString()")
        .against(library)
        .writeTo(folder("copy"), "plugin.jar");
    assertEquals("mine", description(host.discover(root()), "copy"));
  }

  @ParameterizedTest
  @EnumSource
  void copyOfTheSpiInAPluginsFolderDoesNoHarm(Host host) throws IOException {
    Path jar = modular("greedy", "\"works\"").writeTo(folder("greedy"), "plugin.jar");
    Path spi = TestJar.locationOf(Spi.class);
    if (Files.isDirectory(spi)) {
      spi = repack(spi);
    }
    Files.copy(spi, jar.resolveSibling("spi.jar"));
    assertEquals("works", description(host.discover(root()), "greedy"));
  }

  private Path repack(Path classes) throws IOException {
    Path jar = temp.resolve("spi.jar");
    TestJar.pack(classes, jar);
    return jar;
  }

  @ParameterizedTest
  @EnumSource
  void modularLibraryServesAPluginWithoutModuleInfo(Host host) throws IOException {
    Path library =
        new TestJar()
            .source("module-info", "module some.library { exports lib; }")
            .source("lib.Library", "package lib; public class Library {}")
            .writeTo(folder("mixed"), "library.jar");
    plain("mixed", "new lib.Library().getClass().getName()")
        .against(library)
        .writeTo(folder("mixed"), "plugin.jar");
    assertEquals("lib.Library", description(host.discover(root()), "mixed"));
  }

  @ParameterizedTest
  @EnumSource
  void modularLibraryServesAModularPlugin(Host host) throws IOException {
    Path library =
        new TestJar()
            .source("module-info", "module some.library { exports lib; }")
            .source("lib.Library", "package lib; public class Library {}")
            .writeTo(folder("pair"), "library.jar");
    modular("pair", "new lib.Library().getClass().getName()", "some.library")
        .against(library)
        .writeTo(folder("pair"), "plugin.jar");
    assertEquals("lib.Library", description(host.discover(root()), "pair"));
  }

  @Test
  void moduleThatRequiresAModuleOfTheHostIsRefused() throws IOException {
    modular("leech", "\"\"", "org.snakeyaml.engine.v2")
        .against(TestJar.locationOf(Load.class))
        .writeTo(folder("leech"), "plugin.jar");
    List<String> lines = Host.MODULE_PATH.discover(root());
    assertTrue(
        lines.stream()
            .anyMatch(
                line ->
                    line.startsWith("problem|" + folder("leech"))
                        && line.contains("requires org.snakeyaml.engine.v2")),
        () -> lines.toString());
  }

  @Test
  void pluginsOnTheModulePathAndTheClassPathAreFoundToo() throws IOException {
    Path module = modular("on-modules", "\"m\"").writeTo(temp.resolve("x"), "module.jar");
    Path plain = plain("on-classes", "\"c\"").writeTo(temp.resolve("x"), "plain.jar");
    plain("in-folder", "\"f\"").writeTo(folder("f"), "plain.jar");
    List<String> lines = Host.java(List.of(module), List.of(plain), root());
    assertEquals("m", description(lines, "on-modules"));
    assertEquals("c", description(lines, "on-classes"));
    assertEquals("f", description(lines, "in-folder"));
    assertTrue(lines.contains("plugin|cache|on-modules|m|" + module), () -> lines.toString());
    assertTrue(lines.contains("plugin|cache|on-classes|c|" + plain), () -> lines.toString());
    assertTrue(
        lines.stream().anyMatch(line -> line.startsWith("plugin|decoding|autoregressive|")),
        () -> lines.toString());
    assertTrue(
        lines.stream().noneMatch(line -> line.startsWith("problem|")), () -> lines.toString());
  }

  @Test
  void providerThatOnlyItsModuleDeclaresIsFound() throws IOException {
    String className = "m.quiet.Provider";
    new TestJar()
        .source("module-info", TestPlugins.module("m.quiet", className))
        .source(className, provider(className, "quiet", "\"quiet\""))
        .writeTo(folder("quiet"), "plugin.jar");
    assertEquals("quiet", description(Host.MODULE_PATH.discover(root()), "quiet"));
  }
}
