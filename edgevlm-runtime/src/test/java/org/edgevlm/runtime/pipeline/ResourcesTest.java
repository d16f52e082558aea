package org.edgevlm.runtime.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.edgevlm.spi.ConfigValues;
import org.edgevlm.spi.EdgeVlmException;
import org.edgevlm.spi.Platform;
import org.junit.jupiter.api.Test;

class ResourcesTest {

  private final List<String> closed = new ArrayList<>();
  private final Resources resources = new Resources();

  private void add(String name, Throwable failure) {
    resources.add(
        () -> {
          closed.add(name);
          if (failure instanceof Error error) {
            throw error;
          }
          if (failure instanceof Exception exception) {
            throw exception;
          }
        });
  }

  @Test
  void closesTheLastFirstAndOnlyOnce() {
    add("a", null);
    add("b", null);
    add("c", null);
    resources.close();
    resources.close();
    assertEquals(List.of("c", "b", "a"), closed);
  }

  @Test
  void aFailureStopsNothingAndTheFirstIsThrown() {
    Throwable late = new IllegalStateException("late");
    Throwable middle = new NoClassDefFoundError("middle");
    Throwable first = new IllegalStateException("first");
    add("a", late);
    add("b", middle);
    add("c", null);
    add("d", first);
    assertSame(first, assertThrows(IllegalStateException.class, resources::close));
    assertEquals(List.of("d", "c", "b", "a"), closed);
    assertArrayEquals(new Throwable[] {middle, late}, first.getSuppressed());
  }

  @Test
  void aCheckedFailureIsWrappedAndAnErrorIsNot() {
    add("a", new IOException("disk"));
    EdgeVlmException error = assertThrows(EdgeVlmException.class, resources::close);
    assertTrue(error.getMessage().contains("disk"));
    add("b", new NoSuchMethodError());
    assertThrows(NoSuchMethodError.class, resources::close);
  }

  @Test
  void anEarlierErrorIsNotLost() {
    RuntimeException before = new RuntimeException("before");
    RuntimeException closing = new RuntimeException("closing");
    add("a", closing);
    add("b", before);
    resources.closeAfter(before);
    assertArrayEquals(new Throwable[] {closing}, before.getSuppressed());
  }

  @Test
  void workDirectoriesArePrivateEmptyAndRemoved() throws IOException {
    PluginSetting one =
        new PluginSetting("one", ConfigValues.defaults(), new Platform("os", "arch", 1));
    Path directory = one.workDirectory();
    assertEquals(directory, one.workDirectory());
    try (var files = Files.list(directory)) {
      assertEquals(0, files.count());
    }
    if (Files.getFileStore(directory).supportsFileAttributeView("posix")) {
      assertEquals(3, Files.getPosixFilePermissions(directory).size(), "the owner's alone");
    }
    Files.createDirectories(directory.resolve("deep/er"));
    Files.writeString(directory.resolve("deep/er/library.so"), "x");
    WorkDirectories.remove(directory);
    assertFalse(Files.exists(directory));
  }
}
