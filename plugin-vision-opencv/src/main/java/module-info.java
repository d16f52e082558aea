/**
 * Vision with OpenCV: JPEG, PNG, WebP and BMP to the image tensor that an encoder reads.
 *
 * <p>The libraries are {@code requires static} because the runtime loads jars without a {@code
 * module-info} through a class loader of the plugin's own and adds the reads itself.
 */
module org.edgevlm.plugin.vision.opencv {
  requires org.edgevlm.image;
  requires org.edgevlm.spi;
  requires static opencv;

  provides org.edgevlm.spi.vision.VisionProcessorProvider with
      org.edgevlm.plugin.vision.opencv.OpenCvVisionProvider;
}
