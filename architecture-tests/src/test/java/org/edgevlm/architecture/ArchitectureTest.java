package org.edgevlm.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.edgevlm.spi.Api;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who may know whom. Each test first sees that there are classes to look at. */
class ArchitectureTest {

  private static final String OURS = "org.edgevlm..";

  /** What plugins may share: no service, no state. */
  private static final String[] SHARED = {
    "org.edgevlm.spi..", "org.edgevlm.gguf..", "org.edgevlm.image.."
  };

  private static final Pattern ID =
      Pattern.compile("String id\\(\\) \\{\\s*return \"([a-z0-9-]+)\"");

  private static JavaClasses classesOf(String module, int atLeast) {
    JavaClasses classes = Modules.classes(module);
    assertTrue(
        classes.size() >= atLeast,
        module + " has " + classes.size() + " compiled classes, not " + atLeast + " or more");
    return classes;
  }

  private static DescribedPredicate<JavaClass> oursBut(String... packages) {
    return resideInAPackage(OURS)
        .and(DescribedPredicate.not(resideInAnyPackage(packages)))
        .as("classes of ours outside of " + List.of(packages));
  }

  @Test
  void theSpiDependsOnJavaBaseOnly() {
    DescribedPredicate<JavaClass> foreign =
        DescribedPredicate.not(
            resideInAnyPackage(
                "java.lang..", "java.util..", "java.nio..", "java.io..", "org.edgevlm.spi.."));
    noClasses()
        .should()
        .dependOnClassesThat(foreign.as("anything but java.base and the SPI"))
        .check(classesOf("edgevlm-spi", 70));
  }

  @Test
  void everyPublicTypeOfTheSpiHasAStatus() {
    classes()
        .that()
        .areTopLevelClasses()
        .and()
        .haveModifier(JavaModifier.PUBLIC)
        .and()
        .doNotHaveSimpleName("package-info")
        .should()
        .beAnnotatedWith(Api.class)
        .check(classesOf("edgevlm-spi", 70));
  }

  static List<String> plugins() {
    return Modules.named("plugin-");
  }

  @Test
  void thePluginsAreLookedAt() {
    assertTrue(
        plugins()
            .containsAll(
                List.of(
                    "plugin-llamacpp-bytedeco",
                    "plugin-llamacpp-jni",
                    "plugin-vision-boofcv",
                    "plugin-vision-opencv")),
        plugins().toString());
  }

  @ParameterizedTest
  @MethodSource("plugins")
  void aPluginKnowsTheSpiAndItself(String plugin) {
    JavaClasses own = classesOf(plugin, 3);
    String[] allowed =
        Stream.concat(Stream.of(SHARED), packages(own).stream()).toArray(String[]::new);
    noClasses().should().dependOnClassesThat(oursBut(allowed)).check(own);
  }

  @ParameterizedTest
  @MethodSource("plugins")
  void pluginsDoNotShareAPackage(String plugin) {
    Set<String> own = packages(classesOf(plugin, 3));
    for (String other : plugins()) {
      if (!other.equals(plugin)) {
        Set<String> both = new TreeSet<>(packages(classesOf(other, 3)));
        both.retainAll(own);
        assertEquals(Set.of(), both, plugin + " and " + other);
      }
    }
  }

  private static Set<String> packages(JavaClasses classes) {
    Set<String> packages = new TreeSet<>();
    classes.forEach(type -> packages.add(type.getPackageName()));
    packages.remove("");
    return packages;
  }

  @Test
  void theRuntimeKnowsTheSpiAndNoPlugin() {
    noClasses()
        .should()
        .dependOnClassesThat(oursBut("org.edgevlm.spi..", "org.edgevlm.runtime.."))
        .check(classesOf("edgevlm-runtime", 70));
  }

  @Test
  void theProgramKnowsTheRuntimeAndNoPlugin() {
    noClasses()
        .should()
        .dependOnClassesThat(
            oursBut("org.edgevlm.spi..", "org.edgevlm.runtime..", "org.edgevlm.app.."))
        .check(classesOf("app-javalin", 40));
  }

  @Test
  void sharedLibrariesKnowTheSpiOnly() {
    for (String module : List.of("edgevlm-gguf", "edgevlm-reference")) {
      JavaClasses own = classesOf(module, 8);
      String[] allowed =
          Stream.concat(Stream.of("org.edgevlm.spi.."), packages(own).stream())
              .toArray(String[]::new);
      noClasses().should().dependOnClassesThat(oursBut(allowed)).check(own);
    }
  }

  /** Ids as they stand in the plugins' providers, looked for in the runtime's constant pools. */
  @Test
  void theRuntimeNamesNoPlugin() throws IOException {
    Set<String> ids = new TreeSet<>();
    for (String plugin : plugins()) {
      for (Path source : files(plugin + "/src/main/java", ".java")) {
        Matcher matcher = ID.matcher(Files.readString(source));
        while (matcher.find()) {
          ids.add(matcher.group(1));
        }
        Matcher constant =
            Pattern.compile("String ID = \"([a-z0-9-]+)\"").matcher(Files.readString(source));
        while (constant.find()) {
          ids.add(constant.group(1));
        }
      }
    }
    assertTrue(
        ids.containsAll(Set.of("llamacpp-bytedeco", "llamacpp-jni", "opencv", "boofcv")),
        "ids found in the plugins: " + ids);
    // The defaults of backend and vision, and no more: known, until they are left open.
    Set<String> known =
        Set.of("CoreKeys.class names llamacpp-bytedeco", "CoreKeys.class names opencv");
    Set<String> named = new TreeSet<>();
    List<Path> compiled = files("edgevlm-runtime/target/classes", ".class");
    assertTrue(compiled.size() >= 70, compiled.size() + " classes of the runtime");
    for (Path file : compiled) {
      String content = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
      for (String id : ids) {
        // A constant of a class file is its length in two bytes, then its characters.
        boolean names = content.contains("\u0001\u0000" + (char) id.length() + id);
        if (names) {
          named.add(file.getFileName() + " names " + id);
        }
      }
    }
    assertEquals(known, named);
  }

  private static List<Path> files(String folder, String ending) throws IOException {
    Path root = Modules.PROJECT.resolve(folder);
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(file -> file.toString().endsWith(ending)).toList();
    }
  }
}
