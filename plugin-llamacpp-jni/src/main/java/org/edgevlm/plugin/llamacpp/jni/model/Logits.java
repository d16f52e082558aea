package org.edgevlm.plugin.llamacpp.jni.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.edgevlm.plugin.llamacpp.jni.natives.Llama;
import org.edgevlm.spi.inference.StepResult;

/**
 * A session's logits, read where llama.cpp wrote them. Only rows of a step of several batches are
 * copied, since the next batch overwrites them.
 */
final class Logits implements StepResult {

  private final int vocabularySize;
  private final int layers;
  private final List<FloatBuffer> views = new ArrayList<>();
  private long address;
  private int viewedRows;
  private int rows;

  Logits(int vocabularySize, int layers) {
    this.vocabularySize = vocabularySize;
    this.layers = layers;
  }

  private long rowBytes() {
    return (long) vocabularySize * Float.BYTES;
  }

  /** Shows rows in llama.cpp's memory; a view of the same place is used again. */
  void show(long newAddress, int newRows) {
    if (newRows > 0 && (newAddress != address || newRows > viewedRows)) {
      views.clear();
      address = newAddress;
      viewedRows = newRows;
      view(newAddress, 0, newRows, views);
    }
    rows = newRows;
  }

  private void view(long from, int first, int count, List<FloatBuffer> into) {
    for (int row = first; row < count; row++) {
      ByteBuffer bytes = Llama.view(from + row * rowBytes(), rowBytes());
      into.add(bytes.order(ByteOrder.nativeOrder()).asFloatBuffer().asReadOnlyBuffer());
    }
  }

  /** Makes room for the rows of several batches. */
  void begin() {
    views.clear();
    address = 0;
    viewedRows = 0;
    rows = 0;
  }

  /** Copies rows behind those that are there. */
  void append(long from, int count) {
    List<FloatBuffer> sources = new ArrayList<>();
    view(from, 0, count, sources);
    for (FloatBuffer source : sources) {
      FloatBuffer copy =
          ByteBuffer.allocateDirect(Math.toIntExact(rowBytes()))
              .order(ByteOrder.nativeOrder())
              .asFloatBuffer();
      views.add(copy.put(source).rewind().asReadOnlyBuffer());
    }
    rows += count;
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
    return views.get(row);
  }

  @Override
  public int layersUsed(int row) {
    Objects.checkIndex(row, rows);
    return layers;
  }

  /** Nothing is to be read any more. */
  void close() {
    begin();
  }
}
