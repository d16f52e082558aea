package org.edgevlm.dist.fuzz;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.edgevlm.dist.fuzz.GgufImage.Pair;
import org.edgevlm.dist.fuzz.GgufImage.Tensor;

/** Makes {@link Recipe recipes} up that know a header's parts. */
final class HeaderMutator {

  /** Texts that are nothing in particular. */
  static final List<String> SCRAPS =
      List.of(
          "\\u0000",
          "\\ud800",
          "\\uffff",
          "\\u00e9",
          "\\ud83d\\ude00",
          "{%",
          "}}",
          "<s>",
          "</s>",
          "\\n",
          "%s%n",
          "<0x0A>",
          "root",
          "::=",
          "\\\\",
          "1e999",
          "-0",
          "\\_");

  private static final List<String> WHOLE =
      List.of(
          "0",
          "1",
          "-1",
          "2",
          "3",
          "4",
          "5",
          "7",
          "8",
          "16",
          "31",
          "32",
          "33",
          "48",
          "64",
          "127",
          "128",
          "255",
          "256",
          "300",
          "512",
          "1000",
          "65535",
          "65536",
          "2147483647",
          "2147483648",
          "4294967295",
          "9223372036854775807",
          "-9223372036854775808");

  private static final List<String> FRACTIONS =
      List.of(
          "0",
          "-0.0",
          "1",
          "-1",
          "0.5",
          "1e-30",
          "1e-45",
          "3.4e38",
          "-3.4e38",
          "NaN",
          "Infinity",
          "-Infinity",
          "10000",
          "1e9");

  private static final List<String> TYPES =
      List.of(
          "u8", "i8", "u16", "i16", "u32", "i32", "f32", "bool", "str", "array", "u64", "i64",
          "f64", "13", "-1");

  private static final List<String> TENSOR_TYPES =
      List.of(
          "f32", "f16", "bf16", "q4_0", "q8_0", "q4_k", "q6_k", "q8_1", "q8_k", "i8", "i32", "f64",
          "iq2_xxs", "tq1_0", "4", "36", "99", "-1");

  private static final List<String> ARCHITECTURES =
      List.of(
          "llama deci baichuan falcon grok gpt2 gptj gptneox mpt starcoder refact bert bloom stablelm"
              .split(" "));

  private static final List<String> MORE_ARCHITECTURES =
      List.of(
          ("qwen qwen2 qwen2moe qwen2vl phi2 phi3 plamo codeshell orion internlm2 minicpm minicpm3"
                  + " gemma gemma2 gemma3 starcoder2 mamba xverse command-r cohere2 dbrx olmo olmo2"
                  + " olmoe openelm arctic deepseek deepseek2 chatglm bitnet t5 jais nemotron exaone"
                  + " rwkv6 rwkv7 granite granitemoe chameleon clip nothing")
              .split(" "));

  /** Keys that a seed may lack, of the architecture and of all. */
  private static final List<String> NUMBERS =
      List.of(
          "llama.rope.dimension_count",
          "llama.attention.key_length",
          "llama.attention.value_length",
          "llama.expert_count",
          "llama.expert_used_count",
          "llama.attention.sliding_window",
          "llama.vocab_size",
          "llama.rope.scaling.original_context_length",
          "llama.leading_dense_block_count",
          "llama.attention.kv_lora_rank",
          "llama.attention.group_norm_groups",
          "llama.pooling_type",
          "general.alignment",
          "general.file_type",
          "general.quantization_version",
          "split.count",
          "split.no",
          "tokenizer.ggml.token_type_count",
          "tokenizer.ggml.bos_token_id",
          "tokenizer.ggml.eos_token_id",
          "tokenizer.ggml.eot_token_id",
          "tokenizer.ggml.eom_token_id",
          "tokenizer.ggml.unknown_token_id",
          "tokenizer.ggml.padding_token_id",
          "tokenizer.ggml.seperator_token_id",
          "tokenizer.ggml.mask_token_id",
          "tokenizer.ggml.fim_pre_token_id",
          "clip.vision.projection_dim",
          "clip.vision.feature_layer");

  private static final List<String> FLOATS =
      List.of(
          "llama.rope.freq_base",
          "llama.rope.scaling.factor",
          "llama.rope.scaling.attn_factor",
          "llama.rope.scaling.yarn_log_multiplier",
          "llama.attention.layer_norm_epsilon",
          "llama.attention.layer_norm_rms_epsilon",
          "llama.attention.max_alibi_bias",
          "llama.attention.clamp_kqv",
          "llama.logit_scale",
          "llama.attention.scale",
          "llama.residual_scale",
          "llama.embedding_scale",
          "clip.vision.attention.layer_norm_epsilon");

  private static final List<String> FLAGS =
      List.of(
          "llama.attention.causal",
          "llama.use_parallel_residual",
          "tokenizer.ggml.add_bos_token",
          "tokenizer.ggml.add_eos_token",
          "tokenizer.ggml.add_space_prefix",
          "tokenizer.ggml.remove_extra_whitespaces",
          "clip.use_gelu",
          "clip.use_silu",
          "clip.has_vision_encoder",
          "clip.has_llava_projector");

