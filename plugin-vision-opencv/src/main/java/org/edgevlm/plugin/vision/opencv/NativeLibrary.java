package org.edgevlm.plugin.vision.opencv;

import nu.pattern.OpenCV;
import org.edgevlm.spi.PluginException;
import org.opencv.core.Core;

/**
 * Loads OpenCV's native library, once for each class loader that holds OpenCV's classes.
 *
 * <p>The library is unpacked by {@link OpenCV#loadLocally()} to a folder of its own under {@code
 * java.io.tmpdir} and removed when the program ends. It can't be unpacked to a folder of our
 * choice: the virtual machine binds a library to the class loader of the class that calls {@link
 * System#load}, so that call has to be made by a class beside OpenCV's own.
 */
final class NativeLibrary {

  private NativeLibrary() {}

  /**
   * Loads the library unless it is loaded already.
   *
   * @throws PluginException if there is none for this machine or it can't be unpacked or linked
   */
  static synchronized void load() {
    try {
      OpenCV.loadLocally();
    } catch (RuntimeException | LinkageError e) {
      throw new PluginException(
          "OpenCV's native library can't be loaded (it is unpacked to "
              + System.getProperty("java.io.tmpdir")
              + "): "
              + e.getMessage(),
          e);
    }
  }

  /** Sets how many threads OpenCV's loops use in this process; 0 is one for each processor. */
  static void setThreads(int threads) {
    // OpenCV's own 0 means "no threads at all", and a negative number "as many as it finds".
    Core.setNumThreads(threads == 0 ? -1 : threads);
  }
}
