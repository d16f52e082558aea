package org.edgevlm.runtime.metrics;

/**
 * What the cache of encoded images holds and what it has saved.
 *
 * @param images that it holds
 * @param bytes of native memory that they take
 * @param maxBytes that they may take
 * @param hits requests that found their image
 * @param misses requests that looked and didn't
 * @param evictions images that made room for others
 */
public record ImageCacheSnapshot(
    int images, long bytes, long maxBytes, long hits, long misses, long evictions) {}
