package org.edgevlm.gguf;

import java.util.Locale;
import java.util.Set;

/**
 * Checks whatever llama.cpp b4916 asserts, or reads without looking, while it loads a file with
 * {@code vocab_only} ({@code llama_vocab::impl::load}, {@code llama_model_loader}): a failed
 * assertion there ends the process, an array of another element type or length is read beyond its
 * end. Also what it throws for, so that the message says more than "failed to load".
 */
public final class VocabularyCheck {

  private static final String T = "tokenizer.ggml.";
  private static final String TOKENS = T + "tokens";

  /** Bytes of all tokens' texts. */
  private static final long LARGEST_TEXTS = 1L << 28;

  /** The pre-tokenizers of b4916; it throws for others. */
  private static final Set<String> PRE_TOKENIZERS =
      Set.of(
          ("default llama3 llama-v3 llama-bpe falcon3 deepseek-llm deepseek-coder deepseek-v3"
                  + " falcon mpt starcoder gpt-2 phi-2 jina-es jina-de gigachat jina-v1-en"
                  + " jina-v2-es jina-v2-de jina-v2-code roberta-bpe refact command-r qwen2"
                  + " deepseek-r1-qwen stablelm2 olmo dbrx smaug-bpe poro-chat chatglm-bpe viking"
                  + " jais tekken smollm codeshell bloom gpt3-finnish exaone chameleon minerva-7b"
                  + " megrez gpt-4o")
              .split(" "));

  private static final String[] IDS = {
    "bos",
    "eos",
    "eot",
    "eom",
    "unknown",
    "seperator",
    "padding",
    "mask",
    "fim_pre",
    "fim_suf",
    "fim_mid",
    "fim_pad",
    "fim_rep",
    "fim_sep",
    "prefix",
    "suffix",
    "middle"
  };

  private static final String[] FLAGS = {
    T + "add_bos_token", T + "add_eos_token", T + "add_space_prefix", T + "remove_extra_whitespaces"
  };

  private static final int TYPE_BYTE = 6;

  private final GgufFile file;
  private final GgufMetadata metadata;
  private final int size;

  private VocabularyCheck(GgufFile file, int size) {
    this.file = file;
    this.metadata = file.metadata();
    this.size = size;
  }

  /**
   * Checks a file's vocabulary.
   *
   * @param size rows of the token embedding
   * @throws org.edgevlm.spi.inference.ModelFormatException if llama.cpp would stumble over it
   */
  public static void check(GgufFile file, int size) {
    VocabularyCheck check = new VocabularyCheck(file, size);
    check.container();
    check.vocabulary();
  }

  private void container() {
    file.requirePacked();
    metadata.optionalUint32("general.file_type"); // asserted to be a UINT32
    metadata.optionalString("general.name");
    metadata.optionalString("tokenizer.chat_template");
    if (metadata.has("split.count") && metadata.requireInt("split.count") > 1) {
      throw metadata.error(
          "split.count", "says that the model is split over several files; merge them first");
    }
    String sizeKey = metadata.requireString("general.architecture") + ".vocab_size";
    if (metadata.has(sizeKey) && metadata.requireUint32(sizeKey) != size) {
      throw metadata.error(
          sizeKey,
          "is "
              + metadata.requireUint32(sizeKey)
              + ", but 'token_embd.weight' has "
              + size
              + " rows");
    }
  }

  private void vocabulary() {
    String model = metadata.requireString(T + "model");
    boolean bytePairs = model.equals("gpt2");
    if (!bytePairs && !model.equals("llama")) {
      throw metadata.error(
          T + "model", "is " + GgufSource.quote(model) + "; expected 'llama' or 'gpt2'");
    }
    metadata.optionalUint32(T + "token_type_count");
    for (String flag : FLAGS) {
      metadata.optionalBoolean(flag);
    }
    String pre = metadata.optionalString(T + "pre").orElse("");
    if (bytePairs) {
      requireElements(T + "merges", GgufValueType.STRING);
      if (!pre.isEmpty() && !PRE_TOKENIZERS.contains(pre)) {
        throw metadata.error(
            T + "pre", "is " + GgufSource.quote(pre) + ", which llama.cpp b4916 doesn't know");
      }
    }
    requireElements(TOKENS, GgufValueType.STRING);
    requireLength(TOKENS);
    if (metadata.has(T + "scores")) {
      requireElements(T + "scores", GgufValueType.FLOAT32);
      requireLength(T + "scores");
      metadata.requireFloats(T + "scores");
    }
    int[] types = null;
    if (metadata.has(T + "token_type")) {
      requireElements(T + "token_type", GgufValueType.INT32);
      requireLength(T + "token_type");
      types = metadata.requireInts(T + "token_type");
    }
    specialTokens(bytePairs, pre);
    TokenTable tokens = tokens(bytePairs ? null : types);
    names(tokens, pre);
    if (!bytePairs) {
      byteTokens(tokens);
    }
  }

