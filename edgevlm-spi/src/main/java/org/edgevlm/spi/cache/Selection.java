package org.edgevlm.spi.cache;

/** Finds the n-th largest of some numbers without sorting them. */
final class Selection {

  private Selection() {}

  /** A whole number that compares as {@link Float#compare} does. */
  static int order(float value) {
    int bits = Float.floatToIntBits(value);
    return bits ^ ((bits >> 31) & Integer.MAX_VALUE);
  }

  /**
   * The n-th largest of the first {@code count} values, in linear time on average; they change
   * their places.
   *
   * @param n from 1 to {@code count}
   */
  static int largest(int[] values, int count, int n) {
    int wanted = count - n;
    int low = 0;
    int high = count - 1;
    while (low < high) {
      int pivot = median(values[low], values[(low + high) >>> 1], values[high]);
      int i = low;
      int j = high;
      while (i <= j) {
        while (values[i] < pivot) {
          i++;
        }
        while (values[j] > pivot) {
          j--;
        }
        if (i <= j) {
          int swapped = values[i];
          values[i++] = values[j];
          values[j--] = swapped;
        }
      }
      if (wanted <= j) {
        high = j;
      } else if (wanted >= i) {
        low = i;
      } else {
        return values[wanted];
      }
    }
    return values[wanted];
  }

  private static int median(int a, int b, int c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }
}
