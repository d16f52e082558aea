package org.edgevlm.app;

import java.util.concurrent.Semaphore;
import org.edgevlm.spi.Spi;
import org.edgevlm.spi.decoding.DecodingContext;
import org.edgevlm.spi.decoding.DecodingReport;
import org.edgevlm.spi.decoding.DecodingStrategy;
import org.edgevlm.spi.decoding.DecodingStrategyProvider;

/**
 * Answers with one letter, but a question that wants one token never comes back from its step until
 * it is let go, as a native step that hangs: no interrupt helps.
 */
public final class StuckDecodingProvider implements DecodingStrategyProvider {

  private static final Semaphore FREE = new Semaphore(0);
  private static final int LETTER = 'a';

  /** For the service loader. */
  public StuckDecodingProvider() {}

  /** Lets as many steps go on. */
  public static void letGo(int steps) {
    FREE.release(steps);
  }

  @Override
  public String id() {
    return "stuck";
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
    return "Hangs";
  }

  @Override
  public DecodingStrategy create(DecodingContext context) {
    return task -> {
      if (task.remaining() == 1) {
        FREE.acquireUninterruptibly();
      }
      while (task.emit(LETTER, 1)) {
        // As many as there may be.
      }
      return DecodingReport.NONE;
    };
  }
}