  private void requireElements(String key, GgufValueType type) {
    metadata.arrayLength(key);
    GgufValueType actual = metadata.elementType(key).orElseThrow();
    if (actual != type) {
      throw metadata.error(key, "is an array of " + actual + "; expected an array of " + type);
    }
  }

  private void requireLength(String key) {
    int length = metadata.arrayLength(key);
    if (length != size) {
      throw metadata.error(
          key,
          "has " + length + " elements; expected " + size + ", the rows of 'token_embd.weight'");
    }
  }

  /**
   * Ids must be in range, also the ones llama.cpp takes when the file names none: it prints the
   * text of each without looking.
   */
  private void specialTokens(boolean bytePairs, String pre) {
    for (String id : IDS) {
      String key = T + id + "_token_id";
      long value = metadata.optionalUint32(key).orElse(0L);
      if (value >= size && (id.equals("bos") || id.equals("eos"))) {
        throw metadata.error(
            key, "is " + value + ", out of range; expected a token from 0 to " + (size - 1));
      }
    }
    requireDefault("bos", bytePairs ? (pre.equals("chatglm-bpe") ? -1 : 11) : 1);
    requireDefault("eos", bytePairs ? 11 : 2);
    requireDefault("unknown", bytePairs ? -1 : 0);
    boolean addBos = metadata.optionalBoolean(T + "add_bos_token").orElse(false);
    if (addBos && pre.equals("chatglm-bpe") && !metadata.has(T + "bos_token_id")) {
      throw metadata.error(T + "add_bos_token", "is true, but no 'bos_token_id' says which token");
    }
  }

  private void requireDefault(String id, int missing) {
    String key = T + id + "_token_id";
    if (!metadata.has(key) && missing >= size) {
      throw metadata.error(
          key, "is missing and llama.cpp's default, " + missing + ", exceeds the vocabulary");
    }
  }

  private TokenTable tokens(int[] types) {
    TokenTable tokens = new TokenTable(size);
    long[] total = new long[1];
    metadata.visitStrings(
        TOKENS,
        (i, text) -> {
          total[0] += text.length + 32L;
          if (total[0] > LARGEST_TEXTS) {
            throw metadata.error(TOKENS, "has more than " + LARGEST_TEXTS + " bytes of text");
          }
          int id = tokens.add(text);
          if (id != i) {
            throw metadata.error(
                TOKENS,
                "has "
                    + GgufSource.quote(tokens.text(id))
                    + " twice, as "
                    + id
                    + " and "
                    + i
                    + "; expected unique");
          }
          if (types != null
              && types[i] == TYPE_BYTE
              && !tokens.text(i).matches("<0x[0-9A-F]{2}>")) {
            throw metadata.error(
                TOKENS,
                "has "
                    + GgufSource.quote(tokens.text(i))
                    + " as byte token "
                    + i
                    + "; expected '<0xNN>'");
          }
        });
    return tokens;
  }

  /** llama.cpp marks certain tokens for certain names of models and throws if they aren't there. */
  private void names(TokenTable tokens, String pre) {
    if (pre.startsWith("jina-v2-") && tokens.id("<mask>") < 0) {
      throw metadata.error(TOKENS, "lacks '<mask>', which '" + pre + "' needs");
    }
    String name = metadata.optionalString("general.name").orElse("").toLowerCase(Locale.ROOT);
    if (name.contains("phi-3") || name.contains("phi3")) {
      for (String token : new String[] {"</s>", "<unk>", "<s>", "<|endoftext|>"}) {
        if (tokens.id(token) < 0) {
          throw metadata.error(
              TOKENS, "lacks '" + token + "', which llama.cpp wants of a model named Phi-3");
        }
      }
    }
  }

  /**
   * Every byte of UTF-8 text must have a token, else tokenizing throws in native code. Spaces are
   * replaced before.
   */
  private void byteTokens(TokenTable tokens) {
    for (int value = 1; value < 0xf5; value++) {
      boolean used = value != ' ' && value != 0xc0 && value != 0xc1;
      if (used
          && tokens.id(String.format("<0x%02X>", value)) < 0
          && tokens.id(new byte[] {(byte) value}) < 0) {
        throw metadata.error(
            TOKENS,
            String.format(
                "lacks the byte token '<0x%02X>'; text with that byte has no tokens", value));
      }
    }
  }
}
