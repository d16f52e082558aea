package org.edgevlm.runtime.metrics;

/**
 * How long one stage took over all requests, in milliseconds; percentiles are exact to three
 * digits. All 0 where nothing was measured.
 *
 * @param count measurements
 * @param meanMs their mean
 * @param p50Ms half of them took no longer
 * @param p95Ms 95 % of them took no longer
 * @param p99Ms 99 % of them took no longer
 * @param maxMs the longest
 */
public record LatencySummary(
    long count, double meanMs, double p50Ms, double p95Ms, double p99Ms, double maxMs) {}
