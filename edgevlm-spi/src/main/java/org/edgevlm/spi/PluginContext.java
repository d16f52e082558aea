package org.edgevlm.spi;

import java.nio.file.Path;

/** What a provider gets to make its service with. */
@Api(status = Api.Status.STABLE, since = "0.1")
public interface PluginContext {

  /**
   * The plugin's own section of the configuration, checked against {@link
   * PluginProvider#configKeys()}.
   */
  ConfigValues config();

  /** The machine this runs on. */
  Platform platform();

  /**
   * A private folder that exists, is empty at first and is removed when the program ends: the place
   * to unpack native libraries to.
   */
  Path workDirectory();
}
