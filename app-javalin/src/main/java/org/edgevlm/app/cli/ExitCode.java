package org.edgevlm.app.cli;

import java.util.LinkedHashMap;
import java.util.Map;

/** What the program's exit codes mean; part of its interface. */
final class ExitCode {

  /** All went well. */
  static final int OK = 0;

  /** Something that none of the others names. */
  static final int OTHER = 1;

  /** The command line or the configuration isn't right, or the text is too long for the model. */
  static final int USAGE = 2;

  /** A picture can't be used; other pictures of the same command were still answered. */
  static final int IMAGE = 3;

  /** The model can't be found, doesn't fit or can't be loaded. */
  static final int MODEL = 4;

  private ExitCode() {}

  /** Code and meaning, for {@code --help}. */
  static Map<String, String> descriptions() {
    Map<String, String> descriptions = new LinkedHashMap<>();
    descriptions.put("0", "all went well");
    descriptions.put("1", "another error");
    descriptions.put(
        "2", "the command line or the configuration isn't right, or the text is too long");
    descriptions.put("3", "a picture can't be used (the others are still answered)");
    descriptions.put("4", "the model can't be found, doesn't fit or can't be loaded");
    descriptions.put("5", "a prerequisite is missing: Java, or to build also Maven and g++");
    descriptions.put("6", "the build failed");
    return descriptions;
  }
}
