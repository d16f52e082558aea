package org.edgevlm.dist;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.edgevlm.runtime.AnswerRequest;
import org.edgevlm.runtime.EdgeVlm;
import org.edgevlm.runtime.config.Configuration;
import org.edgevlm.runtime.plugin.PluginRegistry;
import org.edgevlm.spi.CancelToken;
import org.edgevlm.spi.decoding.TokenListener;
import org.edgevlm.spi.inference.LoadProgress;

/**
 * A program of its own: captions one picture with several vision plugins, all of them open at a
 * time in one process. Arguments: the home, the picture, the plugins.
 */
final class SideBySide {

  private SideBySide() {}

  public static void main(String[] arguments) throws IOException {
    Path home = Path.of(arguments[0]);
    ByteBuffer picture = ByteBuffer.wrap(Files.readAllBytes(Path.of(arguments[1])));
    PluginRegistry plugins = PluginRegistry.discover(List.of(home.resolve("plugins")));
    List<EdgeVlm> open = new ArrayList<>();
    for (String vision : List.of(arguments).subList(2, arguments.length)) {
      Configuration configuration =
          Configuration.load(Optional.empty(), Map.of(), Map.of("vision", vision), plugins);
      open.add(EdgeVlm.open(configuration, plugins, home, LoadProgress.NONE));
    }
    for (EdgeVlm vlm : open) {
      AnswerRequest request = AnswerRequest.caption(picture, 64);
      System.out.println(vlm.answer(request, TokenListener.NONE, CancelToken.NEVER).text());
    }
    open.forEach(EdgeVlm::close);
  }
}
