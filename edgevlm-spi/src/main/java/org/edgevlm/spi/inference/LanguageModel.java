package org.edgevlm.spi.inference;

import java.util.ArrayList;
import java.util.List;
import org.edgevlm.spi.Api;
import org.edgevlm.spi.PluginException;

/**
 * An open language model: weights and a vocabulary that sessions share. Safe for use by several
 * threads at a time; a backend may let their steps run one after the other.
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public interface LanguageModel extends AutoCloseable {

  /** The model's shape. */
  ModelInfo info();

  /** The model's vocabulary. */
  Tokenizer tokenizer();

  /**
   * Opens a session at position 0. Cheap: weights are shared, K and V grow with use.
   *
   * @throws org.edgevlm.spi.PluginException if the options ask for what the backend can't do
   */
  InferenceSession openSession(SessionOptions options);

  /**
   * Advances several sessions of this model. A backend with {@link
   * org.edgevlm.spi.Capability#BATCHED_SESSIONS} reads the weights once for all of them; the
   * results are the same as one step after the other, up to rounding.
   *
   * @param steps at most one a session
   * @return a result for each, in the same order
   */
  @Api(status = Api.Status.EXPERIMENTAL, since = "0.1")
  default List<StepResult> step(List<SessionStep> steps) {
    List<StepResult> results = new ArrayList<>(steps.size());
    for (SessionStep step : steps) {
      if (step.input() instanceof StepInput.Tokens tokens) {
        results.add(
            step.session().step(tokens.ids(), tokens.offset(), tokens.count(), step.outputs()));
      } else if (step.input() instanceof StepInput.Image image) {
        results.add(step.session().step(image.embedding(), step.outputs()));
      }
    }
    return results;
  }

  /**
   * Constrains one answer of this model.
   *
   * @return a constraint at the answer's beginning, which the caller closes before the model
   * @throws GrammarException if the grammar can't be read
   * @throws org.edgevlm.spi.PluginException if the backend has no {@link
   *     org.edgevlm.spi.Capability#GRAMMAR}
   */
  @Api(status = Api.Status.EXPERIMENTAL, since = "0.1")
  default TokenConstraint constrain(Grammar grammar) {
    throw new PluginException("this backend can't constrain answers to a grammar");
  }

  /** Frees the weights. Sessions must be closed before. Idempotent. */
  @Override
  void close();
}
