package org.edgevlm.runtime.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.edgevlm.spi.EdgeVlmException;
import org.edgevlm.spi.inference.ModelFiles;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelStoreTest {

  @TempDir Path home;
  private ModelStore store;

  @BeforeEach
  void open() {
    store = new ModelStore(home);
  }

  private Path file(String path) throws IOException {
    Path file = home.resolve(path);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, "x");
  }

  private static ModelFiles pair(Path languageModel, Path projector) {
    return new ModelFiles(languageModel, Optional.of(projector));
  }

  private String refused(String model) {
    return assertThrows(EdgeVlmException.class, () -> store.resolve(model)).getMessage();
  }

  @Test
  void aNameIsAFolderOfTheStore() throws IOException {
    Path model = file("models/tiny/tiny.gguf");
    Path projector = file("models/tiny/tiny-mmproj.gguf");
    file("models/tiny/README.md");
    assertEquals(pair(model, projector), store.resolve("tiny"));
    assertEquals(pair(model, projector), store.resolve(" tiny "));
    file("models/other/other.gguf");
    Files.createDirectories(home.resolve("models/empty"));
    assertEquals(List.of("other", "tiny"), store.names());
    String message = refused("tini");
    assertTrue(message.contains("'tini'") && message.endsWith("are other, tiny"), message);
    assertTrue(refused("../models/nowhere").contains("neither a name"));
  }

  @Test
  void theNamedFilesWinOverOthersInTheFolder() throws IOException {
    Path model = file("models/m/m.gguf");
    Path projector = file("models/m/m-mmproj.gguf");
    file("models/m/m-q8.gguf");
    file("models/m/mmproj-f32.gguf");
    assertEquals(pair(model, projector), store.resolve("m"));
  }

  @Test
  void aDraftLiesBesideItsModelAndIsNotTakenForIt() throws IOException {
    Path model = file("models/m/m.gguf");
    Path projector = file("models/m/m-mmproj.gguf");
    assertEquals(Optional.empty(), ModelStore.draftFor(model));
    Path draft = file("models/m/m-draft.gguf");
    assertEquals(Optional.of(draft), ModelStore.draftFor(model));
    assertEquals(pair(model, projector), store.resolve("m"));
    assertEquals(draft, store.resolve("m-draft").languageModel());
    assertTrue(refused("n-draft").contains("neither a name"));

    Path other = file("elsewhere/other.gguf");
    file("elsewhere/other-draft.gguf");
    assertEquals(other, store.resolve(home.resolve("elsewhere").toString()).languageModel());
  }

  @Test
  void aFolderHasOnePair() throws IOException {
    Path model = file("elsewhere/Llava.GGUF");
    Path projector = file("elsewhere/MMPROJ-f16.gguf");
    String folder = home.resolve("elsewhere").toString();
    assertEquals(pair(model, projector), store.resolve(folder));
    file("elsewhere/second.gguf");
    String message = refused(folder);
    assertTrue(message.contains("several language models (Llava.GGUF, second.gguf)"), message);
    assertTrue(
        refused(Files.createDirectories(home.resolve("void")).toString())
            .contains("no language model"));
  }

  @Test
  void aFileHasItsProjectorBesideIt() throws IOException {
    Path model = file("x/a.gguf");
    assertEquals(new ModelFiles(model, Optional.empty()), store.resolve(model.toString()));
    Path projector = file("x/mmproj.gguf");
    assertEquals(pair(model, projector), store.resolve(model.toString()));
    file("x/other-mmproj.gguf");
    String message = refused(model.toString());
    assertTrue(message.contains("several projectors (mmproj.gguf, other-mmproj.gguf)"), message);
    Path own = file("x/a-mmproj.gguf");
    assertEquals(pair(model, own), store.resolve(model.toString()));
    assertTrue(refused(own.toString()).contains("is a projector"));
  }

  @Test
  void twoFilesAreSeparatedByAComma() throws IOException {
    Path model = file("x/a.gguf");
    Path projector = file("y/b.gguf");
    assertEquals(pair(model, projector), store.resolve(model + ", " + projector));
    assertTrue(refused(model + ",nope.gguf").contains("'nope.gguf' does not exist"));
    assertTrue(refused(model + "," + projector + "," + model).contains("no more"));
  }

  @Test
  void whatIsNoPathIsAnErrorOfOurs() {
    assertTrue(refused("a\0b").contains("is not a path"));
    assertTrue(refused("").contains("no models"));
  }
}
