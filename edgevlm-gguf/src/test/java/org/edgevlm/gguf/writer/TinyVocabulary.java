package org.edgevlm.gguf.writer;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A SentencePiece vocabulary made by hand: three control tokens, all bytes, the printable ASCII
 * characters, a few merges, and words nobody writes up to the size wanted. Scores fall with the
 * ids, so earlier merges win.
 */
public final class TinyVocabulary {

  /** The template that llama.cpp knows as {@code vicuna}. */
  public static final String VICUNA =
      "{% for m in messages %}{% if m.role == 'user' %}{{ 'USER: ' + m.content + '\\n' }}"
          + "{% else %}{{ 'ASSISTANT: ' + m.content + '</s>\\n' }}{% endif %}{% endfor %}"
          + "{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}";

  /** Every part of a merge comes before it. */
  private static final List<String> MERGES =
      List.of(
          "th",
          "the",
          "\u2581the",
          "\u2581r",
          "\u2581re",
          "\u2581red",
          "ca",
          "cat",
          "\u2581cat",
          "in",
          "\u2581in",
          "on",
          "\u2581on",
          "\u2581a",
          "an",
          "er",
          "ed");

  private static final int NORMAL = 1;
  private static final int UNKNOWN = 2;
  private static final int CONTROL = 3;
  private static final int BYTE = 6;
  private static final int BYTES = 256;
  private static final int CONTROLS = 3;

  private TinyVocabulary() {}

  /** The texts of {@code size} tokens, at least 400. */
  public static List<String> tokens(int size) {
    Set<String> tokens = new LinkedHashSet<>(List.of("<unk>", "<s>", "</s>"));
    for (int i = 0; i < BYTES; i++) {
      tokens.add(String.format("<0x%02X>", i));
    }
    tokens.add("\u2581");
    for (char c = '!'; c <= '~'; c++) {
      tokens.add(String.valueOf(c));
    }
    tokens.addAll(MERGES);
    if (tokens.size() > size) {
      throw new IllegalArgumentException("a vocabulary needs " + tokens.size() + " tokens");
    }
    while (tokens.size() < size) {
      tokens.add("\u2581w" + tokens.size());
    }
    return new ArrayList<>(tokens);
  }

  /** Adds the vocabulary and the chat template to a file. */
  public static void write(GgufWriter writer, int size) {
    int[] types = new int[size];
    float[] scores = new float[size];
    for (int i = 0; i < size; i++) {
      types[i] = i == 0 ? UNKNOWN : i < CONTROLS ? CONTROL : i < CONTROLS + BYTES ? BYTE : NORMAL;
      scores[i] = i < CONTROLS + BYTES ? 0 : CONTROLS + BYTES - i;
    }
    writer.string("tokenizer.ggml.model", "llama");
    writer.strings("tokenizer.ggml.tokens", tokens(size));
    writer.float32s("tokenizer.ggml.scores", scores);
    writer.int32s("tokenizer.ggml.token_type", types);
    writer.uint32("tokenizer.ggml.bos_token_id", 1);
    writer.uint32("tokenizer.ggml.eos_token_id", 2);
    writer.uint32("tokenizer.ggml.unknown_token_id", 0);
    writer.bool("tokenizer.ggml.add_bos_token", true);
    writer.string("tokenizer.chat_template", VICUNA);
  }
}
