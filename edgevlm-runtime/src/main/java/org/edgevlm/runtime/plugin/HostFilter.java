package org.edgevlm.runtime.plugin;

import java.lang.module.ModuleDescriptor;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * All that a plugin sees of the program it runs in: the JDK, the SPI and slf4j's API. Everything
 * else of the host is hidden, so a plugin can bring another version of a library that the host uses
 * too.
 *
 * <p>The platform class loader won't do as a parent: it delegates to the application's loader for
 * packages of named modules, and so would leak the host's libraries.
 */
final class HostFilter extends ClassLoader {

  /** Modules that plugins share with the host and never bring themselves. */
  static final Set<String> SHARED_MODULES = Set.of("org.edgevlm.spi", "org.slf4j");

  private static final Set<String> JDK_PACKAGES =
      ModuleLayer.boot().modules().stream()
          .filter(module -> isJdk(module.getDescriptor()))
          .flatMap(module -> module.getPackages().stream())
          .collect(Collectors.toUnmodifiableSet());

  static {
    registerAsParallelCapable();
  }

  private final ClassLoader host;

  HostFilter(ClassLoader host) {
    super("edgevlm-host", null);
    this.host = host;
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    if (isShared(name)) {
      return host.loadClass(name);
    }
    int dot = name.lastIndexOf('.');
    if (dot > 0 && JDK_PACKAGES.contains(name.substring(0, dot))) {
      return ClassLoader.getSystemClassLoader().loadClass(name);
    }
    throw new ClassNotFoundException(
        name + " (a plugin sees its own jars, the JDK, the EdgeVLM SPI and slf4j)");
  }

  /** Whether a module comes with the JDK. */
  static boolean isJdk(ModuleDescriptor module) {
    return module.name().startsWith("java.") || module.name().startsWith("jdk.");
  }

  private static boolean isShared(String className) {
    return className.startsWith("org.edgevlm.spi.") || className.startsWith("org.slf4j.");
  }
}
