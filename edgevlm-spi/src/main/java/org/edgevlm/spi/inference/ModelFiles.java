package org.edgevlm.spi.inference;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.edgevlm.spi.Api;

/**
 * Where a model lies.
 *
 * @param languageModel the GGUF with the decoder and the vocabulary
 * @param projector the GGUF with the image encoder and projector ("mmproj"); empty for a text model
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public record ModelFiles(Path languageModel, Optional<Path> projector) {

  public ModelFiles {
    Objects.requireNonNull(languageModel, "languageModel");
    Objects.requireNonNull(projector, "projector");
  }
}
