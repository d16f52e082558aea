/**
 * The vision plugin {@code boofcv}: file headers and file integrity are checked first, then PNG and
 * BMP are decoded here, JPEG by the JDK, WebP by TwelveMonkeys; BoofCV holds and scales the pixels.
 */
package org.edgevlm.plugin.vision.boofcv;
