package org.edgevlm.spi.decoding;

import org.edgevlm.spi.Api;

/** Told of each token as it appears, on the decoding thread. */
@Api(status = Api.Status.STABLE, since = "0.1")
@FunctionalInterface
public interface TokenListener {

  /** Nobody is interested. */
  TokenListener NONE = event -> {};

  /** A token is final. */
  void onToken(TokenEvent event);
}
