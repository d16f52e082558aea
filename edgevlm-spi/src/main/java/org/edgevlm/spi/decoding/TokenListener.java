package org.edgevlm.spi.decoding;

/** Told of each token as it appears, on the decoding thread. */
@FunctionalInterface
public interface TokenListener {

  /** Nobody is interested. */
  TokenListener NONE = event -> {};

  /** A token is final. */
  void onToken(TokenEvent event);
}
