package org.edgevlm.app.openai;

/** What texts may have in them. */
final class Texts {

  private Texts() {}

  /**
   * Checks a text that goes to the model or is looked for in what it says.
   *
   * @throws OpenAiException if it has control characters or halves of characters
   */
  static String checked(String text, String param) {
    if (!text.codePoints().allMatch(Texts::isText)) {
      throw OpenAiError.invalid(
          param,
          "invalid_value",
          "'" + param + "' has control characters or halves of UTF-16 pairs.");
    }
    return text;
  }

  private static boolean isText(int codePoint) {
    return codePoint == '\n'
        || codePoint == '\t'
        || codePoint == '\r'
        || !Character.isISOControl(codePoint)
            && Character.getType(codePoint) != Character.SURROGATE;
  }
}
