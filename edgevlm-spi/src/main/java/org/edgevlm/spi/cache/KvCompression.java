package org.edgevlm.spi.cache;

import org.edgevlm.spi.Api;

/**
 * How {@link KvCache#compress} stores entries, after GEAR (Kang et al., arXiv 2403.05527): each
 * number in a few bits, what doesn't fit their range apart, and a low-rank correction of the error
 * that is left.
 *
 * @param bits of a number: 2 or 4
 * @param rank of the correction, for each head of a block of 64 entries; smaller blocks get a part
 *     of it. 0 for none, at most 8
 * @param outliers share of the numbers that are stored apart, from 0 to 0.1
 */
@Api(status = Api.Status.EXPERIMENTAL, since = "0.1")
public record KvCompression(int bits, int rank, double outliers) {

  /** The largest {@link #rank}. */
  public static final int MOST_RANK = 8;

  /** The largest share of {@link #outliers}. */
  public static final double MOST_OUTLIERS = 0.1;

  public KvCompression {
    if (bits != 2 && bits != 4) {
      throw new IllegalArgumentException("bits " + bits + ": expected 2 or 4");
    }
    if (rank < 0 || rank > MOST_RANK) {
      throw new IllegalArgumentException("rank " + rank + ": expected 0 to " + MOST_RANK);
    }
    if (!(outliers >= 0 && outliers <= MOST_OUTLIERS)) {
      throw new IllegalArgumentException(
          "outliers " + outliers + ": expected a share from 0 to " + MOST_OUTLIERS);
    }
  }
}
