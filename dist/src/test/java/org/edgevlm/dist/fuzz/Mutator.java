package org.edgevlm.dist.fuzz;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Makes inputs up. The same seed and index make the same input, as long as the corpora, from which
 * texts, grammars and templates descend, stay as they are.
 */
final class Mutator {

  private static final List<String> WEIGHTS =
      List.of(
          "model",
          "model",
          "model",
          "model",
          "projector",
          "projector",
          "session",
          "session",
          "session",
          "grammar",
          "grammar",
          "text",
          "template",
          "config");

  private static final List<String> COUNTS = List.of("0", "1", "-1", "2", "3", "40", "2147483647");

  private static final List<String> OUTPUTS = List.of("none", "last", "all");

  private final Map<String, List<String>> corpora = new HashMap<>();
  private final HeaderMutator headers;

  Mutator(Seeds seeds, List<Input> committed) {
    headers = new HeaderMutator(seeds);
    for (Input input : committed) {
      corpora.computeIfAbsent(input.kind(), kind -> new ArrayList<>()).add(input.line());
    }
  }

  /** The input of an index. */
  Input input(long seed, int index) {
    Random random = new Random(seed * 1_000_003 + index);
    String kind = pick(random, WEIGHTS);
    return new Input(
        kind,
        switch (kind) {
          case "model" -> headers.recipe(random, Seeds.MODELS);
          case "projector" -> headers.recipe(random, Seeds.PROJECTORS);
          case "session" -> session(random);
          case "config" -> config(random);
          default -> changed(random, pick(random, corpora.get(kind)), kind);
        });
  }

  static <T> T pick(Random random, List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private static String session(Random random) {
    String model = pick(random, List.of("llama", "llama", "words", "words", "default"));
    // A context of two that drops one place for each token is slow, and more so in a real model.
    List<String> lengths =
        model.equals("default") ? List.of("64", "0") : List.of("1", "2", "7", "64", "0");
    String begin = model + " context_length=" + pick(random, lengths);
    begin += " batch=" + pick(random, List.of("1", "3", "32", "512"));
    if (random.nextInt(3) == 0) {
      begin += " context_shift=true context_keep=" + random.nextInt(4);
    }
    return begin
        + "; open; "
        + IntStream.range(0, 4 + random.nextInt(14))
            .mapToObj(i -> call(random))
            .collect(Collectors.joining("; "));
  }

  private static String call(Random random) {
    int small = random.nextInt(6);
    return switch (random.nextInt(20)) {
      case 0 -> "open";
      case 1 -> "track " + pick(random, List.of("0", "1", "8", "100000000"));
      case 2 -> "exits " + (1 + random.nextInt(3));
      case 3 -> "use " + small;
      case 4 -> "close";
      case 5 -> "kv";
      case 6 -> "batch";
      case 7 -> "rewind " + pick(random, List.of("0", "1", "all", "-1", "5", "2147483647"));
      case 8 -> "retain " + random.nextInt(3) + " 0 " + small + " " + (small + random.nextInt(2));
      case 9 -> "closemodel";
      case 10 -> random.nextInt(4) == 0 ? "closebackend" : "many 3";
      case 11 -> "image " + (1 + random.nextInt(80)) + " w " + pick(random, OUTPUTS) + " 0.5";
      case 12 -> "image 2 " + pick(random, List.of("w", "1", "33")) + " all NaN";
      case 13, 14 -> "read";
      case 15 -> "text " + random.nextInt(5000);
      default ->
          String.join(
              " ",
              "step",
              String.valueOf(1 + random.nextInt(90)),
              random.nextInt(3) > 0 ? "0" : pick(random, COUNTS),
              random.nextInt(4) > 0 ? "" + (1 + random.nextInt(40)) : pick(random, COUNTS),
              pick(random, OUTPUTS),
              random.nextInt(4) > 0 ? "mixed" : pick(random, COUNTS));
    };
  }

  private static String config(Random random) {
    StringBuilder line =
        new StringBuilder(pick(random, List.of("llama", "llama", "words", "default")));
    Map<String, List<String>> values =
        Map.of(
            "threads", List.of("0", "1", "2", "5"),
            "threads_batch", List.of("0", "1", "3"),
            "context_length", List.of("0", "1", "2", "31", "33", "257", "131072"),
            "batch", List.of("1", "2", "31", "33", "4096"),
            "micro_batch", List.of("1", "2", "31", "33", "4096"),
            "kv_type_k", List.of("f16", "q8_0", "q4_0"),
            "kv_type_v", List.of("f16", "q8_0", "q4_0"),
            "flash_attention", List.of("auto", "on", "off"),
            "context_shift", List.of("true", "false"),
            "context_keep", List.of("0", "1", "16", "131072"));
    for (String key : values.keySet().stream().sorted().toList()) {
      if (random.nextInt(3) == 0) {
        line.append(' ').append(key).append('=').append(pick(random, values.get(key)));
      }
    }
    return line + " mmap=" + random.nextBoolean();
  }

  /** A line with its text changed; what stands before its first space says what it is. */
  private String changed(Random random, String line, String kind) {
    int space = line.indexOf(' ');
    int head = kind.equals("template") ? 0 : space < 0 ? line.length() : space + 1;
    if (line.contains("<<") || line.length() <= head) {
      return line;
    }
    StringBuilder text = new StringBuilder(line.substring(head));
    for (int i = 0; i <= random.nextInt(4); i++) {
      int from = random.nextInt(text.length() + 1);
      int to = Math.min(text.length(), from + 1 + random.nextInt(6));
      switch (random.nextInt(5)) {
        case 0 -> text.delete(from, to);
        case 1 -> text.insert(from, text.substring(from, to).repeat(1 + random.nextInt(5)));
        case 2 -> text.insert(from, pick(random, HeaderMutator.SCRAPS));
        case 3 -> {
          String other = pick(random, corpora.get(kind));
          int start = random.nextInt(other.length());
          text.insert(from, other.substring(start, Math.min(other.length(), start + 12)));
        }
        default -> text.insert(from, pick(random, List.of("(", ")", "{0,", "}", "\"", "|", "[")));
      }
    }
    return line.substring(0, head) + text.toString().replace('\n', ' ');
  }
}
