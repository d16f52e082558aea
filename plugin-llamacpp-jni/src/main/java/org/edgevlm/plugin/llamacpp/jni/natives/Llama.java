package org.edgevlm.plugin.llamacpp.jni.natives;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * The glue's functions. Handles are addresses and sizes are not checked: only callers that have
 * checked both may be here. Errors of llama.cpp come as {@link LlamaException}.
 */
public final class Llama {

  /** No row of logits. */
  public static final int NONE = 0;

  /** The last row. */
  public static final int LAST = 1;

  /** Every row. */
  public static final int ALL = 2;

  /** Bit of {@link #tokenKinds}: the token ends an answer. */
  public static final int END_OF_GENERATION = 1;

  /** Bit of {@link #tokenKinds}: a control token. */
  public static final int CONTROL = 2;

  private Llama() {}

  /** Told how far loading is, as a share of 1. */
  @FunctionalInterface
  public interface Progress {

    /** An exception gives up. */
    void update(float share);
  }

  /** Told each line of llama.cpp's log, which may not be UTF-8. */
  @FunctionalInterface
  interface LogLines {

    /** Levels: 1 debug, 2 info, 3 warning, 4 error. */
    void line(int level, byte[] text);
  }

  static native void open(byte[] library, LogLines log);

  /** A model's handle. */
  public static native long loadModel(byte[] path, boolean mmap, boolean mlock, Progress progress);

  /** The last warning of this thread since this was asked or a model or context was made. */
  public static native byte[] takeWarning();

  /** Frees a model whose contexts and grammars are gone. */
  public static native void freeModel(long model);

  /** Numbers in a row that stands for a token. */
  public static native int width(long model);

  /** Whether the model must encode a text before it decodes one. */
  public static native boolean hasEncoder(long model);

  /** Whether the model keeps a state in place of K and V. */
  public static native boolean isRecurrent(long model);

  /**
   * A context's handle.
   *
   * @param typeK ggml's number of K's type
   * @param typeV ggml's number of V's type
   */
  public static native long openContext(
      long model,
      int positions,
      int batch,
      int microBatch,
      int threads,
      int batchThreads,
      int typeK,
      int typeV,
      boolean flash);

  /** Frees a context. */
  public static native void freeContext(long context);

  /** Positions that a context has: what was asked for, rounded up. */
  public static native int positions(long context);

  /**
   * Feeds at most a batch of tokens.
   *
   * @return the address of the first row of logits that was asked for, valid until the next call; 0
   *     if none was
   */
  public static native long decodeTokens(
      long context, int[] tokens, int offset, int count, int position, int outputs);

  /**
   * Feeds at most a batch of rows in place of tokens.
   *
   * @param rows direct
   * @param offset in floats
   */
  public static native long decodeRows(
      long context, FloatBuffer rows, long offset, int count, int position, int outputs);

  /** Whether all numbers of a direct buffer are finite. */
  public static native boolean finite(FloatBuffer rows, long count);

  /** A buffer on native memory. */
  public static native ByteBuffer view(long address, long bytes);

  /** Forgets everything and overwrites K and V. */
  public static native void clear(long context);

  /** Forgets positions {@code from … to - 1}, or to the end for a negative {@code to}. */
  public static native boolean remove(long context, int from, int to);

  /** Moves the positions from {@code from} on by {@code delta}. */
  public static native void shift(long context, int from, int delta);

  /** Whether {@link #shift} is possible. */
  public static native boolean canShift(long context);

  /** Tokens in a model's vocabulary. */
  public static native int vocabularySize(long model);

  /** The token that a text begins with, or -1. */
  public static native int beginOfText(long model);

  /** {@link #END_OF_GENERATION} and {@link #CONTROL} of each token. */
  public static native byte[] tokenKinds(long model);

  /** A token as the vocabulary spells it. */
  public static native byte[] tokenText(long model, int token);

  /** The bytes that a token stands for. */
  public static native byte[] piece(long model, int token);

  /** Text to tokens. */
  public static native int[] tokenize(long model, byte[] utf8, boolean parseSpecial);

  /** The file's chat template, or null. */
  public static native byte[] chatTemplate(long model);

  /**
   * Lays messages out; null where llama.cpp doesn't know the template.
   *
   * @param texts role, content, role, content, … each ending with a NUL
   */
  public static native byte[] applyTemplate(
      byte[] template, byte[] texts, int messages, boolean openAnswer);

  /** A handle of the state of a grammar with a rule {@code root}. */
  public static native long openGrammar(long model, byte[] text);

  /** A handle of the same state. */
  public static native long copyGrammar(long grammar);

  /** Frees a state. */
  public static native void freeGrammar(long grammar);

  /** Whether a token may come next. */
  public static native boolean grammarAllows(long grammar, int token);

  /** Goes on by a token; false, and nothing happens, where it isn't allowed. */
  public static native boolean acceptToken(long grammar, int token);

  /** Sets the logits of tokens that may not come next to negative infinity. */
  public static native void maskLogits(long grammar, float[] logits);
}
