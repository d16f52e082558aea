package org.edgevlm.app.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import org.edgevlm.app.Version;
import org.edgevlm.app.json.Json;
import org.edgevlm.runtime.EdgeVlm;

/**
 * The model as clients know it.
 *
 * @param id the name in the folder {@code models}, or the last part of a path
 * @param fingerprint changes when the program, the model or the plugins do, and with them answers
 */
record ServedModel(String id, String fingerprint) {

  private static final int FINGERPRINT_DIGITS = 10;
  private static final String SUFFIX = ".gguf";

  static ServedModel of(EdgeVlm edgeVlm) {
    String what = Version.current() + edgeVlm.plugins() + edgeVlm.model();
    byte[] hash;
    try {
      hash = MessageDigest.getInstance("SHA-256").digest(what.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
    String digits = HexFormat.of().formatHex(hash).substring(0, FINGERPRINT_DIGITS);
    return new ServedModel(id(edgeVlm.plugins().model()), "fp_" + digits);
  }

  /** What a client is told of a model that is configured by this: no path. */
  static String id(String configured) {
    // Two files with a comma between: the language model is the first.
    String file = configured.split(",", 2)[0].strip().replace('\\', '/').replaceAll("/+$", "");
    String name = file.substring(file.lastIndexOf('/') + 1);
    return name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name;
  }

  /** The model as {@code GET /v1/models} lists it. */
  ObjectNode json(long created) {
    return Json.object()
        .put("id", id)
        .put("object", "model")
        .put("created", created)
        .put("owned_by", "edgevlm");
  }

  /**
   * Checks that a request asks for this model.
   *
   * @throws OpenAiException if it asks for another
   */
  void require(String asked) {
    if (!asked.equals(id)) {
      throw new OpenAiException(
          new OpenAiError(
              404,
              "This server has one model, '" + id + "'.",
              Optional.of("model"),
              "model_not_found"));
    }
  }
}
