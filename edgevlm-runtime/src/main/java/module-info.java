/**
 * Finds plugins, reads the configuration, assembles what it selects and runs requests.
 *
 * <p>A program needs {@link org.edgevlm.runtime.plugin.PluginRegistry#discover}, {@link
 * org.edgevlm.runtime.config.Configuration#load} and {@link org.edgevlm.runtime.EdgeVlm#open}.
 */
module org.edgevlm.runtime {
  requires transitive org.edgevlm.spi;
  requires HdrHistogram;
  requires java.management;
  requires jdk.management;
  requires org.slf4j;
  requires org.snakeyaml.engine.v2;

  exports org.edgevlm.runtime;
  exports org.edgevlm.runtime.config;
  exports org.edgevlm.runtime.metrics;
  exports org.edgevlm.runtime.plugin;

  uses org.edgevlm.spi.cache.CachePolicyProvider;
  uses org.edgevlm.spi.decoding.DecodingStrategyProvider;
  uses org.edgevlm.spi.inference.ImageEncoderProvider;
  uses org.edgevlm.spi.inference.InferenceBackendProvider;
  uses org.edgevlm.spi.vision.VisionProcessorProvider;

  provides org.edgevlm.spi.decoding.DecodingStrategyProvider with
      org.edgevlm.runtime.pipeline.AutoregressiveProvider;
}
