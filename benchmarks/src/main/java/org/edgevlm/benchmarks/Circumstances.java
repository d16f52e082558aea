package org.edgevlm.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What figures depend on besides the program. */
final class Circumstances {

  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");
  private static final List<String> INSTRUCTIONS =
      List.of("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_int8", "asimddp", "i8mm");

  private Circumstances() {}

  static Map<String, String> of(int threads, List<String> arguments) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("machine", machine());
    facts.put("system", property("os.name") + " " + property("os.version"));
    facts.put("jvm", property("java.vm.name") + " " + property("java.runtime.version"));
    facts.put("threads", String.valueOf(threads));
    facts.put("command", "benchmarks/run " + String.join(" ", arguments));
    facts.put("date", ZonedDateTime.now(ZoneOffset.UTC).format(DateTimeFormatter.ISO_LOCAL_DATE));
    return facts;
  }

  private static String property(String name) {
    return System.getProperty(name);
  }

  private static String machine() {
    StringBuilder text = new StringBuilder();
    text.append(Runtime.getRuntime().availableProcessors()).append(" processors, ");
    text.append(property("os.arch"));
    try (Stream<String> lines = Files.lines(PROCESSORS)) {
      Map<String, String> first = new LinkedHashMap<>();
      lines
          .map(line -> line.split(":", 2))
          .filter(parts -> parts.length == 2)
          .forEach(parts -> first.putIfAbsent(parts[0].trim(), parts[1].trim()));
      text.append(", ").append(first.getOrDefault("model name", "unnamed"));
      List<String> flags =
          List.of(first.getOrDefault("flags", first.getOrDefault("Features", "")).split(" "));
      INSTRUCTIONS.stream().filter(flags::contains).forEach(i -> text.append(' ').append(i));
    } catch (IOException e) {
      // Not Linux: without the name.
      return text.toString();
    }
    return text.toString();
  }
}
