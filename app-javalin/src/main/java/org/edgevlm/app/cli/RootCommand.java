package org.edgevlm.app.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.edgevlm.app.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command that the others belong to, with the options that all of them take. */
@Command(
    name = "edgevlm",
    description = "Captions pictures and answers questions about them, on this machine.",
    versionProvider = RootCommand.VersionText.class,
    synopsisSubcommandLabel = "COMMAND",
    footer = {"", "edgevlm COMMAND --help tells more."})
final class RootCommand implements Runnable {

  private final Console console;

  @Spec private CommandSpec spec;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "Configuration file; conf/edgevlm.yaml of the distribution by default.")
  private Path configFile;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      scope = ScopeType.INHERIT,
      description = "Sets one key of the configuration; repeatable.")
  private List<String> sets = new ArrayList<>();

  @Option(
      names = "--json",
      scope = ScopeType.INHERIT,
      description = "Prints JSON on standard output.")
  private boolean json;

  @Option(
      names = {"-q", "--quiet"},
      scope = ScopeType.INHERIT,
      description = "No timings, notes or progress on standard error.")
  private boolean quiet;

  // Read by CommandLineProgram before parsing, because it decides how loggers are made.
  @Option(
      names = {"-v", "--verbose"},
      scope = ScopeType.INHERIT,
      description = "Logs what happens to standard error.")
  private boolean verbose;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Shows this help.")
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      scope = ScopeType.INHERIT,
      description = "Shows the version.")
  private boolean version;

  RootCommand(Console console) {
    this.console = console;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which command? " + names());
  }

  private String names() {
    return String.join(", ", spec.subcommands().keySet());
  }

  /** Where to print to, as quiet as asked for. */
  Console console() {
    if (quiet) {
      console.beQuiet();
    }
    return console;
  }

  boolean json() {
    return json;
  }

  Optional<Path> configFile() {
    return Optional.ofNullable(configFile);
  }

  /** The keys given with {@code --set}; the last one wins where a key is given twice. */
  Map<String, String> sets() {
    Map<String, String> values = new LinkedHashMap<>();
    for (String set : sets) {
      int equals = set.indexOf('=');
      if (equals < 1) {
        throw new CliException(
            ExitCode.USAGE, "--set " + set + ": write --set key=value, as in --set cache=[]", null);
      }
      values.put(set.substring(0, equals).strip(), set.substring(equals + 1));
    }
    return values;
  }

  /** Name and version, for {@code --version}. */
  static final class VersionText implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"EdgeVLM " + Version.current()};
    }
  }
}
