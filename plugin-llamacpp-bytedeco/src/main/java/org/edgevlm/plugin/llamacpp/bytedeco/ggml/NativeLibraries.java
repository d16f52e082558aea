package org.edgevlm.plugin.llamacpp.bytedeco.ggml;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.edgevlm.spi.Platform;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.Support;

/**
 * Unpacks this plugin's native libraries and loads them: {@code libjllama.so} of de.kherud:llama
 * and the glue that the build compiled, which finds the former beside itself.
 *
 * <p>{@code libjllama.so} is never loaded by {@code System.load}: its {@code JNI_OnLoad} looks for
 * classes that aren't here. It comes in as a dependency of the glue.
 */
public final class NativeLibraries {

  /** The glue; the build names it. */
  private static final String GLUE = "libjniedgevlm.so";

  private static final String STOCK = "libjllama.so";

  private static Path folder;
  private static boolean loaded;

  private NativeLibraries() {}

  /**
   * Says where to unpack to, before anything native is used; later calls change nothing. Without
   * it, a temporary folder serves.
   */
  public static synchronized void unpackTo(Path workDirectory) {
    if (folder == null) {
      folder = workDirectory;
    }
  }

  /** Whether the jar has natives for a machine. */
  public static Support support(Platform platform) {
    return NativeLibraries.class.getResource(resource(platform, GLUE)) != null
        ? Support.yes()
        : Support.no("this build of the plugin has no native libraries for " + platform);
  }

  /**
   * Loads the libraries, once.
   *
   * @throws PluginException if the jar has none for this machine or they can't be loaded
   */
  public static synchronized void load() {
    if (loaded) {
      return;
    }
    Platform platform = Platform.current();
    try {
      if (folder == null) {
        folder = Files.createTempDirectory("edgevlm-natives");
        folder.toFile().deleteOnExit();
      }
      // JavaCPP's own loader keeps what it unpacks; give it the same folder.
      System.setProperty("org.bytedeco.javacpp.cachedir", folder.toString());
      // JavaCPP would refuse memory by the size of the Java heap, which models don't live in.
      System.setProperty("org.bytedeco.javacpp.maxbytes", "0");
      System.setProperty("org.bytedeco.javacpp.maxphysicalbytes", "0");
      unpack(platform, STOCK);
      System.load(unpack(platform, GLUE).toString());
      loaded = true;
    } catch (IOException | LinkageError e) {
      String remedy =
          String.valueOf(e.getMessage()).contains("libgomp")
              ? ": install the package libgomp1"
              : "";
      throw new PluginException(
          "the native libraries for " + platform + " can't be loaded: " + e.getMessage() + remedy,
          e);
    }
  }

  /** Where the libraries were unpacked to. */
  public static synchronized Path folder() {
    return folder;
  }

  private static Path unpack(Platform platform, String library) throws IOException {
    Path target = folder.resolve(library);
    try (InputStream in = NativeLibraries.class.getResourceAsStream(resource(platform, library))) {
      if (in == null) {
        throw new IOException("the plugin's jar has no " + library + " for " + platform);
      }
      Files.copy(in, target, StandardCopyOption.REPLACE_EXISTING);
    }
    target.toFile().deleteOnExit();
    return target;
  }

  private static String resource(Platform platform, String library) {
    return "/edgevlm-natives/" + platform + "/" + library;
  }
}
