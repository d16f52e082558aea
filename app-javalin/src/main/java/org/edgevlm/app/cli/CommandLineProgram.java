package org.edgevlm.app.cli;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import org.edgevlm.runtime.Degradation;
import org.edgevlm.runtime.config.ConfigException;
import org.edgevlm.spi.EdgeVlmException;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.vision.ImageException;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * The command line: reads it, runs the command, and turns every error into a sentence and a code.
 */
public final class CommandLineProgram {

  private final Console console;

  CommandLineProgram(Console console) {
    this.console = console;
  }

  /** The program on the streams of its process. */
  public static CommandLineProgram ofProcess() {
    return new CommandLineProgram(Console.ofProcess());
  }

  /** Runs one command and gives its exit code; see {@code edgevlm --help}. */
  public int run(String... arguments) {
    configureLogging(arguments);
    return commandLine(console).execute(arguments);
  }

  static CommandLine commandLine(Console console) {
    CommandLine commandLine = new CommandLine(new RootCommand(console));
    commandLine
        .addSubcommand(new CaptionCommand())
        .addSubcommand(new VqaCommand())
        .addSubcommand(new ServeCommand())
        .addSubcommand(new PluginsCommand())
        .addSubcommand(new ConfigCommand())
        .addSubcommand(new ScoreCommand())
        .addSubcommand(new BenchCommand())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .setParameterExceptionHandler((error, given) -> onUsageError(console, error))
        .setExecutionExceptionHandler((error, command, parsed) -> onError(console, error));
    describeExitCodes(commandLine);
    commandLine.setOut(new PrintWriter(console.out(), true));
    commandLine.setErr(new PrintWriter(console.err(), true));
    return commandLine;
  }

  private static void describeExitCodes(CommandLine command) {
    command
        .getCommandSpec()
        .usageMessage()
        .exitCodeListHeading("%nExit codes:%n")
        .exitCodeList(ExitCode.descriptions());
    command.getSubcommands().values().forEach(CommandLineProgram::describeExitCodes);
  }

  // Has to be set before the first logger is made, so it can't wait for the parsed command line.
  private static void configureLogging(String[] arguments) {
    List<String> given = Arrays.asList(arguments);
    boolean verbose = given.contains("--verbose") || given.contains("-v");
    setDefault("org.slf4j.simpleLogger.defaultLogLevel", verbose ? "info" : "error");
    setDefault("org.slf4j.simpleLogger.log.org.edgevlm", verbose ? "debug" : "warn");
    // Every command that opens a set prints these itself.
    setDefault("org.slf4j.simpleLogger.log." + Degradation.class.getName(), "off");
    // What it reports, such as a port that is taken, is reported by us.
    setDefault("org.slf4j.simpleLogger.log.io.javalin", verbose ? "info" : "off");
    setDefault("org.slf4j.simpleLogger.showThreadName", "false");
    setDefault("org.slf4j.simpleLogger.showShortLogName", "true");
  }

  private static void setDefault(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  private static int onUsageError(Console console, ParameterException error) {
    console.error(error.getMessage());
    String command = error.getCommandLine().getCommandSpec().qualifiedName();
    console.err().println("See '" + command + " --help'.");
    return ExitCode.USAGE;
  }

  private static int onError(Console console, Exception error) {
    LoggerFactory.getLogger(CommandLineProgram.class).debug("the command failed", error);
    if (error instanceof CliException known) {
      console.error(known.getMessage());
      return known.exitCode();
    }
    if (error instanceof EdgeVlmException known) {
      console.error(known.getMessage());
      return exitCode(known);
    }
    console.error("unexpected error: " + error + (verboseHint() ? " (--verbose shows where)" : ""));
    return ExitCode.OTHER;
  }

  private static boolean verboseHint() {
    return !LoggerFactory.getLogger(CommandLineProgram.class).isDebugEnabled();
  }

  private static int exitCode(EdgeVlmException error) {
    if (error instanceof ConfigException || error instanceof PluginException) {
      return ExitCode.USAGE;
    }
    return error instanceof ImageException ? ExitCode.IMAGE : ExitCode.OTHER;
  }
}
