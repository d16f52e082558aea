/**
 * For authors of plugins: contract suites to extend, and decorators that assert or fail.
 *
 * <p>A suite asks for one provider and runs it through the program's own assembly.
 */
module org.edgevlm.testkit {
  requires transitive org.edgevlm.runtime;
  requires transitive org.edgevlm.spi;
  requires transitive org.junit.jupiter.api;
  requires transitive java.desktop;
  requires org.edgevlm.reference;
  requires org.junit.jupiter.params;

  exports org.edgevlm.testkit;
  exports org.edgevlm.testkit.asserting;
  exports org.edgevlm.testkit.failing;
  exports org.edgevlm.testkit.intercept;
  exports org.edgevlm.testkit.vision;

  opens org.edgevlm.testkit to
      org.junit.platform.commons;
  opens org.edgevlm.testkit.vision to
      org.junit.platform.commons;
}
