/** Models, sessions and image encoders: from tokens and image embeddings to logits. */
package org.edgevlm.spi.inference;
