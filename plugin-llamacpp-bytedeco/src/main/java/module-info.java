/**
 * The layer-wise engine: language models and image encoders in GGUF files, computed by ggml through
 * JavaCPP.
 */
module org.edgevlm.plugin.llamacpp.bytedeco {
  requires org.edgevlm.spi;
  requires org.edgevlm.gguf;
  requires org.bytedeco.javacpp;

  provides org.edgevlm.spi.inference.InferenceBackendProvider with
      org.edgevlm.plugin.llamacpp.bytedeco.BytedecoBackendProvider;
  provides org.edgevlm.spi.inference.ImageEncoderProvider with
      org.edgevlm.plugin.llamacpp.bytedeco.BytedecoImageEncoderProvider;
}
