package org.edgevlm.runtime.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.edgevlm.spi.EdgeVlmException;
import org.edgevlm.spi.inference.ModelFiles;

/**
 * Finds the files of a model by what the configuration says under {@code model}:
 *
 * <ul>
 *   <li>a name: the folder {@code models/<name>} of the distribution, with {@code <name>.gguf} and
 *       {@code <name>-mmproj.gguf} in it;
 *   <li>a name of another file in one of these folders: {@code <name>.gguf}, as a draft is;
 *   <li>a folder with one language model and one projector, which has {@code mmproj} in its name; a
 *       file {@code …-draft.gguf} beside it isn't taken for the model;
 *   <li>a language model's file, its projector lying beside it;
 *   <li>both files, separated by a comma.
 * </ul>
 */
public final class ModelStore {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
  private static final String GGUF = ".gguf";
  private static final String PROJECTOR = "mmproj";
  private static final String DRAFT = "-draft" + GGUF;

  private final Path models;

  /** A store in the folder {@code models} of a distribution. */
  public ModelStore(Path home) {
    models = Objects.requireNonNull(home, "home").resolve("models");
  }

  /** The names of the models in the store, sorted. */
  public List<String> names() {
    return list(models, Files::isDirectory).stream()
        .filter(folder -> !list(folder, ModelStore::isGguf).isEmpty())
        .map(ModelStore::fileName)
        .toList();
  }

  /**
   * The files of a model.
   *
   * @throws EdgeVlmException if there is no such model, or it isn't clear which files are meant;
   *     the message says what would be right
   */
  public ModelFiles resolve(String model) {
    String wanted = model.trim();
    if (wanted.isEmpty()) {
      throw unknown(wanted);
    }
    if (wanted.indexOf(',') >= 0) {
      return pair(wanted);
    }
    if (NAME.matcher(wanted).matches() && Files.isDirectory(models.resolve(wanted))) {
      return inFolder(models.resolve(wanted), wanted);
    }
    Path path = path(wanted);
    if (Files.isDirectory(path)) {
      return inFolder(path, fileName(path.toAbsolutePath().normalize()));
    }
    if (Files.isRegularFile(path)) {
      return besides(path);
    }
    if (NAME.matcher(wanted).matches()) {
      return besides(inAnyFolder(wanted));
    }
    throw unknown(wanted);
  }

  /**
   * The small model that drafts for a language model: {@code <its name>-draft.gguf} beside it.
   *
   * @param languageModel a file that {@link #resolve} found
   */
  public static Optional<Path> draftFor(Path languageModel) {
    Path draft = languageModel.resolveSibling(stem(languageModel) + DRAFT);
    return Optional.of(draft).filter(Files::isRegularFile);
  }

  private Path inAnyFolder(String name) {
    return list(models, Files::isDirectory).stream()
        .map(folder -> folder.resolve(name + GGUF))
        .filter(Files::isRegularFile)
        .findFirst()
        .orElseThrow(() -> unknown(name));
  }

  private EdgeVlmException unknown(String wanted) {
    List<String> names = names();
    String there =
        names.isEmpty()
            ? "the folder " + models + " has no models"
            : "the models in " + models + " are " + String.join(", ", names);
    return new EdgeVlmException(
        "model '"
            + wanted
            + "' is neither a name of the model store nor a folder or GGUF file: "
            + there);
  }

  private static ModelFiles pair(String wanted) {
    String[] parts = wanted.split(",", -1);
    if (parts.length != 2) {
      throw new EdgeVlmException(
          "model '" + wanted + "': two files are a language model and its projector, no more");
    }
    Path languageModel = existing(parts[0]);
    Path projector = existing(parts[1]);
    return new ModelFiles(languageModel, Optional.of(projector));
  }

  private static Path existing(String text) {
    Path path = path(text.trim());
    if (!Files.isRegularFile(path)) {
      throw new EdgeVlmException("model file '" + path + "' does not exist");
    }
    return path;
  }

  private static ModelFiles inFolder(Path folder, String name) {
    List<Path> all = list(folder, ModelStore::isGguf);
    List<Path> languageModels =
        all.stream().filter(file -> !isProjector(file) && !isDraft(file)).toList();
    Path languageModel =
        choose(languageModels, name + GGUF)
            .orElseThrow(
                () ->
                    new EdgeVlmException(
                        languageModels.isEmpty()
                            ? "model folder " + folder + " has no language model (*.gguf)"
                            : "model folder "
                                + folder
                                + " has several language models ("
                                + fileNames(languageModels)
                                + "): give the path of one"));
    return new ModelFiles(languageModel, projectorFor(languageModel));
  }

  private static ModelFiles besides(Path file) {
    if (isProjector(file)) {
      throw new EdgeVlmException(
          "model '" + file + "' is a projector: give the language model's file");
    }
    return new ModelFiles(file, projectorFor(file));
  }

  /** The projector in the folder of a language model; empty where there is none. */
  private static Optional<Path> projectorFor(Path languageModel) {
    Path folder = languageModel.toAbsolutePath().getParent();
    List<Path> projectors = list(folder, file -> isGguf(file) && isProjector(file));
    Optional<Path> chosen = choose(projectors, stem(languageModel) + "-" + PROJECTOR + GGUF);
    if (chosen.isEmpty() && !projectors.isEmpty()) {
      throw new EdgeVlmException(
          "beside "
              + languageModel
              + " lie several projectors ("
              + fileNames(projectors)
              + "): give both files, as in model.gguf,mmproj.gguf");
    }
    return chosen;
  }

  /** The file of this name, or the only one. */
  private static Optional<Path> choose(List<Path> files, String preferred) {
    if (files.size() == 1) {
      return Optional.of(files.get(0));
    }
    return files.stream().filter(file -> fileName(file).equals(preferred)).findFirst();
  }

  private static Path path(String text) {
    try {
      if (text.startsWith("~/")) {
        return Path.of(System.getProperty("user.home"), text.substring(2));
      }
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new EdgeVlmException("model '" + text + "' is not a path: " + e.getReason(), e);
    }
  }

  private static boolean isGguf(Path file) {
    return Files.isRegularFile(file) && fileName(file).toLowerCase(Locale.ROOT).endsWith(GGUF);
  }

  private static boolean isProjector(Path file) {
    return fileName(file).toLowerCase(Locale.ROOT).contains(PROJECTOR);
  }

  private static boolean isDraft(Path file) {
    return fileName(file).toLowerCase(Locale.ROOT).endsWith(DRAFT);
  }

  private static String stem(Path file) {
    String name = fileName(file);
    return isGguf(file) ? name.substring(0, name.length() - GGUF.length()) : name;
  }

  private static String fileName(Path path) {
    Path name = path.getFileName();
    return name == null ? path.toString() : name.toString();
  }

  private static String fileNames(List<Path> files) {
    return String.join(", ", files.stream().map(ModelStore::fileName).toList());
  }

  /** What a folder holds, sorted; nothing where there is no such folder. */
  private static List<Path> list(Path folder, Predicate<Path> filter) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(filter).sorted().toList();
    } catch (IOException e) {
      throw new EdgeVlmException("cannot list the model folder " + folder, e);
    }
  }
}
