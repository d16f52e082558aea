/**
 * Vision with BoofCV: JPEG, PNG, WebP and BMP to the image tensor that an encoder reads, without
 * native libraries beside the JDK's.
 *
 * <p>BoofCV and the WebP decoder are not named here: jars of BoofCV share packages and so can't be
 * modules. The runtime loads them through a class loader of the plugin's own, whose unnamed module
 * this one reads.
 */
module org.edgevlm.plugin.vision.boofcv {
  requires java.desktop;
  requires org.edgevlm.image;
  requires org.edgevlm.spi;

  provides org.edgevlm.spi.vision.VisionProcessorProvider with
      org.edgevlm.plugin.vision.boofcv.BoofCvVisionProvider;
}
