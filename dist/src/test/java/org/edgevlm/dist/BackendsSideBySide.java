package org.edgevlm.dist;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.edgevlm.runtime.AnswerRequest;
import org.edgevlm.runtime.EdgeVlm;
import org.edgevlm.runtime.config.Configuration;
import org.edgevlm.runtime.plugin.PluginRegistry;
import org.edgevlm.spi.CancelToken;
import org.edgevlm.spi.decoding.TokenListener;
import org.edgevlm.spi.inference.LoadProgress;

/**
 * A program of its own: several backends answer in turns, all open at a time in one process. Each
 * line it prints is a backend, a tab and a text. Then it closes them in the order of opening, or
 * the other way round, the last of which answers once more; and prints the libraries of llama.cpp
 * in the process.
 *
 * <p>Arguments: the home, {@code forwards} or {@code backwards}, how many pictures, the backends.
 */
final class BackendsSideBySide {

  private static final String QUESTION = "What colour is the background?";

  private BackendsSideBySide() {}

  public static void main(String[] arguments) throws IOException {
    Path home = Path.of(arguments[0]);
    PluginRegistry plugins = PluginRegistry.discover(List.of(home.resolve("plugins")));
    List<String> ids = List.of(arguments).subList(3, arguments.length);
    List<EdgeVlm> open = new ArrayList<>();
    for (String backend : ids) {
      Configuration configuration =
          Configuration.load(
              Optional.empty(),
              Map.of(),
              // Threads that wait for each other crawl where other tests take the cores.
              Map.of(
                  "backend", backend, ids.get(0) + ".threads", "1", ids.get(1) + ".threads", "1"),
              plugins);
      open.add(EdgeVlm.open(configuration, plugins, home, LoadProgress.NONE));
    }
    ByteBuffer last = null;
    for (Path picture : pictures(home, Integer.parseInt(arguments[2]))) {
      last = ByteBuffer.wrap(Files.readAllBytes(picture));
      for (AnswerRequest request :
          List.of(AnswerRequest.caption(last, 64), AnswerRequest.question(last, QUESTION, 64))) {
        for (int i = 0; i < open.size(); i++) {
          System.out.println(ids.get(i) + "\t" + answer(open.get(i), request));
        }
      }
    }
    try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
      maps.filter(line -> line.endsWith("/libjllama.so") || line.endsWith("/libjstock.so"))
          .map(line -> line.substring(line.indexOf('/')))
          .distinct()
          .forEach(line -> System.out.println("library\t" + line));
    }
    if (arguments[1].equals("backwards")) {
      Collections.reverse(open);
    }
    open.subList(0, open.size() - 1).forEach(EdgeVlm::close);
    EdgeVlm left = open.get(open.size() - 1);
    System.out.println("left\t" + answer(left, AnswerRequest.caption(last, 64)));
    left.close();
  }

  private static String answer(EdgeVlm vlm, AnswerRequest request) {
    return vlm.answer(request, TokenListener.NONE, CancelToken.NEVER).text();
  }

  private static List<Path> pictures(Path home, int count) throws IOException {
    try (Stream<Path> files = Files.list(home.resolve("models/edgevlm-tiny/heldout/unseen"))) {
      return files.filter(file -> file.toString().endsWith(".jpg")).sorted().limit(count).toList();
    }
  }
}
