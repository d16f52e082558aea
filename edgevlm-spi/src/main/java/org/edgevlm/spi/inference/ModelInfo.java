package org.edgevlm.spi.inference;

import java.util.List;
import java.util.Map;
import org.edgevlm.spi.Api;

/**
 * A model's shape.
 *
 * @param name as the file gives it, for people
 * @param architecture the GGUF architecture, for example {@code llama}
 * @param layers transformer blocks
 * @param width of the hidden state, which an image embedding must have too
 * @param heads attention heads
 * @param kvHeads heads of K and V; fewer than {@code heads} with grouped queries
 * @param headWidth numbers in one head
 * @param vocabularySize tokens, and logits in a row
 * @param contextLength positions that a session can have, by the configuration and the model
 * @param parameters weights in all
 * @param exitLayers layers whose hidden state was trained to be read out, counted from 1; empty
 *     where the file names none
 * @param metadata further text that the file carries, by GGUF key
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public record ModelInfo(
    String name,
    String architecture,
    int layers,
    int width,
    int heads,
    int kvHeads,
    int headWidth,
    int vocabularySize,
    int contextLength,
    long parameters,
    List<Integer> exitLayers,
    Map<String, String> metadata) {

  public ModelInfo {
    exitLayers = List.copyOf(exitLayers);
    metadata = Map.copyOf(metadata);
  }
}
