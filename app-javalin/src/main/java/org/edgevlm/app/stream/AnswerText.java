package org.edgevlm.app.stream;

import org.edgevlm.runtime.Answer;

/**
 * Turns the pieces of an answer into pieces that, one after the other, are exactly the answer's
 * text: without white space at its ends, and with what the model's end brought. No piece ends
 * inside of a character.
 */
final class AnswerText {

  private final StringBuilder shown = new StringBuilder();

  /** White space that is shown only if something follows. */
  private String held = "";

  /**
   * Takes the next piece.
   *
   * @return what can be shown now; may be empty
   */
  String add(String piece) {
    String text = held + piece;
    if (shown.isEmpty()) {
      text = text.stripLeading();
    }
    String now = text.stripTrailing();
    held = text.substring(now.length());
    shown.append(now);
    return now;
  }

  /**
   * Takes the whole answer.
   *
   * @return what hasn't been shown of it; may be empty
   */
  String rest(Answer answer) {
    String all = answer.text();
    if (!all.startsWith(shown.toString())) {
      throw new IllegalStateException("the pieces of an answer aren't its beginning");
    }
    String rest = all.substring(shown.length());
    shown.append(rest);
    return rest;
  }
}
