package org.edgevlm.runtime.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.edgevlm.reference.ReferenceEncoderProvider;
import org.edgevlm.runtime.plugin.PluginRegistry;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.ConfigKey;
import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.Spi;
import org.edgevlm.spi.inference.InferenceBackend;
import org.edgevlm.spi.inference.InferenceBackendProvider;
import org.junit.jupiter.api.Test;

/** A configuration that was written for another plugin of the same service. */
class SwappedPluginTest {

  private static final ConfigKey<Integer> THREADS =
      ConfigKey.integer("threads", 1, 1, 64, "threads");
  private static final ConfigKey<String> KV_TYPE = ConfigKey.text("kv_type", "f16", "one type");
  private static final ConfigKey<String> KV_TYPE_K = ConfigKey.text("kv_type_k", "f16", "for K");
  private static final ConfigKey<Boolean> MLOCK = ConfigKey.flag("mlock", false, "stays in memory");

  private static final PluginRegistry PLUGINS =
      PluginRegistry.of(
          List.of(
              new Backend("engine", List.of(THREADS, KV_TYPE)),
              new Backend("stock", List.of(THREADS, KV_TYPE_K, MLOCK)),
              new Backend("third", List.of(MLOCK)),
              new ReferenceEncoderProvider("eye", 0, new CopyOnWriteArrayList<>())));

  private record Backend(String id, List<ConfigKey<?>> configKeys)
      implements InferenceBackendProvider {
    @Override
    public String version() {
      return "1";
    }

    @Override
    public int spiVersion() {
      return Spi.VERSION;
    }

    @Override
    public String description() {
      return "a backend";
    }

    @Override
    public Set<Capability> capabilities() {
      return Set.of();
    }

    @Override
    public InferenceBackend create(PluginContext context) {
      throw new UnsupportedOperationException();
    }
  }

  private static String error(Map<String, String> environment, Map<String, String> sets) {
    return assertThrows(
            ConfigException.class,
            () -> Configuration.load(Optional.empty(), environment, sets, PLUGINS))
        .getMessage();
  }

  @Test
  void aKeyThatAnotherBackendHasIsRefusedByName() {
    assertEquals(
        "--set: unknown key 'engine.kv_type_k': engine has no key 'kv_type_k'; stock has"
            + " (did you mean 'engine.kv_type'?); keys of engine are engine.threads,"
            + " engine.kv_type",
        error(Map.of(), Map.of("engine.kv_type_k", "q8_0")));
    String both = error(Map.of(), Map.of("engine.mlock", "true"));
    assertTrue(both.contains("engine has no key 'mlock'; stock and third have"), both);
  }

  @Test
  void aVariableThatAnotherBackendHasIsRefusedByName() {
    assertEquals(
        "env EDGEVLM_ENGINE_KV_TYPE_K: engine has no key 'kv_type_k'; stock has",
        error(Map.of("EDGEVLM_ENGINE_KV_TYPE_K", "q8_0"), Map.of()));
  }

  @Test
  void otherServicesKeysAndMisspellingsAreNobodysElse() {
    String other = error(Map.of(), Map.of("engine.tiled", "true"));
    assertFalse(other.contains("has no key"), other);
    String misspelled = error(Map.of(), Map.of("engine.kv_typ", "q8_0"));
    assertFalse(misspelled.contains("has no key"), misspelled);
    assertTrue(misspelled.contains("(did you mean 'engine.kv_type'?)"), misspelled);
  }

  @Test
  void whatKubernetesSetsForAServiceIsIgnored() {
    Map<String, String> links =
        Map.of(
            "EDGEVLM_SERVICE_HOST", "10.0.171.239",
            "EDGEVLM_SERVICE_PORT", "8080",
            "EDGEVLM_SERVICE_PORT_HTTP", "8080",
            "EDGEVLM_PORT", "tcp://10.0.171.239:8080",
            "EDGEVLM_PORT_8080_TCP", "tcp://10.0.171.239:8080",
            "EDGEVLM_PORT_8080_TCP_PROTO", "tcp",
            "EDGEVLM_PORT_8080_TCP_PORT", "8080",
            "EDGEVLM_PORT_8080_TCP_ADDR", "10.0.171.239",
            "EDGEVLM_PORT_53_UDP", "udp://10.0.171.239:53");
    Configuration loaded = Configuration.load(Optional.empty(), links, Map.of(), PLUGINS);
    assertEquals(Configuration.defaults(PLUGINS).entries(), loaded.entries());
  }

  @Test
  void whatOnlyLooksLikeItIsRefused() {
    for (String name :
        List.of(
            "EDGEVLM_SERVICE",
            "EDGEVLM_SERVICE_HOSTS",
            "EDGEVLM_SERVICE_PORTS",
            "EDGEVLM_PORTS",
            "EDGEVLM_PORT_TCP",
            "EDGEVLM_PORT_8080",
            "EDGEVLM_PORT_8080_TCPX",
            "EDGEVLM_PORT_8080_SCTP",
            "EDGEVLM_MY_SERVICE_HOST")) {
      String message = error(Map.of(name, "tcp://10.0.0.1:1"), Map.of());
      assertTrue(message.startsWith("env " + name + ": no key has this variable"), message);
    }
  }

  @Test
  void aPortThatSomebodyMeantIsNotIgnored() {
    assertEquals(
        "env EDGEVLM_PORT: no key has this variable: did you mean EDGEVLM_SERVER_PORT?",
        error(Map.of("EDGEVLM_PORT", "9090"), Map.of()));
  }
}
