package org.edgevlm.app.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code edgevlm bench}. */
@Command(
    name = "bench",
    description = "Measures this installation on this machine.",
    subcommands = OptimisationsCommand.class,
    synopsisSubcommandLabel = "COMMAND")
final class BenchCommand implements Runnable {

  @ParentCommand private RootCommand root;

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "bench what? " + String.join(", ", spec.subcommands().keySet()));
  }

  RootCommand root() {
    return root;
  }
}
