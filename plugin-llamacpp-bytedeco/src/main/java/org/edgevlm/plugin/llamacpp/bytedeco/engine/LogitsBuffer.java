package org.edgevlm.plugin.llamacpp.bytedeco.engine;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.edgevlm.plugin.llamacpp.bytedeco.ggml.Region;
import org.edgevlm.spi.inference.StepResult;

/** A session's logits: graphs write rows here and callers read them in place. */
final class LogitsBuffer implements StepResult, AutoCloseable {

  /** Rows that stay in memory between steps; a verified draft has about as many. */
  private static final int KEPT_ROWS = 16;

  private final Region region;
  private final int vocabularySize;
  private int layersUsed;
  private final List<FloatBuffer> views = new ArrayList<>();
  private int rows;

  LogitsBuffer(int capacity, int vocabularySize, int layers) {
    this.vocabularySize = vocabularySize;
    this.layersUsed = layers;
    region = Region.reserve(capacity * rowBytes());
  }

  private long rowBytes() {
    return (long) vocabularySize * Float.BYTES;
  }

  Region region() {
    return region;
  }

  long offset(int row) {
    return row * rowBytes();
  }

  /** Says which layers made the rows of this step, and of those to come. */
  void madeBy(int layers) {
    layersUsed = layers;
  }

  void rows(int newRows) {
    if (rows > KEPT_ROWS && newRows <= KEPT_ROWS) {
      long from = Region.pages(offset(KEPT_ROWS));
      region.discard(from, region.size() - from);
    }
    rows = newRows;
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public int vocabularySize() {
    return vocabularySize;
  }

  @Override
  public FloatBuffer logits(int row) {
    Objects.checkIndex(row, rows);
    while (views.size() <= row) {
      views.add(
          region
              .bytes(offset(views.size()), (long) vocabularySize * Float.BYTES)
              .asFloatBuffer()
              .asReadOnlyBuffer());
    }
    return views.get(row);
  }

  @Override
  public int layersUsed(int row) {
    Objects.checkIndex(row, rows);
    return layersUsed;
  }

  @Override
  public void close() {
    rows = 0;
    views.clear();
    region.close();
  }
}
