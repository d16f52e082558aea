package org.edgevlm.runtime.plugin;

import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.edgevlm.spi.Spi;

/** A jar made from sources, as a plugin's author would make it. */
final class TestJar {

  private final Map<String, String> sources = new LinkedHashMap<>();
  private final Map<String, String> entries = new LinkedHashMap<>();
  private final List<String> dropped = new ArrayList<>();
  private final List<Path> libraries = new ArrayList<>();

  /** A class, or {@code module-info}, from its source. */
  TestJar source(String className, String code) {
    sources.put(className, code);
    return this;
  }

  /** A file of text. */
  TestJar entry(String name, String text) {
    entries.put(name, text);
    return this;
  }

  /** An entry in {@code META-INF/services}. */
  TestJar service(Class<?> service, String... providers) {
    return entry("META-INF/services/" + service.getName(), String.join("\n", providers));
  }

  /** Compiles the class and leaves it out of the jar. */
  TestJar drop(String className) {
    dropped.add(className);
    return this;
  }

  /** Jars to compile against, beyond the SPI. */
  TestJar against(Path... jars) {
    libraries.addAll(Arrays.asList(jars));
    return this;
  }

  /** Compiles, packs, and returns the jar. */
  Path writeTo(Path folder, String name) {
    try {
      Files.createDirectories(folder);
      Path classes = Files.createTempDirectory("edgevlm-classes");
      if (!sources.isEmpty()) {
        compile(classes);
      }
      Path jar = folder.resolve(name);
      write(classes, jar);
      delete(classes);
      return jar;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void compile(Path classes) {
    JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
    List<Path> path = new ArrayList<>(libraries);
    path.add(locationOf(Spi.class));
    String joined =
        path.stream()
            .map(Path::toString)
            .collect(Collectors.joining(System.getProperty("path.separator")));
    List<String> options = new ArrayList<>(List.of("-proc:none", "-d", classes.toString()));
    options.addAll(List.of("-classpath", joined));
    if (sources.containsKey("module-info")) {
      options.addAll(List.of("--module-path", joined));
      String module = sources.get("module-info").split("\\s+")[1];
      options.addAll(List.of("--add-reads", module + "=ALL-UNNAMED"));
    }
    StringWriter messages = new StringWriter();
    List<JavaFileObject> units = sources.entrySet().stream().map(unit -> source(unit)).toList();
    if (!javac.getTask(messages, null, null, options, null, units).call()) {
      throw new IllegalArgumentException(messages.toString());
    }
  }

  private static JavaFileObject source(Map.Entry<String, String> unit) {
    URI uri = URI.create("string:///" + unit.getKey().replace('.', '/') + ".java");
    return new SimpleJavaFileObject(uri, JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return unit.getValue();
      }
    };
  }

  /** Packs a folder of classes as it is. */
  static void pack(Path classes, Path jar) throws IOException {
    new TestJar().write(classes, jar);
  }

  private void write(Path classes, Path jar) throws IOException {
    List<String> leftOut = dropped.stream().map(name -> name.replace('.', '/') + ".class").toList();
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream zip = new JarOutputStream(out);
        Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        String name = classes.relativize(file).toString().replace('\\', '/');
        if (!leftOut.contains(name)) {
          add(zip, name, Files.readAllBytes(file));
        }
      }
      for (Map.Entry<String, String> entry : entries.entrySet()) {
        add(zip, entry.getKey(), entry.getValue().getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  private static void add(JarOutputStream zip, String name, byte[] bytes) throws IOException {
    zip.putNextEntry(new JarEntry(name));
    zip.write(bytes);
    zip.closeEntry();
  }

  /** Deletes a folder and what is in it. */
  static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** The jar or folder that a class was loaded from. */
  static Path locationOf(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
