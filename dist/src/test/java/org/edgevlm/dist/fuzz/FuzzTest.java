package org.edgevlm.dist.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nothing that a file or a request says ends the process, through every backend of the
 * distribution. {@code docs/robustness.md} says how to run it longer and how to add an input.
 */
class FuzzTest {

  private static final Path DISTRIBUTION = Path.of(property("edgevlm.distribution"));
  private static final Path CORPORA = Path.of(property("edgevlm.project"), "dist/src/test/fuzz");

  @TempDir Path folder;

  private static String property(String name) {
    String value = System.getProperty(name);
    if (value == null) {
      throw new IllegalStateException("run by Maven, which sets " + name);
    }
    return Path.of(value).toAbsolutePath().normalize().toString();
  }

  @Test
  void committedInputsAreSurvived() throws IOException, InterruptedException {
    List<Input> inputs = Input.corpora(CORPORA);
    assertTrue(inputs.size() >= 100, inputs.size() + " inputs");
    survives(inputs);
  }

  @Test
  void madeUpInputsAreSurvived() throws IOException, InterruptedException {
    long seed = Long.getLong("edgevlm.fuzz.seed", 1);
    int count = Integer.getInteger("edgevlm.fuzz.inputs", 80);
    System.out.println("fuzzing: -Dedgevlm.fuzz.seed=" + seed + " -Dedgevlm.fuzz.inputs=" + count);
    Mutator mutator = new Mutator(new Seeds(folder, DISTRIBUTION), Input.corpora(CORPORA));
    survives(IntStream.range(0, count).mapToObj(i -> mutator.input(seed, i)).toList());
  }

  private void survives(List<Input> inputs) throws IOException, InterruptedException {
    Campaign.Outcome outcome = new Campaign(DISTRIBUTION, folder.resolve("work")).run(inputs);
    assertEquals(List.of(), outcome.findings(), () -> String.join("\n\n", outcome.findings()));
    assertEquals(inputs.size(), outcome.inputs());
  }
}
