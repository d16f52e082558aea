package org.edgevlm.plugin.llamacpp.jni;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Random;
import org.edgevlm.gguf.writer.GgufWriter;
import org.edgevlm.gguf.writer.TinyVocabulary;

/** Small models of several architectures with random weights, F32. */
final class RandomModels {

  static final int WIDTH = 128;
  static final int HEADS = 4;
  static final int KV_HEADS = 2;
  static final int HEAD = WIDTH / HEADS;
  static final int INNER = 192;
  static final int TOKENS = 400;
  static final int LAYERS = 2;
  static final int CONTEXT = 512;

  private final GgufWriter writer;
  private final int layers;
  private final String architecture;
  private final Random random = new Random(11);

  private RandomModels(String architecture) {
    this.architecture = architecture;
    writer = new GgufWriter(architecture);
    layers = architecture.equals("gemma2") ? 26 : LAYERS;
    writer.string("general.name", "random-" + architecture.replace("phi", "p"));
    number("block_count", layers);
    number("embedding_length", WIDTH);
    number("feed_forward_length", INNER);
    number("attention.head_count", HEADS);
    number("attention.head_count_kv", KV_HEADS);
    number("context_length", CONTEXT);
    TinyVocabulary.write(writer, TOKENS);
    matrix("token_embd.weight", 1, WIDTH, TOKENS);
    vector("output_norm.weight", 1, WIDTH);
  }

  /** A model, before it is written. */
  static GgufWriter of(String architecture) {
    RandomModels model = new RandomModels(architecture);
    switch (architecture) {
      case "llama", "qwen2", "internlm2" -> model.llama(architecture.equals("qwen2"));
      case "gemma2" -> model.gemma();
      case "phi3" -> model.phi3();
      case "gpt2" -> model.gpt2();
      case "starcoder2" -> model.starcoder2();
      default -> throw new IllegalArgumentException(architecture);
    }
    return model.writer;
  }

  /** A model's file in a folder. */
  static Path file(Path folder, String architecture) {
    try {
      return of(architecture).write(folder.resolve(architecture + ".gguf"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void llama(boolean biases) {
    rms();
    matrix("output.weight", 2, WIDTH, TOKENS);
    for (int i = 0; i < layers; i++) {
      String block = "blk." + i + ".";
      vector(block + "attn_norm.weight", 1, WIDTH);
      attention(block, biases, false);
      vector(block + "ffn_norm.weight", 1, WIDTH);
      gated(block);
    }
  }

  private void gemma() {
    rms();
    number("attention.sliding_window", 32);
    number("attention.key_length", HEAD);
    number("attention.value_length", HEAD);
    writer.float32("gemma2.attn_logit_softcapping", 50);
    writer.float32("gemma2.final_logit_softcapping", 30);
    for (int i = 0; i < layers; i++) {
      String block = "blk." + i + ".";
      vector(block + "attn_norm.weight", 1, WIDTH);
      attention(block, false, false);
      vector(block + "post_attention_norm.weight", 1, WIDTH);
      vector(block + "ffn_norm.weight", 1, WIDTH);
      gated(block);
      vector(block + "post_ffw_norm.weight", 1, WIDTH);
    }
  }

  private void phi3() {
    rms();
    number("attention.sliding_window", 64);
    number("rope.dimension_count", HEAD);
    matrix("output.weight", 2, WIDTH, TOKENS);
    for (int i = 0; i < layers; i++) {
      String block = "blk." + i + ".";
      vector(block + "attn_norm.weight", 1, WIDTH);
      matrix(block + "attn_qkv.weight", 2, WIDTH, WIDTH + 2 * KV_HEADS * HEAD);
      matrix(block + "attn_output.weight", 1, WIDTH, WIDTH);
      vector(block + "ffn_norm.weight", 1, WIDTH);
      matrix(block + "ffn_down.weight", 1, INNER, WIDTH);
      matrix(block + "ffn_up.weight", 1, WIDTH, 2 * INNER);
    }
  }

  private void gpt2() {
    writer.remove("gpt2.attention.head_count_kv");
    writer.float32("gpt2.attention.layer_norm_epsilon", 1e-5f);
    matrix("position_embd.weight", 1, WIDTH, CONTEXT);
    vector("output_norm.bias", 0, WIDTH);
    matrix("output.weight", 2, WIDTH, TOKENS);
    for (int i = 0; i < layers; i++) {
      String block = "blk." + i + ".";
      norm(block + "attn_norm");
      linear(block + "attn_qkv", 2, WIDTH, 3 * WIDTH);
      linear(block + "attn_output", 1, WIDTH, WIDTH);
      norm(block + "ffn_norm");
      linear(block + "ffn_up", 1, WIDTH, INNER);
      linear(block + "ffn_down", 1, INNER, WIDTH);
    }
  }

  private void starcoder2() {
    writer.float32("starcoder2.attention.layer_norm_epsilon", 1e-5f);
    vector("output_norm.bias", 0, WIDTH);
    matrix("output.weight", 2, WIDTH, TOKENS);
    for (int i = 0; i < layers; i++) {
      String block = "blk." + i + ".";
      norm(block + "attn_norm");
      attention(block, true, true);
      norm(block + "ffn_norm");
      linear(block + "ffn_up", 1, WIDTH, INNER);
      linear(block + "ffn_down", 1, INNER, WIDTH);
    }
  }

  private void attention(String block, boolean biases, boolean outputBias) {
    matrix(block + "attn_q.weight", 2, WIDTH, WIDTH);
    matrix(block + "attn_k.weight", 1, WIDTH, KV_HEADS * HEAD);
    matrix(block + "attn_v.weight", 1, WIDTH, KV_HEADS * HEAD);
    matrix(block + "attn_output.weight", 1, WIDTH, WIDTH);
    if (biases) {
      vector(block + "attn_q.bias", 0, WIDTH);
      vector(block + "attn_k.bias", 0, KV_HEADS * HEAD);
      vector(block + "attn_v.bias", 0, KV_HEADS * HEAD);
    }
    if (outputBias) {
      vector(block + "attn_output.bias", 0, WIDTH);
    }
  }

  private void gated(String block) {
    matrix(block + "ffn_gate.weight", 1, WIDTH, INNER);
    matrix(block + "ffn_up.weight", 1, WIDTH, INNER);
    matrix(block + "ffn_down.weight", 1, INNER, WIDTH);
  }

  private void norm(String name) {
    vector(name + ".weight", 1, WIDTH);
    vector(name + ".bias", 0, WIDTH);
  }

  private void linear(String name, double gain, int in, int out) {
    matrix(name + ".weight", gain, in, out);
    vector(name + ".bias", 0, out);
  }

  private void rms() {
    writer.float32(architecture + ".attention.layer_norm_rms_epsilon", 1e-5f);
  }

  private void number(String name, int value) {
    writer.uint32(architecture + "." + name, value);
  }

  private void vector(String name, float mean, int length) {
    writer.floats(name, numbers(length, mean, 0.2), length);
  }

  private void matrix(String name, double gain, int in, int out) {
    writer.floats(name, numbers(in * out, 0, gain / Math.sqrt(in)), in, out);
  }

  private float[] numbers(int count, double mean, double deviation) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) (mean + deviation * random.nextGaussian());
    }
    return numbers;
  }
}
