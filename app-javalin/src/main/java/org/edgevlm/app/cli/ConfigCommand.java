package org.edgevlm.app.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.edgevlm.app.json.Json;
import org.edgevlm.app.service.ServerKeys;
import org.edgevlm.runtime.config.ConfigEntry;
import org.edgevlm.runtime.config.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code edgevlm config}. */
@Command(
    name = "config",
    description = "Prints the configuration in effect and where each value came from.")
final class ConfigCommand implements Callable<Integer> {

  @ParentCommand private RootCommand root;

  @Option(
      names = "--template",
      description = "Prints a commented configuration file with every key at its default.")
  private boolean template;

  @Override
  public Integer call() {
    Console console = root.console();
    Installation installation = Installation.find();
    if (template) {
      console.out().print(Configuration.template(installation.plugins(), ServerKeys.ALL));
      console.out().flush();
      return ExitCode.OK;
    }
    List<ConfigEntry> entries = installation.configuration(root).entries();
    if (root.json()) {
      ArrayNode json = Json.array();
      for (ConfigEntry entry : entries) {
        json.addObject()
            .put("key", entry.key())
            .put("value", entry.value())
            .put("origin", entry.origin())
            .put("description", entry.description());
      }
      console.print(Json.pretty(json));
      return ExitCode.OK;
    }
    int keyWidth = entries.stream().mapToInt(entry -> entry.key().length()).max().orElse(1);
    int valueWidth = entries.stream().mapToInt(entry -> entry.value().length()).max().orElse(1);
    String format = "%-" + keyWidth + "s  %-" + valueWidth + "s  %s";
    for (ConfigEntry entry : entries) {
      console.print(String.format(Locale.ROOT, format, entry.key(), entry.value(), entry.origin()));
    }
    return ExitCode.OK;
  }
}
