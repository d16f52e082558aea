package org.edgevlm.plugin.llamacpp.jni.file;

import java.util.Arrays;
import java.util.List;
import org.edgevlm.gguf.GgufFile;

/**
 * The hyper-parameters of a language model that stock llama.cpp runs here, checked.
 *
 * @param architecture GGUF's name of it
 * @param layers transformer blocks
 * @param width of the hidden state
 * @param heads query heads of each layer; 0 for a layer without attention
 * @param kvHeads heads of K and V of each layer
 * @param keyWidth numbers in a head of K
 * @param valueWidth numbers in a head of V
 * @param feedForward width of the widest feed-forward network, experts in use counted together
 * @param contextLength positions that the model was trained with
 * @param learnedPositions whether positions beyond {@code contextLength} have no meaning at all
 * @param vocabularySize tokens
 * @param movable whether K can be given other positions
 * @param exitLayers layers named as exits by {@code edgevlm.exit_layers}
 */
public record ModelShape(
    String architecture,
    int layers,
    int width,
    List<Integer> heads,
    List<Integer> kvHeads,
    int keyWidth,
    int valueWidth,
    long feedForward,
    int contextLength,
    boolean learnedPositions,
    int vocabularySize,
    boolean movable,
    List<Integer> exitLayers) {

  /** Copies the lists. */
  public ModelShape {
    heads = List.copyOf(heads);
    kvHeads = List.copyOf(kvHeads);
    exitLayers = List.copyOf(exitLayers);
  }

  /**
   * Reads and checks a file.
   *
   * @throws org.edgevlm.spi.inference.ModelFormatException if it is broken or of an architecture
   *     that doesn't run here
   */
  public static ModelShape of(GgufFile file) {
    return new ShapeReader(file).read();
  }

  /** The most query heads that a layer has. */
  public int mostHeads() {
    return heads.stream().mapToInt(Integer::intValue).max().orElse(0);
  }

  /** The most K and V heads that a layer has. */
  public int mostKvHeads() {
    return kvHeads.stream().mapToInt(Integer::intValue).max().orElse(0);
  }

  /** Numbers of K of one position in all layers. */
  public long keyNumbers() {
    return kvHeads.stream().mapToLong(count -> (long) count * keyWidth).sum();
  }

  /** Numbers of V of one position in all layers. */
  public long valueNumbers() {
    return kvHeads.stream().mapToLong(count -> (long) count * valueWidth).sum();
  }

  static List<Integer> list(int[] values) {
    return Arrays.stream(values).boxed().toList();
  }
}
