package org.edgevlm.runtime.metrics;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryUsage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * This process's memory, in bytes.
 *
 * @param residentBytes physical memory in use, mapped model files included; where the system
 *     doesn't tell (anywhere but Linux), what the Java heap and the virtual machine have committed,
 *     which leaves out native libraries
 * @param heapUsedBytes Java objects, garbage not yet collected included
 * @param heapCommittedBytes the Java heap as the system has granted it
 */
public record ProcessMemory(long residentBytes, long heapUsedBytes, long heapCommittedBytes) {

  private static final Path STATUS = Path.of("/proc/self/status");

  /** The memory now. */
  public static ProcessMemory now() {
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    MemoryUsage heap = memory.getHeapMemoryUsage();
    long committed = heap.getCommitted() + memory.getNonHeapMemoryUsage().getCommitted();
    return new ProcessMemory(
        resident(STATUS).orElse(committed), heap.getUsed(), heap.getCommitted());
  }

  /** The resident set by a file like {@code /proc/self/status}; empty where it doesn't say. */
  static OptionalLong resident(Path status) {
    List<String> lines;
    try {
      lines = Files.readAllLines(status, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return OptionalLong.empty();
    }
    return lines.stream()
        .filter(line -> line.startsWith("VmRSS:") && line.endsWith(" kB"))
        .map(line -> line.substring("VmRSS:".length(), line.length() - " kB".length()).trim())
        .filter(number -> number.matches("\\d{1,15}"))
        .mapToLong(number -> Long.parseLong(number) << 10)
        .findFirst();
  }
}
