package org.edgevlm.runtime.pipeline;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.edgevlm.spi.EdgeVlmException;
import org.edgevlm.spi.inference.MemoryEstimate;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {

  @Test
  void sumsUpAndTakesBack() {
    MemoryBudget budget = new MemoryBudget(1000);
    MemoryEstimate half = new MemoryEstimate(300, 150, 50);
    budget.take("a", half);
    budget.take("b", half);
    assertThrows(EdgeVlmException.class, () -> budget.take("c", new MemoryEstimate(1, 0, 0)));
    budget.giveBack(half);
    assertDoesNotThrow(() -> budget.take("c", half));
  }

  @Test
  void autoGoesByTheMachine() {
    MemoryBudget budget = new MemoryBudget(0);
    assertDoesNotThrow(() -> budget.take("small", new MemoryEstimate(1 << 20, 0, 0)));
    String message =
        assertThrows(
                EdgeVlmException.class,
                () -> budget.take("huge", new MemoryEstimate(1L << 60, 0, 0)))
            .getMessage();
    assertTrue(message.contains("memory_limit auto, 80 % of"), message);
  }

  @Test
  void bytesForPeopleAreRoundedUp() {
    assertEquals("1023 B", MemoryBudget.display(1023));
    assertEquals("1.0 KB", MemoryBudget.display(1024));
    assertEquals("1.1 KB", MemoryBudget.display(1025));
    assertEquals("2.5 GB", MemoryBudget.display(5L << 29));
  }
}
