/** Strategies that turn logits into tokens. */
package org.edgevlm.spi.decoding;
