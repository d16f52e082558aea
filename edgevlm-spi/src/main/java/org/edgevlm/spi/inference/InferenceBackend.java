package org.edgevlm.spi.inference;

import org.edgevlm.spi.Api;

/** Opens language models. Safe for use by several threads at a time. */
@Api(status = Api.Status.STABLE, since = "0.1")
public interface InferenceBackend extends AutoCloseable {

  /**
   * Checks a model file and estimates what running it takes, reading no weights.
   *
   * @throws ModelFormatException if the file is broken or not of a kind this backend runs
   */
  MemoryEstimate estimate(ModelFiles files);

  /**
   * Opens a model. The caller closes it, after its sessions and before the backend.
   *
   * @param progress told how far loading is; called on the calling thread
   * @throws ModelFormatException as {@link #estimate}
   */
  LanguageModel load(ModelFiles files, LoadProgress progress);

  /** Frees what the backend holds. Idempotent. */
  @Override
  void close();
}
