package org.edgevlm.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.edgevlm.runtime.plugin.PluginDescriptor;
import org.edgevlm.runtime.plugin.PluginRegistry;
import org.edgevlm.spi.ConfigKey;
import org.edgevlm.spi.Platform;
import org.edgevlm.spi.PluginProvider;
import org.edgevlm.spi.Spi;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What every plugin's provider says of itself. */
abstract class ProviderRules {

  private final Supplier<? extends PluginProvider> provider;

  ProviderRules(Supplier<? extends PluginProvider> provider) {
    this.provider = Objects.requireNonNull(provider, "provider");
  }

  @Test
  @DisplayName("The registry takes the provider")
  void theRegistryTakesIt() {
    PluginProvider made = provider.get();
    assertEquals(Spi.VERSION, made.spiVersion(), "spiVersion");
    PluginRegistry registry = PluginRegistry.of(List.of(made));
    assertEquals(List.of(), registry.problems(), "what the registry finds wrong");
    assertEquals(1, registry.plugins().size(), "plugins in the registry");
    PluginDescriptor descriptor = registry.plugins().get(0);
    assertFalse(descriptor.version().isBlank(), "version");
    assertFalse(descriptor.description().isBlank(), "description");
    assertFalse(descriptor.description().contains("\n"), "description has one line");
  }

  @Test
  @DisplayName("Two providers of the plugin say the same of it")
  void whatItSaysIsSteady() {
    PluginProvider one = provider.get();
    PluginProvider other = provider.get();
    assertNotSame(one, other, "provider() makes a new one each time");
    assertEquals(one.id(), other.id(), "id");
    assertEquals(one.version(), other.version(), "version");
    assertEquals(one.priority(), other.priority(), "priority");
    assertEquals(names(one), names(other), "configuration keys");
    assertEquals(
        PluginRegistry.of(List.of(one)).plugins().get(0).capabilities(),
        PluginRegistry.of(List.of(other)).plugins().get(0).capabilities(),
        "capabilities");
  }

  private static List<String> names(PluginProvider provider) {
    return provider.configKeys().stream().map(ConfigKey::name).toList();
  }

  @Test
  @DisplayName("It says whether it runs here, and why not where it doesn't")
  void supportIsExplained() {
    PluginProvider made = provider.get();
    assertTrue(made.supports(Platform.current()).supported(), "runs where its tests run");
    var elsewhere = made.supports(new Platform("plan9", "pdp11", 1));
    assertTrue(
        elsewhere.supported() || !elsewhere.reason().isBlank(), "the reason why it doesn't run");
  }

  @Test
  @DisplayName("Every key has a line for the user, and takes its own default as text")
  void keysTakeTheirDefaults() {
    Set<String> seen = new HashSet<>();
    for (ConfigKey<?> key : provider.get().configKeys()) {
      assertTrue(seen.add(key.name()), "key " + key.name() + " is declared twice");
      assertFalse(key.description().isBlank(), "the description of " + key.name());
      assertEquals(
          key.defaultValue(),
          key.parse(key.format(key.defaultValue())),
          "default of " + key.name());
    }
  }
}
