package org.edgevlm.app;

import org.edgevlm.app.cli.CommandLineProgram;

/** Where the program starts. */
public final class Main {

  private Main() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    System.exit(CommandLineProgram.ofProcess().run(arguments));
  }
}
