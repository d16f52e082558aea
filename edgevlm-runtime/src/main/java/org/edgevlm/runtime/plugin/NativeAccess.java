package org.edgevlm.runtime.plugin;

/**
 * Hands on to plugins the right to load native libraries, where the runtime itself was given it
 * ({@code --enable-native-access=org.edgevlm.runtime}). Java 24 and newer warn without it; Java 17
 * knows no such right.
 */
final class NativeAccess {

  private NativeAccess() {}

  static void grant(ModuleLayer.Controller controller, Module module) {
    if (Runtime.version().feature() < 22) {
      return;
    }
    try {
      boolean granted =
          (boolean)
              Module.class
                  .getMethod("isNativeAccessEnabled")
                  .invoke(NativeAccess.class.getModule());
      if (granted) {
        ModuleLayer.Controller.class
            .getMethod("enableNativeAccess", Module.class)
            .invoke(controller, module);
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("Java " + Runtime.version() + " lacks what 22 has", e);
    }
  }
}
