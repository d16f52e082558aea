/**
 * The seams of EdgeVLM: the services a plugin can provide and the values that cross them.
 *
 * <p>Depends on {@code java.base} alone, so a plugin never inherits a library version from its
 * host.
 */
module org.edgevlm.spi {
  exports org.edgevlm.spi;
  exports org.edgevlm.spi.cache;
  exports org.edgevlm.spi.decoding;
  exports org.edgevlm.spi.inference;
  exports org.edgevlm.spi.vision;
}
