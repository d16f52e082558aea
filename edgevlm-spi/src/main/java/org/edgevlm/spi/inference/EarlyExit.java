package org.edgevlm.spi.inference;

import java.util.List;
import java.util.Objects;
import org.edgevlm.spi.Api;

/**
 * Where a step may end early, and who decides. Only steps of one token are asked; a prefill always
 * goes to the last layer. After an exit the backend makes the deeper layers' K and V of that
 * position from the exit's hidden state, so that later steps find them.
 *
 * @param layers exit layers, counted from 1, ascending
 * @param rule asked at each of them in turn until it says yes
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public record EarlyExit(List<Integer> layers, ExitRule rule) {

  public EarlyExit {
    layers = List.copyOf(layers);
    Objects.requireNonNull(rule, "rule");
    for (int i = 0; i < layers.size(); i++) {
      if (layers.get(i) < 1 || (i > 0 && layers.get(i) <= layers.get(i - 1))) {
        throw new IllegalArgumentException("exit layers " + layers + " are not ascending from 1");
      }
    }
  }
}
