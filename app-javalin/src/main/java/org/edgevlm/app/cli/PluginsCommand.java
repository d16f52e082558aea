package org.edgevlm.app.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.edgevlm.app.json.Json;
import org.edgevlm.runtime.plugin.PluginDescriptor;
import org.edgevlm.runtime.plugin.PluginProblem;
import org.edgevlm.runtime.plugin.PluginRegistry;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.ConfigKey;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code edgevlm plugins}. */
@Command(
    name = "plugins",
    description = "Lists the plugins that were found, from where, and what each can do.")
final class PluginsCommand implements Callable<Integer> {

  @ParentCommand private RootCommand root;

  @Override
  public Integer call() {
    Console console = root.console();
    PluginRegistry registry = Installation.find().plugins();
    if (root.json()) {
      console.print(Json.pretty(json(registry)));
    } else {
      registry.plugins().forEach(plugin -> print(console, plugin));
    }
    for (PluginProblem problem : registry.problems()) {
      console.error(problem.source() + ": " + problem.message());
    }
    return ExitCode.OK;
  }

  private static void print(Console console, PluginDescriptor plugin) {
    console.print(plugin.service() + ": " + plugin.id() + " " + plugin.version());
    console.print("  " + plugin.description());
    console.print("  from " + plugin.source());
    if (!plugin.support().supported()) {
      console.print("  can't run here: " + plugin.support().reason());
    }
    if (!plugin.capabilities().isEmpty()) {
      String verb = plugin.service().equals("backend") ? "can" : "needs a backend that";
      console.print("  " + verb + ": " + capabilities(plugin));
    }
    for (ConfigKey<?> key : plugin.configKeys()) {
      console.print(
          "  key "
              + plugin.id()
              + "."
              + key.name()
              + " = "
              + key.format(key.defaultValue())
              + ": "
              + key.description());
    }
  }

  private static String capabilities(PluginDescriptor plugin) {
    return plugin.capabilities().stream()
        .sorted()
        .map(Capability::description)
        .collect(Collectors.joining("; "));
  }

  private static ObjectNode json(PluginRegistry registry) {
    ObjectNode json = Json.object();
    ArrayNode plugins = json.putArray("plugins");
    for (PluginDescriptor plugin : registry.plugins()) {
      ObjectNode entry = plugins.addObject();
      entry.put("service", plugin.service());
      entry.put("id", plugin.id());
      entry.put("version", plugin.version());
      entry.put("spi_version", plugin.spiVersion());
      entry.put("priority", plugin.priority());
      entry.put("description", plugin.description());
      entry.put("source", plugin.source());
      entry.put("supported", plugin.support().supported());
      if (!plugin.support().supported()) {
        entry.put("reason", plugin.support().reason());
      }
      ArrayNode capabilities = entry.putArray("capabilities");
      plugin.capabilities().stream().sorted().forEach(one -> capabilities.add(Json.name(one)));
      ArrayNode keys = entry.putArray("keys");
      for (ConfigKey<?> key : plugin.configKeys()) {
        ObjectNode described = keys.addObject();
        described.put("name", plugin.id() + "." + key.name());
        described.put("default", key.format(key.defaultValue()));
        described.put("allowed", key.allowed());
        described.put("description", key.description());
      }
    }
    ArrayNode problems = json.putArray("problems");
    for (PluginProblem problem : registry.problems()) {
      problems.addObject().put("source", problem.source()).put("message", problem.message());
    }
    return json;
  }
}
