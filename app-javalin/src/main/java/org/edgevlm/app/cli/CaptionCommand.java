package org.edgevlm.app.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code edgevlm caption}. */
@Command(name = "caption", description = "Says in a sentence what pictures show.")
final class CaptionCommand implements Callable<Integer> {

  @ParentCommand private RootCommand root;

  @Parameters(arity = "1..*", paramLabel = "IMAGE", description = "JPEG, PNG, WebP or BMP files.")
  private List<Path> images;

  @Option(
      names = "--prompt",
      paramLabel = "TEXT",
      description = "What to ask for instead of the model's own caption prompt.")
  private String prompt;

  @Mixin private SamplingOptions sampling;

  @Mixin private GrammarOptions grammar;

  @Override
  public Integer call() {
    return Pictures.answer(
        root,
        sampling,
        grammar,
        images,
        Optional.ofNullable(prompt).map(words -> VqaCommand.checked("a prompt", words)));
  }
}
