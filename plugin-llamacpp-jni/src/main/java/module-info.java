/**
 * Stock llama.cpp as a backend: every decoder architecture that it knows, through a thin JNI
 * library.
 */
module org.edgevlm.plugin.llamacpp.jni {
  requires org.edgevlm.spi;
  requires org.edgevlm.gguf;
  requires com.fasterxml.jackson.databind;

  provides org.edgevlm.spi.inference.InferenceBackendProvider with
      org.edgevlm.plugin.llamacpp.jni.JniBackendProvider;
}
