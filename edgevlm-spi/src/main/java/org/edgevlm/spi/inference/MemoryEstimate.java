package org.edgevlm.spi.inference;

import org.edgevlm.spi.Api;

/**
 * What running a model takes, in bytes. An upper bound within reason: what is refused by it would
 * have been in trouble.
 *
 * @param weights weights as they will be resident, memory-mapped ones included
 * @param kvCache K and V of one session at its full length
 * @param compute activations of the largest step
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public record MemoryEstimate(long weights, long kvCache, long compute) {

  public MemoryEstimate {
    if (weights < 0 || kvCache < 0 || compute < 0) {
      throw new IllegalArgumentException("negative size");
    }
  }

  /** All of it. */
  public long total() {
    return weights + kvCache + compute;
  }

  /** Both together, for a language model beside an image encoder. */
  public MemoryEstimate plus(MemoryEstimate other) {
    return new MemoryEstimate(
        weights + other.weights, kvCache + other.kvCache, compute + other.compute);
  }
}
