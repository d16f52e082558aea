package org.edgevlm.runtime.pipeline;

import java.nio.file.Path;
import java.util.Objects;
import org.edgevlm.spi.ConfigValues;
import org.edgevlm.spi.Platform;
import org.edgevlm.spi.PluginContext;

/** What a provider gets to make its service with; its folder is made when it is asked for. */
final class PluginSetting implements PluginContext {

  private final String plugin;
  private final ConfigValues config;
  private final Platform platform;
  private Path workDirectory;

  PluginSetting(String plugin, ConfigValues config, Platform platform) {
    this.plugin = Objects.requireNonNull(plugin, "plugin");
    this.config = Objects.requireNonNull(config, "config");
    this.platform = Objects.requireNonNull(platform, "platform");
  }

  @Override
  public ConfigValues config() {
    return config;
  }

  @Override
  public Platform platform() {
    return platform;
  }

  @Override
  public synchronized Path workDirectory() {
    if (workDirectory == null) {
      workDirectory = WorkDirectories.create(plugin);
    }
    return workDirectory;
  }
}
