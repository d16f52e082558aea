/**
 * GGUF files, read and checked in plain Java before native code sees them. A library for plugins:
 * each brings its own copy.
 */
module org.edgevlm.gguf {
  requires transitive org.edgevlm.spi;

  exports org.edgevlm.gguf;
}
