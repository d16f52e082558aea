package org.edgevlm.dist;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.edgevlm.dist.Program.Result;

/**
 * Builds plugins outside of this project, as somebody does who has only what it publishes: from a
 * repository that holds the artifacts of this build. What they need beyond that comes from the
 * local repository that this build uses, and what isn't there from where Maven gets everything.
 * Nothing is written to that local repository: artifacts of a build under way would grow stale
 * there.
 */
final class Examples {

  private static final String VERSION = property("edgevlm.version");

  private final Path folder;

  private Examples(Path folder) {
    this.folder = folder;
  }

  /** An empty place to build at. */
  static Examples in(Path folder) throws IOException {
    Examples examples = new Examples(Files.createDirectories(folder));
    examples.publish();
    return examples;
  }

  private static String property(String name) {
    String value = System.getProperty(name);
    if (value == null) {
      throw new IllegalStateException("run by Maven, which sets " + name);
    }
    return value;
  }

  /** Where a project is built. */
  Path project(String name) {
    return folder.resolve(name);
  }

  /** Takes a copy of one of the examples, without what was built there. */
  void copy(String name) throws IOException {
    Path source = Program.PROJECT.resolve("examples").resolve(name);
    try (Stream<Path> files = Files.walk(source)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path relative = source.relativize(file);
        if (!relative.startsWith("target")) {
          Path target = project(name).resolve(relative);
          Files.createDirectories(target.getParent());
          Files.copy(file, target);
        }
      }
    }
  }

  /** {@code mvn verify} for these projects; they know nothing of each other. */
  Result build(List<String> projects) throws IOException, InterruptedException {
    StringBuilder modules = new StringBuilder();
    projects.forEach(project -> modules.append("<module>" + project + "</module>"));
    Path pom =
        Files.writeString(
            folder.resolve("pom.xml"),
            "<project><modelVersion>4.0.0</modelVersion><groupId>all</groupId>"
                + "<artifactId>all</artifactId><version>1</version><packaging>pom</packaging>"
                + "<modules>"
                + modules
                + "</modules></project>\n");
    return Program.of(Path.of(property("edgevlm.maven.home"), "bin", "mvn"))
        .in(folder)
        .within(900)
        .with("JAVA_HOME", System.getProperty("java.home"))
        .run(
            "-B",
            "-gs",
            settings().toString(),
            "-Dmaven.repo.local=" + folder.resolve("local"),
            "-Dstyle.color=never",
            "-f",
            pom.toString(),
            "verify");
  }

  /** Parent pom, poms and jars of the modules that plugins are built with. */
  private void publish() throws IOException {
    publish(Program.PROJECT.resolve("pom.xml"), "edgevlm", "pom");
    try (Stream<Path> modules = Files.list(Program.PROJECT)) {
      for (Path module : modules.toList()) {
        String name = module.getFileName().toString();
        if (name.startsWith("edgevlm-") && Files.exists(module.resolve("pom.xml"))) {
          publish(module.resolve("pom.xml"), name, "pom");
          publish(module.resolve("target/" + name + "-" + VERSION + ".jar"), name, "jar");
        }
      }
    }
  }

  private void publish(Path file, String artifact, String extension) throws IOException {
    Path target = repository().resolve("org/edgevlm").resolve(artifact).resolve(VERSION);
    Files.createDirectories(target);
    Files.copy(file, target.resolve(artifact + "-" + VERSION + "." + extension));
  }

  private Path repository() {
    return folder.resolve("repository");
  }

  /** The first repository has what this build made, the second what it has fetched. */
  private Path settings() throws IOException {
    String profile = "<profile><id>published</id>%s</profile>";
    String repositories = "";
    for (String kind : List.of("repository", "pluginRepository")) {
      repositories +=
          (kind.equals("repository") ? "<repositories>" : "<pluginRepositories>")
              + entry(kind, "edgevlm-published", repository())
              + entry(kind, "edgevlm-fetched", Path.of(property("edgevlm.maven.repository")))
              + (kind.equals("repository") ? "</repositories>" : "</pluginRepositories>");
    }
    return Files.writeString(
        folder.resolve("settings.xml"),
        "<settings><profiles>"
            + String.format(Locale.ROOT, profile, repositories)
            + "</profiles><activeProfiles><activeProfile>published</activeProfile>"
            + "</activeProfiles></settings>\n");
  }

  private static String entry(String kind, String id, Path folder) {
    return "<"
        + kind
        + "><id>"
        + id
        + "</id><url>"
        + folder.toUri()
        + "</url><releases><checksumPolicy>ignore</checksumPolicy></releases>"
        + "<snapshots><enabled>false</enabled></snapshots></"
        + kind
        + ">";
  }
}
