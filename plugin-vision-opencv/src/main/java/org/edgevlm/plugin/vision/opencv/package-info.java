/**
 * The vision plugin {@code opencv}: file headers and file integrity are checked in Java, pixels are
 * decoded, resized and normalised by OpenCV.
 */
package org.edgevlm.plugin.vision.opencv;
