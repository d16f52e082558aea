package org.edgevlm.plugin.llamacpp.jni.natives;

import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.edgevlm.spi.Platform;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.Support;

/**
 * Unpacks the glue and this plugin's own copy of llama.cpp ({@code libjllama.so} of
 * de.kherud:llama, under another name) and loads both. The glue opens the copy by its full path and
 * looks its functions up there, and the copy's own name is nobody else's, so another copy in the
 * process neither takes its place nor is taken for it.
 */
public final class NativeLibrary {

  private static final String GLUE = "libedgevlmstock.so";
  private static final String STOCK = "libjstock.so";

  private static final Logger LOG = System.getLogger("org.edgevlm.plugin.llamacpp.jni");

  private static boolean loaded;

  private NativeLibrary() {}

  /** Whether the jar has natives for a machine. */
  public static Support support(Platform platform) {
    return NativeLibrary.class.getResource(resource(platform, GLUE)) != null
        ? Support.yes()
        : Support.no("this build of the plugin has no native libraries for " + platform);
  }

  /**
   * Loads the libraries, once; later calls change nothing.
   *
   * @param folder where to unpack them to
   * @throws PluginException if the jar has none for this machine or they can't be loaded
   */
  public static synchronized void load(Path folder) {
    if (loaded) {
      return;
    }
    Platform platform = Platform.current();
    try {
      Path stock = unpack(platform, STOCK, folder);
      System.load(unpack(platform, GLUE, folder).toString());
      Llama.open(stock.toString().getBytes(StandardCharsets.UTF_8), NativeLibrary::log);
      loaded = true;
    } catch (IOException | LinkageError | LlamaException e) {
      String remedy =
          String.valueOf(e.getMessage()).contains("libgomp")
              ? ": install the package libgomp1"
              : "";
      throw new PluginException(
          "the native libraries for " + platform + " can't be loaded: " + e.getMessage() + remedy,
          e);
    }
  }

  private static void log(int level, byte[] text) {
    // What is an error to llama.cpp comes as an exception; here it is for those who look closer.
    LOG.log(Level.DEBUG, () -> new String(text, StandardCharsets.UTF_8));
  }

  private static Path unpack(Platform platform, String library, Path folder) throws IOException {
    Path target = folder.toAbsolutePath().resolve(library);
    try (InputStream in = NativeLibrary.class.getResourceAsStream(resource(platform, library))) {
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
