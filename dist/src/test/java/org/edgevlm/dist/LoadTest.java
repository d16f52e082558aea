package org.edgevlm.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.edgevlm.dist.LoadClient.Act;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sixteen clients that do everything clients do, good and bad, at the built server: nothing fails
 * that isn't documented, and nothing is left over. {@code -Dedgevlm.load.seconds=300} makes it
 * longer, {@code -Dedgevlm.load.seed=…} repeats one.
 */
class LoadTest {

  private static final int CLIENTS = 16;
  private static final int SECONDS = Integer.getInteger("edgevlm.load.seconds", 6);
  private static final long SEED = Long.getLong("edgevlm.load.seed", System.nanoTime());
  private static final int PICTURES = 12;

  /** What allocators keep after a storm; a picture's bodies and tensors come to as much. */
  private static final long RESIDENT_MARGIN = 48L << 20;

  private static final long HEAP_MARGIN = 8L << 20;

  @TempDir Path temporary;

  /** One thing done. */
  private record Sample(Act act, int status, double millis) {}

  /** What a process holds. */
  private record Held(long heap, long resident, long files, long threads) {}

  @Test
  void nothingFailsAndNothingIsLeftOver() throws Exception {
    List<byte[]> pictures = new ArrayList<>();
    for (int i = 0; i < PICTURES; i++) {
      pictures.add(Files.readAllBytes(Pictures.scene(i)));
    }
    try (Server server =
        Server.start(
            Program.edgevlm(),
            temporary,
            0,
            "--set",
            "llamacpp-bytedeco.threads=1",
            "--set",
            "server.queue=6",
            "--set",
            // Less than the pictures take, so that it is full and goes on.
            "image.cache_mb=1")) {
      // All code and all threads are there after the first part.
      storm(server, pictures, Math.max(4, SECONDS / 3), SEED);
      awaitRest(server);
      Held before = held(server);
      Set<String> filesBefore = files(temporary);
      List<Sample> samples = storm(server, pictures, SECONDS, SEED + 1);
      awaitRest(server);
      Held after = held(server);
      System.out.println(table(samples));
      System.out.println("seed " + SEED + "\nbefore " + before + "\nafter  " + after);

      assertEquals(filesBefore, files(temporary));
      assertTrue(after.files() <= before.files() + 4, before + " then " + after);
      assertTrue(after.threads() <= before.threads() + 8, before + " then " + after);
      assertTrue(after.heap() <= before.heap() + HEAP_MARGIN, before + " then " + after);
      assertTrue(
          after.resident() <= before.resident() + RESIDENT_MARGIN, before + " then " + after);
      long answered = samples.stream().filter(sample -> sample.status() == 200).count();
      assertTrue(answered > SECONDS, answered + " answers in " + SECONDS + " s");
      JsonNode statuses = Server.json(server.get("/metrics")).get("http_responses");
      assertTrue(statuses.path("500").isMissingNode(), statuses::toString);
      System.out.println("responses " + statuses);
      assertEquals(128 + 15, server.stop());
    }
    assertEquals(Set.of(temporary.toString()), files(temporary));
  }

  private static List<Sample> storm(Server server, List<byte[]> pictures, int seconds, long seed)
      throws InterruptedException {
    ConcurrentLinkedQueue<Sample> samples = new ConcurrentLinkedQueue<>();
    ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      LoadClient client = new LoadClient(server.address(), pictures, seed + 31L * i);
      Thread thread =
          new Thread(
              () -> {
                while (System.nanoTime() < end && failures.isEmpty()) {
                  Act act = client.next();
                  long start = System.nanoTime();
                  try {
                    int status = client.act(act);
                    samples.add(new Sample(act, status, (System.nanoTime() - start) / 1e6));
                    if (status == 503) {
                      client.pause();
                    }
                  } catch (IOException e) {
                    if (act.stays()) {
                      failures.add(new AssertionError(act + " failed", e));
                    }
                  } catch (InterruptedException | RuntimeException | AssertionError e) {
                    failures.add(e);
                  }
                }
              });
      clients.add(thread);
      thread.start();
    }
    for (Thread thread : clients) {
      thread.join();
    }
    if (!failures.isEmpty()) {
      AssertionError error = new AssertionError(failures.size() + " failures, seed " + seed);
      failures.forEach(error::addSuppressed);
      throw error;
    }
    return List.copyOf(samples);
  }

  /** Waits until nobody is in any more; that takes one token, not a time out. */
  private static void awaitRest(Server server) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    JsonNode queue;
    boolean rests;
    do {
      Thread.sleep(100);
      queue = Server.json(server.get("/metrics")).at("/inference/queue");
      rests =
          queue.get("waiting").asInt() == 0
              && !queue.get("busy").asBoolean()
              && queue.get("requests_in_flight").asInt() == 0
              && queue.get("upload_bytes").asLong() == 0;
    } while (!rests && System.nanoTime() < end);
    assertTrue(rests, queue::toString);
    assertEquals(0, queue.get("stuck_workers").asInt());
  }

  private static Held held(Server server) throws Exception {
    // Connections that clients left open are closed after 15 s at the latest; theirs are closed.
    Thread.sleep(500);
    server.post("/clear-cache");
    String pid = Long.toString(server.pid());
    Process collect =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), pid, "GC.run")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertEquals(0, collect.waitFor(), "jcmd GC.run");
    JsonNode memory = Server.json(server.get("/metrics")).get("memory");
    Path process = Path.of("/proc", pid);
    try (Stream<Path> files = Files.list(process.resolve("fd"));
        Stream<Path> threads = Files.list(process.resolve("task"))) {
      return new Held(
          memory.get("heap_used_bytes").asLong(),
          memory.get("resident_bytes").asLong(),
          files.count(),
          threads.count());
    }
  }

  private static Set<String> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.map(Path::toString).collect(Collectors.toSet());
    }
  }

  private static String table(List<Sample> samples) {
    Map<Act, Map<Integer, List<Double>>> rows = new EnumMap<>(Act.class);
    samples.forEach(
        sample ->
            rows.computeIfAbsent(sample.act(), act -> new TreeMap<>())
                .computeIfAbsent(sample.status(), status -> new ArrayList<>())
                .add(sample.millis()));
    StringBuilder table =
        new StringBuilder(
            String.format(
                "%-24s%8s%8s%10s%10s%10s%10s%n",
                "what", "status", "count", "p50 ms", "p95 ms", "p99 ms", "max ms"));
    rows.forEach(
        (act, byStatus) ->
            byStatus.forEach(
                (status, millis) -> {
                  double[] sorted = millis.stream().mapToDouble(x -> x).sorted().toArray();
                  table.append(
                      String.format(
                          "%-24s%8s%8d%10.1f%10.1f%10.1f%10.1f%n",
                          act.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                          status == 0 ? "left" : status.toString(),
                          sorted.length,
                          at(sorted, 0.5),
                          at(sorted, 0.95),
                          at(sorted, 0.99),
                          sorted[sorted.length - 1]));
                }));
    return table.toString();
  }

  private static double at(double[] sorted, double share) {
    return sorted[Math.min(sorted.length - 1, (int) Math.ceil(share * sorted.length) - 1)];
  }
}
