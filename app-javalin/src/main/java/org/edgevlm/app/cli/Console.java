package org.edgevlm.app.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/**
 * Standard output and standard error, in UTF-8 whatever the locale: answers are UTF-8, and a
 * program that reads them shouldn't have to guess.
 */
final class Console {

  private static final PrintStream NOWHERE = new PrintStream(OutputStream.nullOutputStream());

  private final PrintStream out;
  private final PrintStream err;
  private final boolean terminal;
  private final Set<String> warnings = new HashSet<>();
  private boolean quiet;
  private volatile boolean ended;

  /**
   * @param terminal whether standard error is looked at by a person
   */
  Console(PrintStream out, PrintStream err, boolean terminal) {
    this.out = out;
    this.err = err;
    this.terminal = terminal;
  }

  /** The process's own streams. The launcher script knows whether there is a terminal. */
  static Console ofProcess() {
    return new Console(
        utf8(FileDescriptor.out), utf8(FileDescriptor.err), Boolean.getBoolean("edgevlm.terminal"));
  }

  private static PrintStream utf8(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }

  PrintStream out() {
    return ended ? NOWHERE : out;
  }

  PrintStream err() {
    return ended ? NOWHERE : err;
  }

  /** Shows nothing any more: the process ends, and what is said now is of something half done. */
  void end() {
    ended = true;
  }

  /** No notes and no progress from now on. */
  void beQuiet() {
    quiet = true;
  }

  /** Whether progress may be drawn. */
  boolean showsProgress() {
    return terminal && !quiet;
  }

  /** What the user asked for. */
  void print(String line) {
    out().println(line);
  }

  /** What may help but wasn't asked for; silent with {@code --quiet}. */
  void note(String line) {
    if (!quiet) {
      err().println(line);
    }
  }

  /** What went wrong; always shown. */
  void error(String line) {
    err().println("edgevlm: " + line);
  }

  /** What isn't as the user asked; always shown, each sentence once. */
  void warning(String line) {
    if (warnings.add(line)) {
      err().println("edgevlm: warning: " + line);
    }
  }

  /** Draws over the line that was drawn last. */
  void redraw(String line) {
    if (showsProgress()) {
      err().print("\r\033[K" + line);
      err().flush();
    }
  }
}
