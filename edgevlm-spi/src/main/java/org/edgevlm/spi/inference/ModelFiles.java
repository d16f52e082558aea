package org.edgevlm.spi.inference;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * Where a model lies.
 *
 * @param languageModel the GGUF with the decoder and the vocabulary
 * @param projector the GGUF with the image encoder and projector ("mmproj"); empty for a text model
 */
public record ModelFiles(Path languageModel, Optional<Path> projector) {

  public ModelFiles {
    Objects.requireNonNull(languageModel, "languageModel");
    Objects.requireNonNull(projector, "projector");
  }
}
