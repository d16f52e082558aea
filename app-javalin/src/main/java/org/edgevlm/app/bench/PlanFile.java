package org.edgevlm.app.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.edgevlm.runtime.config.ConfigException;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.schema.FailsafeSchema;

/**
 * Reads settings and claims:
 *
 * <pre>{@code
 * settings:
 *   - name: "off"
 *   - name: half of the cache
 *     set:
 *       cache: [gear]
 *       gear.budget: 0.5
 * claims:
 *   - claim: half of the memory
 *     setting: half of the cache
 *     bars:
 *       - kv_share: {at_most: 0.52}
 * }</pre>
 */
public final class PlanFile {

  private static final String AT_MOST = "at_most";
  private static final String AT_LEAST = "at_least";

  private final Path file;
  private final Set<String> names = new LinkedHashSet<>();

  private PlanFile(Path file) {
    this.file = file;
  }

  /**
   * Reads a file.
   *
   * @throws ConfigException naming the file, and the entry that isn't as it should be
   */
  public static BenchPlan read(Path file) {
    return new PlanFile(file).plan();
  }

  private BenchPlan plan() {
    Map<?, ?> root = map(yaml(), "the file");
    only(root, "the file", "settings", "claims");
    List<BenchSetting> settings = new ArrayList<>();
    for (Object entry : list(root.get("settings"), "'settings'")) {
      settings.add(setting(entry, "setting " + (settings.size() + 1)));
    }
    if (settings.isEmpty()) {
      throw error("'settings' is empty: the first one is what the others are compared with");
    }
    List<Claim> claims = new ArrayList<>();
    if (root.containsKey("claims")) {
      for (Object entry : list(root.get("claims"), "'claims'")) {
        claims.add(claim(entry, "claim " + (claims.size() + 1)));
      }
    }
    return new BenchPlan(settings, claims);
  }

  private Object yaml() {
    // Failsafe: what is written stays text, and the configuration's keys decide what it means.
    LoadSettings settings =
        LoadSettings.builder().setLabel(file.toString()).setSchema(new FailsafeSchema()).build();
    try {
      return new Load(settings).loadFromString(Files.readString(file));
    } catch (YamlEngineException e) {
      throw new ConfigException(file + ": is not YAML: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new ConfigException(file + ": can't be read as UTF-8 text", e);
    }
  }

  private BenchSetting setting(Object entry, String where) {
    Map<?, ?> fields = map(entry, where);
    only(fields, where, "name", "set");
    String name = text(fields.get("name"), where + ": 'name'");
    if (!names.add(name)) {
      throw error(where + ": there are two settings named '" + name + "'");
    }
    Map<String, String> keys = new LinkedHashMap<>();
    if (fields.containsKey("set")) {
      map(fields.get("set"), where + ": 'set'")
          .forEach((key, value) -> keys.put(key.toString(), value(value, where + ": '" + key)));
    }
    return new BenchSetting(name, keys);
  }

  private String value(Object value, String where) {
    if (value instanceof List<?> items) {
      return items.stream()
          .map(item -> text(item, where + "'"))
          .collect(Collectors.joining(", ", "[", "]"));
    }
    return text(value, where + "'");
  }

  private Claim claim(Object entry, String where) {
    Map<?, ?> fields = map(entry, where);
    only(fields, where, "claim", "setting", "bars");
    String setting = text(fields.get("setting"), where + ": 'setting'");
    if (!names.contains(setting)) {
      throw error(where + ": no setting is named '" + setting + "'; there are " + names);
    }
    List<Claim.Bar> bars = new ArrayList<>();
    for (Object bar : list(fields.get("bars"), where + ": 'bars'")) {
      map(bar, where + ": a bar")
          .forEach((figure, limits) -> bars.addAll(bars(figure.toString(), limits, where)));
    }
    return new Claim(text(fields.get("claim"), where + ": 'claim'"), setting, bars);
  }

  private List<Claim.Bar> bars(String id, Object limits, String where) {
    Figure figure = Figure.of(id).orElseThrow(() -> error(where + ": " + unknown(id)));
    Map<?, ?> fields = map(limits, where + ": '" + id + "'");
    only(fields, where + ": '" + id + "'", AT_MOST, AT_LEAST);
    List<Claim.Bar> bars = new ArrayList<>();
    fields.forEach(
        (bound, limit) -> {
          try {
            bars.add(
                new Claim.Bar(
                    figure, bound.equals(AT_LEAST), Double.parseDouble(limit.toString())));
          } catch (NumberFormatException e) {
            throw error(where + ": '" + id + "': '" + limit + "' is not a number");
          }
        });
    return bars;
  }

  private static String unknown(String id) {
    return "no figure is named '"
        + id
        + "'; there are "
        + Arrays.stream(Figure.values()).map(Figure::id).collect(Collectors.joining(", "));
  }

  private void only(Map<?, ?> fields, String where, String... known) {
    for (Object field : fields.keySet()) {
      if (!List.of(known).contains(field)) {
        throw error(where + ": unknown '" + field + "'; it takes " + String.join(", ", known));
      }
    }
  }

  private Map<?, ?> map(Object value, String what) {
    if (value instanceof Map<?, ?> map) {
      return map;
    }
    throw error(what + " must have lines of the form 'key: value'");
  }

  private List<?> list(Object value, String what) {
    if (value instanceof List<?> list) {
      return list;
    }
    throw error(what + " must be a list");
  }

  private String text(Object value, String what) {
    if (value instanceof String text && !text.isBlank()) {
      return text;
    }
    throw error(what + " must be a text");
  }

  private ConfigException error(String message) {
    return new ConfigException(file + ": " + message);
  }
}
