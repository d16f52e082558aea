package org.edgevlm.runtime;

/**
 * What one layer held for K and V while a request was answered.
 *
 * @param prefillBytes after the prompt, before a cache policy reviewed it; at least 0
 * @param bytes at the end; at least 0
 */
public record LayerMemory(long prefillBytes, long bytes) {

  /**
   * @throws IllegalArgumentException if one of them is below 0
   */
  public LayerMemory {
    if (prefillBytes < 0 || bytes < 0) {
      throw new IllegalArgumentException(
          "a layer holds 0 bytes or more, not " + prefillBytes + " and " + bytes);
    }
  }
}
