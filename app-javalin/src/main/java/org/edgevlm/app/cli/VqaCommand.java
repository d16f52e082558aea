package org.edgevlm.app.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code edgevlm vqa}. */
@Command(name = "vqa", description = "Answers a question about a picture.")
final class VqaCommand implements Callable<Integer> {

  static final int MAX_QUESTION = 500;

  @ParentCommand private RootCommand root;

  @Parameters(index = "0", paramLabel = "IMAGE", description = "A JPEG, PNG, WebP or BMP file.")
  private Path image;

  @Parameters(
      index = "1",
      paramLabel = "QUESTION",
      description = "1 to " + MAX_QUESTION + " characters, in quotes.")
  private String question;

  @Mixin private SamplingOptions sampling;

  @Mixin private GrammarOptions grammar;

  @Override
  public Integer call() {
    String asked = checked("a question", question);
    return Pictures.answer(root, sampling, grammar, List.of(image), Optional.of(asked));
  }

  /** What a user asks, without white space at its ends, if its length is allowed. */
  static String checked(String what, String asked) {
    String stripped = asked.strip();
    int length = stripped.codePointCount(0, stripped.length());
    if (length < 1 || length > MAX_QUESTION) {
      throw new CliException(
          ExitCode.USAGE, what + " has 1 to " + MAX_QUESTION + " characters", null);
    }
    return stripped;
  }
}
