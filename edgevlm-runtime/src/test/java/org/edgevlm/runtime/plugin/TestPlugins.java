package org.edgevlm.runtime.plugin;

import org.edgevlm.spi.cache.CachePolicyProvider;

/** Sources of small cache policy plugins. */
final class TestPlugins {

  private TestPlugins() {}

  /** A provider whose description is this Java expression. */
  static String provider(String className, String id, String description) {
    return provider(className, id, description, "");
  }

  /** A provider with further members. */
  static String provider(String className, String id, String description, String members) {
    int dot = className.lastIndexOf('.');
    return """
        package %s;
        public class %s implements org.edgevlm.spi.cache.CachePolicyProvider {
          public String id() { return "%s"; }
          public String version() { return "1.0"; }
          public int spiVersion() { return %s; }
          public String description() { return %s; }
          public org.edgevlm.spi.cache.CachePolicy create(org.edgevlm.spi.PluginContext context) {
            throw new UnsupportedOperationException();
          }
          %s
        }
        """
        .formatted(
            className.substring(0, dot),
            className.substring(dot + 1),
            id,
            members.contains("VERSION =") ? "VERSION" : "org.edgevlm.spi.Spi.VERSION",
            description,
            members);
  }

  /** A module that provides the class as a cache policy. */
  static String module(String name, String className, String... requires) {
    StringBuilder text = new StringBuilder("module " + name + " {\n  requires org.edgevlm.spi;\n");
    for (String required : requires) {
      text.append("  requires ").append(required).append(";\n");
    }
    text.append("  provides ").append(CachePolicyProvider.class.getName());
    return text.append(" with ").append(className).append(";\n}\n").toString();
  }

  /** A jar without module-info that provides a class with this id. */
  static TestJar plain(String id, String description) {
    return plain(id, description, "");
  }

  /** The same with further members. */
  static TestJar plain(String id, String description, String members) {
    return new TestJar()
        .source("p.Provider", provider("p.Provider", id, description, members))
        .service(CachePolicyProvider.class, "p.Provider");
  }

  /** A jar with module-info and META-INF/services that provides a class with this id. */
  static TestJar modular(String id, String description, String... requires) {
    String packageName = "m." + id.replace('-', '_');
    String className = packageName + ".Provider";
    return new TestJar()
        .source("module-info", module(packageName, className, requires))
        .source(className, provider(className, id, description))
        .service(CachePolicyProvider.class, className);
  }

  /** A Java expression that is true if the plugin can load a class by its name. */
  static String sees(String className) {
    return "seen(\"" + className + "\")";
  }

  /** The member that {@link #sees} calls. */
  static final String SEEN =
      """
      static boolean seen(String name) {
        try {
          Class.forName(name);
          return true;
        } catch (ClassNotFoundException e) {
          return false;
        }
      }
      """;
}
