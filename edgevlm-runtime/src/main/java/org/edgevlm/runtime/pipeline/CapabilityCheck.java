package org.edgevlm.runtime.pipeline;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.edgevlm.runtime.Degradation;
import org.edgevlm.runtime.MissingCapabilityException;
import org.edgevlm.runtime.plugin.PluginRegistry;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.Platform;
import org.edgevlm.spi.PluginProvider;
import org.edgevlm.spi.inference.InferenceBackendProvider;

/**
 * Compares what is needed with what the configured backend has. What it lacks is an error; with
 * {@code degrade: true}, a plugin that can be done without becomes a {@link Degradation} instead.
 */
final class CapabilityCheck {

  /** What the runtime itself asks of a backend. */
  private static final Set<Capability> BASIC =
      EnumSet.of(Capability.TOKEN_STEPPING, Capability.IMAGE_EMBEDDINGS);

  private static final Set<Capability> GRAMMAR = EnumSet.of(Capability.GRAMMAR);

  private final InferenceBackendProvider backend;
  private final PluginRegistry plugins;
  private final Platform platform;
  private final boolean degrade;
  private final List<Degradation> degradations = new ArrayList<>();

  CapabilityCheck(
      InferenceBackendProvider backend,
      PluginRegistry plugins,
      Platform platform,
      boolean degrade) {
    this.backend = backend;
    this.plugins = plugins;
    this.platform = platform;
    this.degrade = degrade;
  }

  /**
   * Checks what no answer can do without.
   *
   * @throws MissingCapabilityException whether or not the set may be degraded
   */
  void requireBasics() {
    Set<Capability> missing = missing(BASIC);
    if (!missing.isEmpty()) {
      throw error("an answer about an image", BASIC, missing);
    }
  }

  /**
   * Whether the backend has what a plugin needs.
   *
   * @param service the configuration key that names the plugin
   * @param kind what kind of plugin it is, in words
   * @param fallback as in {@link Degradation}
   * @return false if the set is degraded instead, which is noted
   * @throws MissingCapabilityException if it lacks something and the set may not be degraded
   */
  boolean admits(
      String service, String kind, PluginProvider plugin, Set<Capability> needed, String fallback) {
    Set<Capability> missing = missing(needed);
    if (missing.isEmpty()) {
      return true;
    }
    String who = kind + " '" + plugin.id() + "'";
    MissingCapabilityException error = error(who, needed, missing);
    if (!degrade) {
      throw error;
    }
    String instead =
        fallback.equals(Degradation.LEFT_OUT)
            ? " is left out: it "
            : " is replaced by '" + fallback + "': it ";
    degradations.add(
        new Degradation(service, plugin.id(), missing, fallback, who + instead + error.reason()));
    return false;
  }

  /**
   * Checks a request that has a grammar, which {@link #ignoresGrammars} doesn't.
   *
   * @throws MissingCapabilityException if the backend can't constrain answers
   */
  void requireGrammars() {
    if (!missing(GRAMMAR).isEmpty()) {
      throw error("a grammar", GRAMMAR, GRAMMAR);
    }
  }

  /**
   * Whether the backend can't constrain answers, and requests that ask for it are answered anyway.
   */
  boolean ignoresGrammars() {
    return degrade && !missing(GRAMMAR).isEmpty();
  }

  /** What an answer says whose grammar was ignored. */
  String ignoredGrammar() {
    return "the request's grammar is ignored: it " + error("a grammar", GRAMMAR, GRAMMAR).reason();
  }

  /** Whether the backend has a capability. */
  boolean has(Capability capability) {
    return backend.capabilities().contains(capability);
  }

  private Set<Capability> missing(Set<Capability> needed) {
    Set<Capability> missing = EnumSet.noneOf(Capability.class);
    missing.addAll(needed);
    missing.removeAll(backend.capabilities());
    return missing;
  }

  private MissingCapabilityException error(
      String who, Set<Capability> needed, Set<Capability> missing) {
    List<String> having =
        plugins.all(InferenceBackendProvider.class).stream()
            .filter(other -> other.supports(platform).supported())
            .filter(other -> other.capabilities().containsAll(BASIC))
            .filter(other -> other.capabilities().containsAll(needed))
            .map(PluginProvider::id)
            .toList();
    return new MissingCapabilityException(who, backend.id(), missing, having);
  }

  /** What was noted so far, in the order in which it was asked. */
  List<Degradation> degradations() {
    return List.copyOf(degradations);
  }
}
