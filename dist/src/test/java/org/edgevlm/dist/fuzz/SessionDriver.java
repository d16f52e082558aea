package org.edgevlm.dist.fuzz;

import java.util.Map;
import org.edgevlm.spi.inference.InferenceBackendProvider;

/**
 * Calls of sessions in any order: {@code MODEL key=value; call; call}. The calls are those of
 * {@link Script}.
 */
final class SessionDriver implements Driver {

  private final Backends backends;
  private final Seeds seeds;

  SessionDriver(Backends backends, Seeds seeds) {
    this.backends = backends;
    this.seeds = seeds;
  }

  @Override
  public void run(String line) throws Exception {
    String[] calls = line.split(";");
    String[] words = calls[0].trim().split(" +");
    Map<String, String> keys = ConfigDriver.keys(words);
    keys.putIfAbsent("threads", "1");
    for (InferenceBackendProvider provider : backends.all()) {
      try (Script script =
          new Script(provider.id(), () -> backends.open(provider, keys), seeds.path(words[0]))) {
        for (int i = 1; i < calls.length; i++) {
          script.call(calls[i].trim());
        }
      }
    }
  }
}
