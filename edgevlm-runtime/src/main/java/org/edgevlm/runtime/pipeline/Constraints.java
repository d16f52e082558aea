package org.edgevlm.runtime.pipeline;

import java.util.Optional;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.inference.Grammar;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.TokenConstraint;

/** Turns requests' grammars into constraints of the model. */
final class Constraints {

  private final LanguageModel model;
  private final CapabilityCheck capabilities;

  Constraints(LanguageModel model, CapabilityCheck capabilities) {
    this.model = model;
    this.capabilities = capabilities;
  }

  /**
   * A constraint at an answer's beginning, which the caller closes; one that allows everything
   * where there is no grammar, or where it is ignored.
   *
   * @throws org.edgevlm.spi.inference.GrammarException if the grammar can't be read
   * @throws org.edgevlm.runtime.MissingCapabilityException if the backend can't constrain answers
   *     and grammars may not be ignored
   */
  TokenConstraint open(Optional<Grammar> grammar) {
    if (grammar.isEmpty() || capabilities.ignoresGrammars()) {
      return Unconstrained.INSTANCE;
    }
    capabilities.requireGrammars();
    TokenConstraint constraint = model.constrain(grammar.get());
    if (constraint == null) {
      throw new PluginException(
          "the backend claims GRAMMAR but its model made no constraint of a grammar");
    }
    return constraint;
  }

  /** What an answer says whose grammar was ignored; empty where none was. */
  Optional<String> warning(Optional<Grammar> grammar) {
    return grammar.isPresent() && capabilities.ignoresGrammars()
        ? Optional.of(capabilities.ignoredGrammar())
        : Optional.empty();
  }
}
