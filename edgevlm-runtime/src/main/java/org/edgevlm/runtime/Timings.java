package org.edgevlm.runtime;

/**
 * Where the time of one answer went, in milliseconds of wall clock.
 *
 * @param visionMs decoding, resizing and normalising the image
 * @param encodeMs vision transformer and projector
 * @param prefillMs feeding the prompt, image included
 * @param decodeMs producing the answer's tokens
 * @param totalMs the whole request
 * @param tokensPerSecond the answer's tokens by the time of {@code decodeMs}; 0 without tokens
 */
public record Timings(
    double visionMs,
    double encodeMs,
    double prefillMs,
    double decodeMs,
    double totalMs,
    double tokensPerSecond) {}
