package org.edgevlm.app.cli;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.edgevlm.spi.inference.LoadProgress;

/** A progress bar on standard error while a large model loads; nothing for a small one. */
final class LoadingBar implements LoadProgress, AutoCloseable {

  /** Below this, loading is over before a bar could be read. */
  static final long LARGE = 200L << 20;

  private static final int WIDTH = 78;
  private static final long MEBI = 1L << 20;

  private final Console console;
  private ProgressBar bar;

  LoadingBar(Console console) {
    this.console = console;
  }

  @Override
  public void update(long done, long total) {
    if (bar == null) {
      if (total < LARGE || done >= total || !console.showsProgress()) {
        return;
      }
      bar =
          new ProgressBarBuilder()
              .setTaskName("loading")
              .setUnit(" MiB", MEBI)
              .setInitialMax(total)
              .setStyle(ProgressBarStyle.ASCII)
              .setConsumer(new ConsoleProgressBarConsumer(console.err(), WIDTH))
              .clearDisplayOnFinish()
              .build();
    }
    bar.maxHint(total);
    bar.stepTo(done);
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
