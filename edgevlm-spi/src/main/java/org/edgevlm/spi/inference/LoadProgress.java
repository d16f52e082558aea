package org.edgevlm.spi.inference;

import org.edgevlm.spi.Api;

/** Told how far the loading of a model is. */
@Api(status = Api.Status.STABLE, since = "0.1")
@FunctionalInterface
public interface LoadProgress {

  /** Nobody is interested. */
  LoadProgress NONE = (done, total) -> {};

  /**
   * Called now and then, the last time with {@code done == total}.
   *
   * @param done bytes that are ready
   * @param total bytes in all
   */
  void update(long done, long total);
}
