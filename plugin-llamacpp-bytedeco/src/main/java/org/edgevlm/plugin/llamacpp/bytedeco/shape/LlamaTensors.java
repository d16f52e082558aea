package org.edgevlm.plugin.llamacpp.bytedeco.shape;

import java.util.HashSet;
import java.util.Set;
import org.edgevlm.gguf.GgufFile;

/** Checks every tensor of a language model against its shape. */
final class LlamaTensors {

  /** Divisors of the rotary frequencies, one for each pair of elements. */
  static final String ROPE_FACTORS = "rope_freqs.weight";

  private LlamaTensors() {}

  static void check(GgufFile file, LlamaShape shape) {
    Checks checks = new Checks(file);
    Set<String> known = new HashSet<>();
    known.add(checks.matrix("token_embd.weight", shape.width(), shape.vocabularySize()).name());
    known.add(checks.vector("output_norm.weight", shape.width()).name());
    if (!shape.tiedHead()) {
      known.add(checks.matrix("output.weight", shape.width(), shape.vocabularySize()).name());
    }
    if (shape.ropeFactors()) {
      known.add(checks.vector(ROPE_FACTORS, shape.ropeDimension() / 2).name());
    }
    for (int layer = 0; layer < shape.layers(); layer++) {
      String block = "blk." + layer + ".";
      known.add(checks.vector(block + "attn_norm.weight", shape.width()).name());
      known.add(checks.vector(block + "ffn_norm.weight", shape.width()).name());
      attention(checks, known, block + "attn_q", shape.width(), shape.queryWidth());
      attention(checks, known, block + "attn_k", shape.width(), shape.kvWidth());
      attention(checks, known, block + "attn_v", shape.width(), shape.kvWidth());
      attention(checks, known, block + "attn_output", shape.queryWidth(), shape.width());
      if (file.tensor(block + "ffn_gate_inp.weight").isPresent()) {
        throw file.error(
            "tensor '"
                + block
                + "ffn_gate_inp.weight' belongs to a mixture of experts; only dense models run");
      }
      for (String name : new String[] {"ffn_gate.weight", "ffn_up.weight"}) {
        known.add(checks.matrix(block + name, shape.width(), shape.feedForward()).name());
      }
      known.add(
          checks.matrix(block + "ffn_down.weight", shape.feedForward(), shape.width()).name());
      known.add(block + "attn_rot_embd.weight"); // written by old converters, read by nobody
    }
    for (String name : file.tensors().keySet()) {
      if (!known.contains(name)) {
        throw file.error(
            "tensor '"
                + name
                + "' is not part of a llama model as the engine runs it: dense, with "
                + shape.layers()
                + " layers and biases only on attention matrices; without it the answers would be"
                + " wrong");
      }
    }
  }

  private static void attention(Checks checks, Set<String> known, String name, int in, int out) {
    known.add(checks.matrix(name + ".weight", in, out).name());
    if (checks.optionalVector(name + ".bias", out)) {
      known.add(name + ".bias");
    }
  }
}
