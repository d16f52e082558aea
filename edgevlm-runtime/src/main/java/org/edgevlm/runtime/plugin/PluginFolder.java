package org.edgevlm.runtime.plugin;

import java.io.IOException;
import java.lang.module.Configuration;
import java.lang.module.FindException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.lang.module.ResolutionException;
import java.lang.module.ResolvedModule;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.edgevlm.spi.PluginException;

/**
 * Gives one plugin's folder of jars a class loader of its own, under {@link HostFilter}.
 *
 * <p>Jars with a {@code module-info} become a module layer. The others, which often cannot be
 * modules (split packages, several automatic modules that bring the same package), go into a class
 * loader that is the layer's parent, and the layer's modules read its unnamed module. Where no
 * module of the folder provides a service, or the host itself runs from the class path, all jars go
 * into the class loader, and {@code META-INF/services} says what they provide.
 *
 * <p>Loaders stay open for the life of the process: native libraries pin them.
 */
final class PluginFolder {

  private final Path folder;
  private final List<Path> modular = new ArrayList<>();
  private final List<Path> plain = new ArrayList<>();

  private PluginFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * A loader through which {@link java.util.ServiceLoader} finds this plugin's providers and no
   * other's.
   *
   * @throws PluginException if a jar can't be read or the modules don't fit together
   */
  static ClassLoader open(Path folder) {
    PluginFolder plugin = new PluginFolder(folder);
    try {
      plugin.sortJars();
      return plugin.loader();
    } catch (FindException | ResolutionException | LayerInstantiationException e) {
      throw new PluginException("its modules don't fit together: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new PluginException("cannot be read: " + e.getMessage(), e);
    }
  }

  private void sortJars() throws IOException {
    List<Path> jars;
    try (Stream<Path> files = Files.list(folder)) {
      jars = files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
    if (jars.isEmpty()) {
      throw new PluginException("holds no jar: remove the folder or put the plugin's jars into it");
    }
    for (Path jar : jars) {
      (hasModuleInfo(jar) ? modular : plain).add(jar);
    }
  }

  private static boolean hasModuleInfo(Path jar) {
    try (JarFile file = new JarFile(jar.toFile(), false, ZipFile.OPEN_READ, Runtime.version())) {
      return file.getJarEntry("module-info.class") != null;
    } catch (IOException e) {
      throw new PluginException(
          jar.getFileName() + " is not a readable jar (" + e.getMessage() + "): install it again",
          e);
    }
  }

  private ClassLoader loader() throws MalformedURLException {
    Optional<ModuleLayer> hostLayer =
        Optional.ofNullable(PluginFolder.class.getModule().getLayer());
    ModuleFinder modules = ModuleFinder.of(modular.toArray(Path[]::new));
    Set<String> own =
        modules.findAll().stream()
            .map(module -> module.descriptor().name())
            .filter(name -> !HostFilter.SHARED_MODULES.contains(name))
            .collect(Collectors.toSet());
    if (hostLayer.isEmpty() || !providesService(modules, own)) {
      List<Path> all = new ArrayList<>(modular);
      all.addAll(plain);
      return privateLoader(all);
    }
    return layer(hostLayer.get(), restrict(modules, own), own);
  }

  private ClassLoader layer(ModuleLayer host, ModuleFinder modules, Set<String> own)
      throws MalformedURLException {
    Configuration resolved = host.configuration().resolve(modules, ModuleFinder.of(), own);
    resolved.modules().forEach(module -> refuseHostModules(module, resolved));
    ClassLoader libraries = privateLoader(plain);
    ModuleLayer.Controller controller =
        ModuleLayer.defineModulesWithOneLoader(resolved, List.of(host), libraries);
    for (Module module : controller.layer().modules()) {
      controller.addReads(module, libraries.getUnnamedModule());
      NativeAccess.grant(controller, module);
    }
    return controller.layer().findLoader(own.iterator().next());
  }

  /** A module could name any module of the host in a requires clause, and break with it. */
  private static void refuseHostModules(ResolvedModule module, Configuration plugin) {
    for (ModuleDescriptor.Requires requires : module.reference().descriptor().requires()) {
      plugin
          .findModule(requires.name())
          .filter(found -> found.configuration() != plugin)
          .map(found -> found.reference().descriptor())
          .filter(found -> !HostFilter.isJdk(found))
          .filter(found -> !HostFilter.SHARED_MODULES.contains(found.name()))
          .ifPresent(
              found -> {
                throw new PluginException(
                    "module "
                        + module.name()
                        + " requires "
                        + found.name()
                        + ", which is the host's own: put its jar into the plugin's folder");
              });
    }
  }

  private ClassLoader privateLoader(List<Path> jars) throws MalformedURLException {
    URL[] urls = new URL[jars.size()];
    for (int i = 0; i < urls.length; i++) {
      urls[i] = jars.get(i).toUri().toURL();
    }
    return new URLClassLoader(
        "plugin-" + folder.getFileName(),
        urls,
        new HostFilter(PluginFolder.class.getClassLoader()));
  }

  private static boolean providesService(ModuleFinder modules, Set<String> own) {
    Set<String> services =
        PluginService.ALL.stream()
            .map(service -> service.type().getName())
            .collect(Collectors.toSet());
    return own.stream()
        .flatMap(name -> modules.find(name).stream())
        .flatMap(module -> module.descriptor().provides().stream())
        .anyMatch(provides -> services.contains(provides.service()));
  }

  /** The same finder without the modules that plugins share with the host. */
  private static ModuleFinder restrict(ModuleFinder modules, Set<String> names) {
    return new ModuleFinder() {
      @Override
      public Optional<ModuleReference> find(String name) {
        return names.contains(name) ? modules.find(name) : Optional.empty();
      }

      @Override
      public Set<ModuleReference> findAll() {
        return modules.findAll().stream()
            .filter(module -> names.contains(module.descriptor().name()))
            .collect(Collectors.toSet());
      }
    };
  }
}
