package org.edgevlm.runtime;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.edgevlm.spi.decoding.FinishReason;

/**
 * An answer and how it came about.
 *
 * @param text without white space at its ends
 * @param tokens tokens of the answer, without the one that ended it
 * @param promptTokens positions of the prompt, image included; 0 if it was cancelled before
 * @param finishReason why it ended
 * @param timings where the time went
 * @param plugins who made it
 * @param counters what the strategy and the cache policies counted, by name in snake case; {@code
 *     kv_bytes} is what the session held for K and V at the end, {@code kv_bytes_prefill} after the
 *     prompt. With cache policies {@code kv_bytes_kept} is what their first review left of it,
 *     {@code cache_reviews} how often entries were dropped or compressed, {@code evicted_entries}
 *     how many were dropped and {@code compressed_entries} how many are compressed at the end, over
 *     all layers
 * @param layers what each layer of the session held for K and V, first to last; empty if it was
 *     cancelled before the answer began, or if the backend doesn't keep them layer by layer ({@link
 *     org.edgevlm.spi.Capability#LAYERWISE_KV})
 * @param warnings what the user should know, one sentence each
 */
public record Answer(
    String text,
    int tokens,
    int promptTokens,
    FinishReason finishReason,
    Timings timings,
    PluginNames plugins,
    Map<String, Long> counters,
    List<LayerMemory> layers,
    List<String> warnings) {

  public Answer {
    Objects.requireNonNull(text, "text");
    Objects.requireNonNull(finishReason, "finishReason");
    Objects.requireNonNull(timings, "timings");
    Objects.requireNonNull(plugins, "plugins");
    counters = Collections.unmodifiableMap(new TreeMap<>(counters));
    layers = List.copyOf(layers);
    warnings = List.copyOf(warnings);
  }
}
