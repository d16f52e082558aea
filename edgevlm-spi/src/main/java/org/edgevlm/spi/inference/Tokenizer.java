package org.edgevlm.spi.inference;

import java.util.List;
import org.edgevlm.spi.Api;

/** A model's vocabulary. Safe for use by several threads at a time. */
@Api(status = Api.Status.STABLE, since = "0.1")
public interface Tokenizer {

  /** Tokens in the vocabulary. */
  int size();

  /**
   * Text to tokens, without the begin-of-text token.
   *
   * @param text any text
   * @param parseSpecial whether control tokens written out in the text become these tokens; {@code
   *     false} for anything a user wrote
   */
  int[] encode(String text, boolean parseSpecial);

  /**
   * The bytes a token stands for: a piece of UTF-8 that may end inside a character. Empty for
   * control tokens.
   */
  byte[] piece(int token);

  /** Whether a token ends an answer. */
  boolean isEndOfGeneration(int token);

  /** The token that a text begins with, or -1 where the model wants none. */
  int beginOfText();

  /** The texts of the control tokens, by which a prompt could be forged. */
  List<String> controlTexts();

  /**
   * Lays messages out as the model was trained on.
   *
   * @param messages at least one
   * @param openAnswer whether the text ends where the model's answer begins
   * @throws org.edgevlm.spi.EdgeVlmException if the model has no chat template that the backend
   *     knows
   */
  String applyChatTemplate(List<ChatMessage> messages, boolean openAnswer);
}
