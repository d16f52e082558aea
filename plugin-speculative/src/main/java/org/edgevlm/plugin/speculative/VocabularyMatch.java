package org.edgevlm.plugin.speculative;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.inference.Tokenizer;

/** Whether two models mean the same by a token's number, without which a draft is noise. */
final class VocabularyMatch {

  private VocabularyMatch() {}

  /**
   * Compares two vocabularies.
   *
   * @throws PluginException if they differ; says in what
   */
  static void require(Tokenizer target, Tokenizer draft, String model) {
    if (target.size() != draft.size()) {
      throw refusal(
          model, "it has " + draft.size() + " tokens, the answering model " + target.size());
    }
    if (target.beginOfText() != draft.beginOfText()) {
      throw refusal(
          model,
          "its texts begin with token "
              + draft.beginOfText()
              + ", the answering model's with "
              + target.beginOfText());
    }
    for (int token = 0; token < target.size(); token++) {
      byte[] own = target.piece(token);
      byte[] other = draft.piece(token);
      if (!Arrays.equals(own, other)) {
        throw refusal(
            model,
            "token "
                + token
                + " is '"
                + new String(other, StandardCharsets.UTF_8)
                + "' there and '"
                + new String(own, StandardCharsets.UTF_8)
                + "' in the answering model");
      }
      if (target.isEndOfGeneration(token) != draft.isEndOfGeneration(token)) {
        throw refusal(model, "token " + token + " ends an answer in only one of the two");
      }
    }
  }

  private static PluginException refusal(String model, String difference) {
    return new PluginException(
        "'"
            + model
            + "' can't draft: "
            + difference
            + ". A draft needs the vocabulary of the model that answers");
  }
}
