package org.edgevlm.app.service;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.edgevlm.runtime.config.ConfigException;
import org.edgevlm.spi.ConfigValues;

/**
 * What clients have to know. Only a digest of it is kept, and comparing takes the same time
 * whatever is compared.
 */
public final class AccessToken {

  /** The environment variable that has it; no key of the configuration, which others can print. */
  public static final String VARIABLE = "EDGEVLM_TOKEN";

  private static final Pattern FORM = Pattern.compile("[!-~]{16,256}");

  private final byte[] digest;

  private AccessToken(String text) {
    digest = digest(text);
  }

  /**
   * The token that the environment has, or else the file that the configuration names.
   *
   * @return empty if there is neither
   * @throws ConfigException if it can't be read or isn't 16 to 256 visible ASCII characters; the
   *     message never has the token
   */
  public static Optional<AccessToken> find(Map<String, String> environment, ConfigValues values) {
    String given = environment.get(VARIABLE);
    if (given != null) {
      return Optional.of(of(given, VARIABLE));
    }
    String file = values.get(ServerKeys.TOKEN_FILE);
    if (file.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(of(Files.readString(Path.of(file)).strip(), file));
    } catch (IOException e) {
      throw new ConfigException("server.token_file: can't read " + file, e);
    }
  }

  /**
   * A token.
   *
   * @param origin where it comes from, for the error
   */
  public static AccessToken of(String text, String origin) {
    if (!FORM.matcher(text).matches()) {
      throw new ConfigException(
          origin + " must have a token of 16 to 256 visible ASCII characters without spaces");
    }
    return new AccessToken(text);
  }

  /** Whether a text is the token. */
  public boolean matches(String text) {
    return MessageDigest.isEqual(digest, digest(text));
  }

  // Digests have one length, so that not even the token's length shows in the time.
  private static byte[] digest(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  @Override
  public String toString() {
    return "AccessToken";
  }
}
