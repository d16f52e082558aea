/** From encoded bytes to the image tensor that an encoder reads. */
package org.edgevlm.spi.vision;
