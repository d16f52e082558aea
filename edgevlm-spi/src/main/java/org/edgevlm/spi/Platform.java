package org.edgevlm.spi;

import java.util.Locale;

/**
 * The machine, as far as native code cares.
 *
 * @param os {@code linux}, {@code macos}, {@code windows}, or the lower-cased name of another
 *     system
 * @param arch {@code x86_64}, {@code arm64}, or the lower-cased name of another architecture
 * @param processors processors available to this process
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public record Platform(String os, String arch, int processors) {

  /** The machine this runs on. */
  public static Platform current() {
    return of(
        System.getProperty("os.name"),
        System.getProperty("os.arch"),
        Runtime.getRuntime().availableProcessors());
  }

  /** Names as the Java system properties give them, brought to the forms documented above. */
  public static Platform of(String osName, String osArch, int processors) {
    String os = osName.toLowerCase(Locale.ROOT);
    if (os.startsWith("mac")) {
      os = "macos";
    } else if (os.startsWith("win")) {
      os = "windows";
    }
    String arch = osArch.toLowerCase(Locale.ROOT);
    arch =
        switch (arch) {
          case "amd64", "x64" -> "x86_64";
          case "aarch64" -> "arm64";
          default -> arch;
        };
    return new Platform(os, arch, processors);
  }

  /** {@code os-arch}, the form used in file names and messages. */
  @Override
  public String toString() {
    return os + "-" + arch;
  }
}
