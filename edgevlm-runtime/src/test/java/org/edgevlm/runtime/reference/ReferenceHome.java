package org.edgevlm.runtime.reference;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.edgevlm.runtime.EdgeVlm;
import org.edgevlm.runtime.config.Configuration;
import org.edgevlm.runtime.plugin.PluginRegistry;
import org.edgevlm.spi.inference.LoadProgress;

/**
 * A distribution's folder with two models of the reference plugins, {@code tiny} and {@code other}.
 */
public final class ReferenceHome {

  private static final Map<String, String> SET =
      Map.of("backend", "reference", "vision", "reference-bmp", "model", "tiny");

  private final Path home;

  /** Writes the models. */
  public ReferenceHome(Path home) throws IOException {
    this.home = home;
    model("tiny", file(18), file(118));
    model("other", file(37), file(137));
  }

  private static String file(int seed) {
    return "width=16\nseed=" + seed + "\nweights=1000\nkv=500\ncompute=200\n";
  }

  /** The folder. */
  public Path path() {
    return home;
  }

  /** Writes a model; without a projector where that is null. */
  public void model(String name, String languageModel, String projector) throws IOException {
    Path folder = Files.createDirectories(home.resolve("models").resolve(name));
    Files.writeString(folder.resolve(name + ".gguf"), languageModel);
    if (projector != null) {
      Files.writeString(folder.resolve(name + "-mmproj.gguf"), projector);
    }
  }

  /** Opens the plugins that the service loader finds; keys and values alternate. */
  public EdgeVlm open(String... changes) {
    return open(PluginRegistry.discover(List.of()), LoadProgress.NONE, changes);
  }

  /** Opens a set of plugins. */
  public EdgeVlm open(PluginRegistry plugins, LoadProgress progress, String... changes) {
    Map<String, String> sets = new HashMap<>(SET);
    for (int i = 0; i < changes.length; i += 2) {
      sets.put(changes[i], changes[i + 1]);
    }
    Configuration configuration = Configuration.load(Optional.empty(), Map.of(), sets, plugins);
    return EdgeVlm.open(configuration, plugins, home, progress);
  }
}
