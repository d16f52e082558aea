package org.edgevlm.app.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProblemTest {

  @ParameterizedTest
  @EnumSource
  void hasTheFieldsOfRfc9457(Problem problem) throws IOException {
    JsonNode json = new ObjectMapper().readTree(problem.json());
    Set<String> names = new TreeSet<>();
    for (Iterator<String> fields = json.fieldNames(); fields.hasNext(); ) {
      names.add(fields.next());
    }
    assertEquals(Set.of("type", "title", "status", "detail"), names);
    assertTrue(json.get("type").asText().matches("/problems/[a-z]+(-[a-z]+)*"), json::toString);
    assertEquals(problem.status(), json.get("status").asInt());
    assertTrue(json.get("title").asText().length() > 3);
    assertTrue(json.get("detail").asText().endsWith("."));
  }

  @ParameterizedTest
  @EnumSource
  void isInTheDocumentation(Problem problem) throws IOException {
    String row = "| " + problem.status() + " |";
    assertTrue(
        Files.readAllLines(Path.of("../docs/api.md")).stream()
            .anyMatch(line -> line.startsWith(row) && line.contains('`' + problem.type() + '`')),
        () -> "docs/api.md has no row " + row + " with " + problem.type());
  }

  @Test
  void typesAreUnique() {
    Set<String> types =
        Arrays.stream(Problem.values()).map(Problem::type).collect(Collectors.toSet());
    assertEquals(Problem.values().length, types.size());
  }

  @Test
  void everyErrorStatusHasAProblemOfItsClass() {
    for (int status = 400; status < 505; status++) {
      Problem problem = Problem.ofStatus(status);
      assertEquals(status / 100, problem.status() / 100, () -> problem.name());
    }
    assertEquals(Problem.NOT_FOUND, Problem.ofStatus(404));
    assertEquals(Problem.METHOD_NOT_ALLOWED, Problem.ofStatus(405));
    assertEquals(Problem.INTERNAL_ERROR, Problem.ofStatus(500));
    assertEquals(Problem.MALFORMED_REQUEST, Problem.ofStatus(505), "not HTTP/1.x");
  }
}
