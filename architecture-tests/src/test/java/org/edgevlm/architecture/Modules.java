package org.edgevlm.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** The compiled modules of this build. */
final class Modules {

  static final Path PROJECT = Path.of(property()).toAbsolutePath().normalize();

  private static final Map<String, JavaClasses> IMPORTED = new ConcurrentHashMap<>();

  private Modules() {}

  private static String property() {
    String value = System.getProperty("edgevlm.project");
    if (value == null) {
      throw new IllegalStateException("run by Maven, which sets edgevlm.project");
    }
    return value;
  }

  /** The modules whose folders begin so and that have been compiled. */
  static List<String> named(String prefix) {
    try (Stream<Path> folders = Files.list(PROJECT)) {
      return folders
          .map(folder -> folder.getFileName().toString())
          .filter(name -> name.startsWith(prefix) && Files.isDirectory(classesOf(name)))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path classesOf(String module) {
    return PROJECT.resolve(module).resolve("target/classes");
  }

  /** A module's classes. */
  static JavaClasses classes(String module) {
    return IMPORTED.computeIfAbsent(
        module, name -> new ClassFileImporter().importPath(classesOf(name)));
  }
}
