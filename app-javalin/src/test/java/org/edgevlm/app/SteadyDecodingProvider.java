package org.edgevlm.app;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.edgevlm.spi.Spi;
import org.edgevlm.spi.decoding.DecodingContext;
import org.edgevlm.spi.decoding.DecodingReport;
import org.edgevlm.spi.decoding.DecodingStrategy;
import org.edgevlm.spi.decoding.DecodingStrategyProvider;
import org.edgevlm.spi.inference.Outputs;

/**
 * Says the same for as long as it may, a byte each 10 ms, with characters of 1 to 4 bytes: for
 * tests of what happens while an answer is made.
 */
public final class SteadyDecodingProvider implements DecodingStrategyProvider {

  /** What it says, again and again. A byte is a token of the reference model. */
  public static final String TEXT = "aé東🐈 ";

  private static final long PAUSE_MILLIS = 10;
  private static final AtomicLong TOKENS = new AtomicLong();

  /** For the service loader. */
  public SteadyDecodingProvider() {}

  /** Tokens that were made by all of its answers. */
  public static long tokens() {
    return TOKENS.get();
  }

  @Override
  public String id() {
    return "steady";
  }

  @Override
  public String version() {
    return "1";
  }

  @Override
  public int spiVersion() {
    return Spi.VERSION;
  }

  @Override
  public String description() {
    return "Says the same, slowly";
  }

  @Override
  public DecodingStrategy create(DecodingContext context) {
    byte[] text = TEXT.getBytes(StandardCharsets.UTF_8);
    return task -> {
      int[] token = new int[1];
      for (int i = 0; ; i++) {
        pause();
        TOKENS.incrementAndGet();
        token[0] = text[i % text.length] & 0xff;
        if (!task.emit(token[0], 1)) {
          return new DecodingReport(Map.of("steady_tokens", (long) i), List.of());
        }
        task.session().step(token, 0, 1, Outputs.NONE);
      }
    };
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
