package org.edgevlm.plugin.llamacpp.jni.file;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * An architecture that llama.cpp b4916 knows, and what its graph takes for granted of a file:
 * assertions there end the process, so they are checked here first.
 *
 * @param name GGUF's {@code general.architecture}
 * @param heads what heads must be like
 * @param freeWidth whether all heads together may be wider or narrower than the hidden state
 * @param perLayer whether layers may differ in their heads
 * @param window whether a sliding window's size is needed
 */
record Architecture(String name, Heads heads, boolean freeWidth, boolean perLayer, boolean window) {

  /** What heads must be like. */
  enum Heads {
    /** K and V of one width, all of it rotated. */
    ROTATED,
    /** K and V of one width, some of it rotated or none. */
    EQUAL,
    /** K and V made from a latent row: they may differ in width, and can't be moved. */
    LATENT
  }

  private static final Map<String, Architecture> KNOWN = new TreeMap<>();
  private static final Map<String, String> REFUSED = new TreeMap<>();

  static {
    List<String> free =
        List.of(
            "llama",
            "deci",
            "minicpm",
            "granite",
            "granitemoe",
            "refact",
            "gemma",
            "gemma2",
            "exaone",
            "openelm");
    List<String> perLayer = List.of("deci", "openelm");
    List<String> windows = List.of("gemma2", "cohere2");
    names(
            "llama deci baichuan xverse falcon grok dbrx qwen2 qwen2moe plamo codeshell orion"
                + " internlm2 starcoder2 olmo olmo2 olmoe arctic deepseek nemotron exaone chameleon"
                + " minicpm granite granitemoe")
        .forEach(name -> add(name, Heads.ROTATED, free, perLayer, windows));
    names(
            "starcoder refact bloom mpt stablelm qwen phi2 phi3 phimoe gpt2 command-r cohere2"
                + " openelm gptneox bitnet jais chatglm gemma gemma2")
        .forEach(name -> add(name, Heads.EQUAL, free, perLayer, windows));
    names("deepseek2 minicpm3").forEach(name -> add(name, Heads.LATENT, free, perLayer, windows));
    names("mamba rwkv6 rwkv6qwen2 rwkv7 arwkv7")
        .forEach(
            name ->
                REFUSED.put(
                    name, "keeps a state in place of K and V, so no session could go back"));
    names("bert nomic-bert jina-bert-v2 t5encoder")
        .forEach(name -> REFUSED.put(name, "encodes texts and writes none"));
    REFUSED.put("t5", "has an encoder before its decoder, which sessions of tokens don't feed");
    REFUSED.put("wavtokenizer-dec", "makes sound, not text");
    REFUSED.put("gptj", "has a name but no graph in llama.cpp b4916");
    REFUSED.put(
        "gemma3",
        "sees images both ways, for which llama.cpp b4916 gives logits that are not numbers");
    REFUSED.put("qwen2vl", "needs positions in three dimensions, which sessions don't give");
  }

  private static List<String> names(String names) {
    return Arrays.asList(names.split(" "));
  }

  private static void add(
      String name, Heads heads, List<String> free, List<String> perLayer, List<String> windows) {
    KNOWN.put(
        name,
        new Architecture(
            name,
            heads,
            free.contains(name) || heads == Heads.LATENT,
            perLayer.contains(name),
            windows.contains(name)));
  }

  /** An architecture that runs here. */
  static Optional<Architecture> of(String name) {
    return Optional.ofNullable(KNOWN.get(name));
  }

  /** Why an architecture that llama.cpp knows doesn't run here. */
  static Optional<String> refusal(String name) {
    return Optional.ofNullable(REFUSED.get(name));
  }

  /** The names of those that run here, sorted. */
  static List<String> names() {
    return List.copyOf(KNOWN.keySet());
  }
}
