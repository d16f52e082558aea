package org.edgevlm.app.cli;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.edgevlm.runtime.AnswerRequest;
import org.edgevlm.runtime.EdgeVlm;
import org.edgevlm.runtime.config.Configuration;
import org.edgevlm.runtime.config.CoreKeys;
import org.edgevlm.spi.CancelToken;
import org.edgevlm.spi.decoding.SamplingParameters;
import org.edgevlm.spi.decoding.TokenListener;
import org.edgevlm.spi.inference.ContextFullException;
import org.edgevlm.spi.inference.Grammar;
import org.edgevlm.spi.inference.GrammarException;
import org.edgevlm.spi.vision.ImageException;

/** Answers about picture after picture with one loaded model. */
final class Pictures {

  private Pictures() {}

  /** Answers about each file and prints it; gives the command's exit code. */
  static int answer(
      RootCommand root,
      SamplingOptions options,
      GrammarOptions grammarOptions,
      List<Path> files,
      Optional<String> question) {
    Console console = root.console();
    Installation installation = Installation.find();
    Configuration configuration = installation.configuration(root);
    int maxTokens = options.maxTokens(configuration);
    SamplingParameters sampling = options.parameters(configuration);
    Optional<Grammar> grammar = grammarOptions.read();
    long maxBytes = CoreKeys.imageLimits(configuration).maxBytes();
    AnswerPrinter printer = new AnswerPrinter(console, root.json(), files.size() > 1);
    int exitCode = ExitCode.OK;
    try (EdgeVlm edgeVlm = installation.open(configuration, console)) {
      for (Path file : files) {
        try {
          ByteBuffer image = ImageFile.read(file, maxBytes);
          AnswerRequest request = new AnswerRequest(image, question, maxTokens, sampling, grammar);
          printer.answer(file, edgeVlm.answer(request, TokenListener.NONE, CancelToken.NEVER));
        } catch (ImageException e) {
          String reason = e.reason().name().toLowerCase(Locale.ROOT);
          printer.failure(file, reason, e.getMessage());
          exitCode = ExitCode.IMAGE;
        } catch (ContextFullException e) {
          printer.failure(file, "prompt_too_long", tooLong(edgeVlm));
          exitCode = ExitCode.USAGE;
        } catch (GrammarException e) {
          throw grammarOptions.unreadable(e);
        } catch (CliException e) {
          printer.failure(file, "unreadable", e.getMessage());
          exitCode = e.exitCode();
        }
      }
    }
    return exitCode;
  }

  /** What a user is told who asks for more than the model's context holds. */
  static String tooLong(EdgeVlm edgeVlm) {
    return "the picture and the text don't fit into the model's context of "
        + edgeVlm.model().contextLength()
        + " tokens: ask in fewer words, or raise the backend's context_length";
  }
}
