/** The program: command line and REST server. */
module org.edgevlm.app {
  requires com.fasterxml.jackson.core;
  requires com.fasterxml.jackson.databind;
  requires com.github.oshi;
  requires info.picocli;
  requires io.javalin;
  requires io.prometheus.metrics.model;
  requires jakarta.servlet;
  requires java.desktop;
  requires java.management;
  requires me.tongfei.progressbar;
  requires org.eclipse.jetty.ee10.servlet;
  requires org.eclipse.jetty.http;
  requires org.eclipse.jetty.io;
  requires org.eclipse.jetty.server;
  requires org.eclipse.jetty.util;
  requires micrometer.core;
  requires micrometer.registry.prometheus;
  requires org.edgevlm.runtime;
  requires org.edgevlm.spi;
  requires org.knowm.xchart;
  requires org.slf4j;
  requires org.snakeyaml.engine.v2;

  // picocli fills in the options' fields.
  opens org.edgevlm.app.cli to
      info.picocli;
}
