package org.edgevlm.app.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.edgevlm.spi.inference.Grammar;
import org.edgevlm.spi.inference.GrammarException;
import picocli.CommandLine.Option;

/** What an answer may look like. */
final class GrammarOptions {

  /** The longest grammar, as in the REST interface. */
  static final int MAX_BYTES = 16 << 10;

  private static final String GBNF = "--grammar";
  private static final String JSON_SCHEMA = "--json-schema";

  @Option(
      names = GBNF,
      paramLabel = "FILE",
      description = "Answers only what this GBNF grammar allows.")
  private Path gbnf;

  @Option(
      names = JSON_SCHEMA,
      paramLabel = "FILE",
      description = "Answers only with JSON of this schema.")
  private Path jsonSchema;

  /**
   * The grammar that was asked for, if any.
   *
   * @throws CliException with {@link ExitCode#USAGE} if its file can't be used, or there are two
   */
  Optional<Grammar> read() {
    if (gbnf != null && jsonSchema != null) {
      throw new CliException(
          ExitCode.USAGE, "give " + GBNF + " or " + JSON_SCHEMA + ", not both", null);
    }
    if (gbnf != null) {
      return Optional.of(new Grammar(Grammar.Kind.GBNF, text(gbnf)));
    }
    return Optional.ofNullable(jsonSchema)
        .map(file -> new Grammar(Grammar.Kind.JSON_SCHEMA, text(file)));
  }

  /** A grammar that the backend can't read, as an error that names its file. */
  CliException unreadable(GrammarException error) {
    return wrong(error.getMessage(), error);
  }

  private String text(Path file) {
    if (Files.isDirectory(file)) {
      throw wrong("is a folder", null);
    }
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    } catch (NoSuchFileException e) {
      throw wrong("does not exist", e);
    } catch (IOException e) {
      throw wrong("can't be read", e);
    }
    if (bytes.length > MAX_BYTES) {
      throw wrong("has more than " + MAX_BYTES + " bytes", null);
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      if (text.isBlank()) {
        throw wrong("is empty", null);
      }
      return text;
    } catch (CharacterCodingException e) {
      throw wrong("isn't UTF-8", e);
    }
  }

  private CliException wrong(String what, Exception cause) {
    String option = gbnf != null ? GBNF + " " + gbnf : JSON_SCHEMA + " " + jsonSchema;
    return new CliException(ExitCode.USAGE, option + ": " + what, cause);
  }
}
