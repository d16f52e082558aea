package org.edgevlm.testkit;

import java.nio.file.Path;
import java.util.Map;
import org.edgevlm.spi.inference.ImageEncoderProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;

/**
 * What the SPI promises of an image encoder. Extend it with a provider and a projector's file; the
 * test kit brings a language model of the same width.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class ImageEncoderContract {

  private EncoderFixture fixture;

  /** For subclasses. */
  protected ImageEncoderContract() {}

  /** A new provider each time. */
  protected abstract ImageEncoderProvider provider();

  /** A projector's file that the encoder runs; the smaller, the faster. */
  protected abstract Path projector();

  /** Keys of the plugin's own section of the configuration, without the plugin's id. */
  protected Map<String, String> configuration() {
    return Map.of();
  }

  @BeforeAll
  void openSet() {
    fixture = new EncoderFixture(this::provider, projector(), configuration());
  }

  @AfterAll
  void closeSet() {
    if (fixture != null) {
      fixture.close();
    }
  }

  /** The provider. */
  @Nested
  class Provider extends ProviderRules {
    Provider() {
      super(ImageEncoderContract.this::provider);
    }
  }

  /** The encoder. */
  @Nested
  class Encoding extends EncoderRules {
    Encoding() {
      super(fixture);
    }
  }
}
