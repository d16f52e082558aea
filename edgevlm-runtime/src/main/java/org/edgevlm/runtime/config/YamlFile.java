package org.edgevlm.runtime.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Reads a YAML file into settings that know their lines. Nested keys are joined by dots, so {@code
 * image: {max_side: 4096}} and {@code image.max_side: 4096} are the same. Scalars stay the text
 * that was written; the key's type decides what it means.
 */
final class YamlFile {

  private static final int MAX_DEPTH = 8;

  private final Path file;
  private final Map<String, Setting> settings = new LinkedHashMap<>();

  private YamlFile(Path file) {
    this.file = file;
  }

  static List<Setting> read(Path file) {
    YamlFile yaml = new YamlFile(file);
    yaml.compose(yaml.text()).ifPresent(root -> yaml.flatten("", root, file.toString(), 0));
    return List.copyOf(yaml.settings.values());
  }

  private String text() {
    try {
      String text = Files.readString(file);
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (NoSuchFileException e) {
      throw new ConfigException(file + ": there is no such configuration file", e);
    } catch (CharacterCodingException e) {
      throw new ConfigException(file + ": is not UTF-8 text", e);
    } catch (IOException e) {
      throw new ConfigException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private Optional<Node> compose(String text) {
    LoadSettings load = LoadSettings.builder().setLabel(file.toString()).build();
    try {
      return new Compose(load).composeString(text);
    } catch (MarkedYamlEngineException e) {
      String line = e.getProblemMark().map(mark -> ":" + (mark.getLine() + 1)).orElse("");
      throw new ConfigException(file + line + ": is not YAML: " + e.getProblem(), e);
    } catch (YamlEngineException e) {
      throw new ConfigException(file + ": is not YAML: " + e.getMessage(), e);
    }
  }

  private void flatten(String key, Node node, String origin, int depth) {
    if (node instanceof MappingNode mapping) {
      if (depth > MAX_DEPTH) {
        throw new ConfigException(origin + ": '" + key + "' is nested too deeply");
      }
      if (mapping.getValue().isEmpty() && !key.isEmpty()) {
        put(new Setting(key, null, origin));
      }
      for (NodeTuple tuple : mapping.getValue()) {
        String where = line(tuple.getKeyNode());
        String name = scalar(tuple.getKeyNode(), "a key");
        flatten(key.isEmpty() ? name : key + "." + name, tuple.getValueNode(), where, depth + 1);
      }
    } else if (key.isEmpty()) {
      if (!isNull(node)) {
        throw new ConfigException(line(node) + ": expected lines of the form 'key: value'");
      }
    } else if (node instanceof SequenceNode sequence) {
      List<String> items = new ArrayList<>();
      for (Node item : sequence.getValue()) {
        items.add(scalar(item, "an item of '" + key + "'"));
      }
      put(new Setting(key, List.copyOf(items), origin));
    } else {
      Object raw = isNull(node) ? null : scalar(node, "'" + key + "'");
      put(new Setting(key, raw, origin));
    }
  }

  private void put(Setting setting) {
    Setting earlier = settings.putIfAbsent(setting.key(), setting);
    if (earlier != null) {
      throw setting.error(
          "'" + setting.key() + "' is set twice, the first time at " + earlier.origin());
    }
  }

  private String scalar(Node node, String what) {
    if (node instanceof ScalarNode scalar && !isNull(node)) {
      return scalar.getValue();
    }
    throw new ConfigException(line(node) + ": " + what + " must be a plain value");
  }

  private static boolean isNull(Node node) {
    return node.getTag().equals(Tag.NULL);
  }

  private String line(Node node) {
    return file + node.getStartMark().map(mark -> ":" + (mark.getLine() + 1)).orElse("");
  }
}
