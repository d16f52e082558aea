package org.edgevlm.app.service;

import java.util.Objects;
import org.edgevlm.runtime.config.Configuration;

/**
 * What the groups of routes share.
 *
 * @param configuration the whole configuration
 * @param settings the server's part of it
 * @param readiness whether there is a model yet
 * @param admission lets requests in, before their bodies are read
 * @param queue lets requests wait for the model
 */
public record ServerParts(
    Configuration configuration,
    ServerSettings settings,
    Readiness readiness,
    Admission admission,
    AnswerQueue queue) {

  public ServerParts {
    Objects.requireNonNull(configuration, "configuration");
    Objects.requireNonNull(settings, "settings");
    Objects.requireNonNull(readiness, "readiness");
    Objects.requireNonNull(admission, "admission");
    Objects.requireNonNull(queue, "queue");
  }

  /** New ones, without a model. The queue has to be closed. */
  public static ServerParts of(Configuration configuration, ServerSettings settings) {
    Readiness readiness = new Readiness();
    return new ServerParts(
        configuration,
        settings,
        readiness,
        new Admission(settings),
        new AnswerQueue(readiness, settings));
  }
}
