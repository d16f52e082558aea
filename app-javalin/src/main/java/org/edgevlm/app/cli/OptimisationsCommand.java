package org.edgevlm.app.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.edgevlm.app.bench.BenchChart;
import org.edgevlm.app.bench.BenchFiles;
import org.edgevlm.app.bench.BenchPicture;
import org.edgevlm.app.bench.BenchPlan;
import org.edgevlm.app.bench.BenchResult;
import org.edgevlm.app.bench.BenchSetting;
import org.edgevlm.app.bench.BenchText;
import org.edgevlm.app.bench.OptimisationBench;
import org.edgevlm.app.bench.PlanFile;
import org.edgevlm.app.json.Json;
import org.edgevlm.app.score.Scene;
import org.edgevlm.runtime.EdgeVlm;
import org.edgevlm.runtime.config.ConfigException;
import org.edgevlm.runtime.config.Configuration;
import org.edgevlm.runtime.config.CoreKeys;
import org.edgevlm.runtime.plugin.PluginRegistry;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.inference.LoadProgress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code edgevlm bench optimisations}. */
@Command(
    name = "optimisations",
    description = {
      "Measures settings against each other on pictures with known answers:",
      "time, memory, agreement with the first setting, and what is right."
    })
final class OptimisationsCommand implements Callable<Integer> {

  @ParentCommand private BenchCommand bench;

  @Parameters(
      arity = "0..*",
      paramLabel = "DIR",
      description = "models/edgevlm-tiny/heldout by default: here, or else of the distribution.")
  private List<Path> folders = new ArrayList<>();

  @Option(
      names = "--settings",
      paramLabel = "FILE",
      description = "What to measure; conf/optimisations.yaml of the distribution by default.")
  private Path settings;

