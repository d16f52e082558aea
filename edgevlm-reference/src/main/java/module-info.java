/**
 * A small, slow, complete set of plugins in plain Java: what the SPI asks for, in the fewest lines.
 *
 * <p>The runtime's tests and the test kit run on it, so policies and strategies are tested without
 * natives or a trained model. They register nowhere, so that a registry on a class path finds none
 * of them by accident: tests hand them over.
 */
module org.edgevlm.reference {
  requires transitive org.edgevlm.spi;

  exports org.edgevlm.reference;
}
