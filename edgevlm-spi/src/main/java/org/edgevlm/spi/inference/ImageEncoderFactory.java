package org.edgevlm.spi.inference;

import java.nio.file.Path;
import org.edgevlm.spi.Api;

/** Opens image encoders. Safe for use by several threads at a time. */
@Api(status = Api.Status.STABLE, since = "0.1")
public interface ImageEncoderFactory extends AutoCloseable {

  /**
   * Checks a projector file and estimates what running it takes, reading no weights.
   *
   * @throws ModelFormatException if the file is broken or not of a kind this encoder runs
   */
  MemoryEstimate estimate(Path projector);

  /**
   * Opens an encoder. The caller closes it before the factory.
   *
   * @throws ModelFormatException as {@link #estimate}
   */
  ImageEncoder open(Path projector, LoadProgress progress);

  /** Frees what the factory holds. Idempotent. */
  @Override
  void close();
}
