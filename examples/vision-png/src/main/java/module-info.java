/**
 * A vision processor for PNG.
 *
 * <p>{@code requires static} for a library without a {@code module-info}: EdgeVLM loads such a jar
 * with a class loader of the plugin's own and lets the plugin's module read it.
 */
module com.example.png {
  requires java.desktop;
  requires org.edgevlm.spi;
  requires static metadata.extractor;

  provides org.edgevlm.spi.vision.VisionProcessorProvider with
      com.example.png.PngVisionProvider;
}