  @Option(
      names = "--pictures",
      paramLabel = "N",
      description = "How many pictures, of all folders alike (default ${DEFAULT-VALUE}).")
  private int pictures = 40;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "How often each question is put (default ${DEFAULT-VALUE}).")
  private int rounds = 1;

  @Option(names = "--csv", paramLabel = "FILE", description = "Writes all figures as CSV.")
  private Path csv;

  @Option(names = "--chart", paramLabel = "FILE", description = "Draws a chart, as .png.")
  private Path chart;

  @Override
  public Integer call() {
    checkOptions();
    Console console = bench.root().console();
    Installation installation = Installation.find();
    BenchPlan plan =
        PlanFile.read(
            settings == null
                ? installation.home().resolve("conf").resolve("optimisations.yaml")
                : settings);
    Configuration configuration =
        installation.configuration(bench.root(), plan.settings().get(0).keys());
    List<BenchPicture> scenes =
        scenes(installation, CoreKeys.imageLimits(configuration).maxBytes());
    // What the others are compared with has to be there; elsewhere that is part of the result.
    installation.open(configuration, console).close();
    OptimisationBench measuring =
        new OptimisationBench(
            setting -> open(installation, setting),
            rounds,
            configuration.get(CoreKeys.MAX_LENGTH),
            progress(console));
    BenchResult result = measuring.run(plan, scenes);
    console.redraw("");
    String title =
        String.format(
            Locale.ROOT,
            "%s: %d pictures, %d answers a setting, %d round%s, %d processors",
            configuration.get(CoreKeys.MODEL),
            scenes.size(),
            result.answers(),
            rounds,
            rounds == 1 ? "" : "s",
            Runtime.getRuntime().availableProcessors());
    report(console, result, title);
    return ExitCode.OK;
  }

  private void checkOptions() {
    if (pictures < 1) {
      throw new CliException(ExitCode.USAGE, "--pictures " + pictures + " is less than 1", null);
    }
    if (rounds < 1) {
      throw new CliException(ExitCode.USAGE, "--rounds " + rounds + " is less than 1", null);
    }
    if (chart != null && !BenchChart.canWrite(chart)) {
      throw new CliException(
          ExitCode.USAGE, "--chart " + chart + ": its name must end in .png", null);
    }
    checkFolder("--csv", csv);
    checkFolder("--chart", chart);
  }

  /** Before minutes are spent on what couldn't be written. */
  private static void checkFolder(String option, Path file) {
    if (file == null) {
      return;
    }
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new CliException(
          ExitCode.USAGE, option + " " + file + ": there is no folder " + folder, null);
    }
    if (Files.isDirectory(file)) {
      throw new CliException(ExitCode.USAGE, option + " " + file + " is a folder", null);
    }
  }

  private void report(Console console, BenchResult result, String title) {
    if (bench.root().json()) {
      ObjectNode json = Json.object();
      json.put("title", title);
      BenchFiles.writeTo(json, result);
      console.print(Json.pretty(json));
    } else {
      console.print(title);
      console.out().print(BenchText.of(result));
      console.out().flush();
    }
    try {
      if (csv != null) {
        Files.writeString(csv, BenchFiles.csv(result));
      }
      if (chart != null) {
        BenchChart.write(result, title, chart);
      }
    } catch (IOException | UncheckedIOException e) {
      throw new CliException(ExitCode.OTHER, "can't write what was measured: " + e.getMessage(), e);
    }
  }

  private List<BenchPicture> scenes(Installation installation, long maxBytes) {
    List<List<Scene>> all =
        HeldOut.folders(folders, installation).stream().map(Scene::read).toList();
    List<BenchPicture> chosen = new ArrayList<>();
    int most = all.stream().mapToInt(List::size).max().orElse(0);
    for (int i = 0; i < most; i++) {
      for (List<Scene> folder : all) {
        if (i < folder.size() && chosen.size() < pictures) {
          chosen.add(picture(folder.get(i), maxBytes));
        }
      }
    }
    return chosen;
  }

  private static BenchPicture picture(Scene scene, long maxBytes) {
    try {
      return new BenchPicture(scene, ImageFile.read(scene.image(), maxBytes));
    } catch (CliException e) {
      throw new CliException(e.exitCode(), scene.image() + ": " + e.getMessage(), e);
    }
  }

  private EdgeVlm open(Installation installation, BenchSetting setting) {
    checkPlugins(installation.plugins(), setting);
    Map<String, String> keys = new HashMap<>(setting.keys());
    // What can't run is said to be so, and not measured without what it is about.
    keys.put(CoreKeys.DEGRADE.name(), "false");
    Configuration configuration;
    try {
      configuration = installation.configuration(bench.root(), keys);
    } catch (ConfigException e) {
      // It isn't the user who wrote --set here.
      throw new ConfigException(e.getMessage().replaceFirst("^--set: ", ""), e);
    }
    return EdgeVlm.open(
        configuration, installation.plugins(), installation.home(), LoadProgress.NONE);
  }

  /** Says first that a plugin isn't there: otherwise its keys would be what is complained of. */
  private static void checkPlugins(PluginRegistry plugins, BenchSetting setting) {
    for (String service : List.of("vision", "encoder", "backend", "cache", "decoding")) {
      String value = setting.keys().getOrDefault(service, "");
      for (String id : value.replaceAll("[\\[\\]\\s]", "").split(",")) {
        boolean known =
            id.isEmpty()
                || id.equals(CoreKeys.AUTO)
                || plugins.plugins().stream()
                    .anyMatch(one -> one.service().equals(service) && one.id().equals(id));
        if (!known) {
          throw new PluginException("no " + service + " plugin '" + id + "' is installed");
        }
      }
    }
  }

  private static OptimisationBench.Progress progress(Console console) {
    return (done, total) -> {
      String line = done + " of " + total + " pictures";
      if (console.showsProgress()) {
        console.redraw(line);
      } else if (done % 10 == 0 || done == total) {
        console.note(line);
      }
    };
  }
}
