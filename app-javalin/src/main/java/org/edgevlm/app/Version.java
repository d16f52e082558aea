package org.edgevlm.app;

import java.lang.module.ModuleDescriptor;

/** The program's version. */
public final class Version {

  private Version() {}

  /** The version that the module was built as; {@code development} outside of a module. */
  public static String current() {
    ModuleDescriptor descriptor = Version.class.getModule().getDescriptor();
    return descriptor == null ? "development" : descriptor.rawVersion().orElse("development");
  }
}