  private static final List<String> TEXTS =
      List.of(
          "llama.rope.scaling.type yarn",
          "llama.rope.scaling.type longrope",
          "llama.rope.scaling.type linear",
          "tokenizer.ggml.model bert",
          "tokenizer.ggml.model t5",
          "tokenizer.ggml.model rwkv",
          "tokenizer.ggml.model no_vocab",
          "tokenizer.ggml.model gpt2",
          "tokenizer.ggml.pre tekken",
          "tokenizer.ggml.pre chatglm-bpe",
          "tokenizer.ggml.pre jina-v2-de",
          "general.name phi-3",
          "clip.projector_type ldp",
          "clip.projector_type resampler",
          "edgevlm.vision.resize sideways",
          "tokenizer.chat_template {%<<3000*{%>>",
          "tokenizer.chat_template chatml");

  private final Map<String, GgufImage> images = new HashMap<>();
  private final Seeds seeds;

  HeaderMutator(Seeds seeds) {
    this.seeds = seeds;
  }

  /** One seed and a few edits. */
  String recipe(Random random, List<String> of) {
    String seed = Mutator.pick(random, of);
    GgufImage image = images.computeIfAbsent(seed, name -> new GgufImage(seeds.file(name)));
    List<String> edits = new ArrayList<>(List.of(seed));
    if (seed.equals("llama") && random.nextInt(3) == 0) {
      edits.add(
          "arch "
              + Mutator.pick(random, random.nextInt(4) == 0 ? ARCHITECTURES : MORE_ARCHITECTURES));
    }
    for (int i = 0; i <= random.nextInt(3); i++) {
      edits.add(edit(random, image));
    }
    return String.join(" | ", edits);
  }

  private static String edit(Random random, GgufImage image) {
    Pair pair = Mutator.pick(random, image.pairs);
    String key = pair.key();
    return switch (random.nextInt(22)) {
      case 0, 1, 2, 3 -> "set " + key + " " + typed(random, TYPES.get(pair.type()));
      case 4, 5 -> "set " + key + " " + typed(random, Mutator.pick(random, TYPES));
      case 6, 7 -> "set " + Mutator.pick(random, NUMBERS) + " u32 " + Mutator.pick(random, WHOLE);
      case 8 -> "set " + Mutator.pick(random, FLOATS) + " " + typed(random, "f32");
      case 9 -> "set " + Mutator.pick(random, FLAGS) + " bool " + random.nextInt(3);
      case 10 -> {
        String[] text = Mutator.pick(random, TEXTS).split(" ", 2);
        yield "set " + text[0] + " str " + text[1];
      }
      case 11 -> "drop " + key;
      case 12 -> Mutator.pick(random, List.of("twice " + key, "rename " + key + " x.y"));
      case 13 -> array(random, key);
      case 14, 15 -> {
        String value = Mutator.pick(random, random.nextBoolean() ? WHOLE : FRACTIONS);
        List<String> arrays =
            image.pairs.stream().filter(p -> p.type() == 9).map(Pair::key).toList();
        String which = arrays.isEmpty() ? key : Mutator.pick(random, arrays);
        yield "element " + which + " " + random.nextInt(600) + " " + value;
      }
      case 16 ->
          Mutator.pick(random, List.of("version ", "pairs ", "tensors "))
              + Mutator.pick(random, WHOLE);
      case 17 -> "truncate " + random.nextInt(30_000);
      case 18 -> "flip " + random.nextInt(8 * 4000);
      default -> tensor(random, Mutator.pick(random, image.tensors));
    };
  }

  private static String typed(Random random, String type) {
    return type
        + " "
        + switch (type) {
          case "f32", "f64" -> Mutator.pick(random, FRACTIONS);
          case "bool" -> String.valueOf(random.nextInt(3));
          case "str" -> Mutator.pick(random, SCRAPS);
          default -> Mutator.pick(random, WHOLE);
        };
  }

  private static String array(Random random, String key) {
    String type = Mutator.pick(random, List.of("u8", "i32", "u32", "f32", "str", "array", "13"));
    int given = random.nextInt(5);
    StringBuilder edit = new StringBuilder("array " + key + " " + type + " ");
    edit.append(random.nextInt(3) > 0 ? String.valueOf(given) : Mutator.pick(random, WHOLE));
    for (int i = 0; i < given; i++) {
      edit.append(' ').append(Mutator.pick(random, type.equals("f32") ? FRACTIONS : WHOLE));
    }
    return edit.toString();
  }

  private static String tensor(Random random, Tensor tensor) {
    String edit = "tensor " + tensor.name() + " ";
    long[] shape = tensor.shape().clone();
    int d = random.nextInt(shape.length);
    return switch (random.nextInt(9)) {
      case 0 -> edit + "drop";
      case 1 -> edit + "twice";
      case 2 -> edit + "rename " + Mutator.pick(random, List.of("x", "blk.9.attn_q.weight", "v."));
      case 3 -> edit + "offset " + Mutator.pick(random, WHOLE);
      case 4, 5 -> edit + "type " + Mutator.pick(random, TENSOR_TYPES);
      case 6 -> {
        shape[d] = Long.parseLong(Mutator.pick(random, WHOLE));
        yield edit + "shape " + join(shape);
      }
      case 7 -> edit + "shape " + join(shape) + " " + Mutator.pick(random, WHOLE);
      default -> {
        shape[d] = Math.max(1, shape[d] + random.nextInt(65) - 32);
        yield edit + "shape " + join(shape);
      }
    };
  }

  private static String join(long[] shape) {
    StringBuilder text = new StringBuilder();
    for (long n : shape) {
      text.append(text.length() == 0 ? "" : " ").append(n);
    }
    return text.toString();
  }
}
