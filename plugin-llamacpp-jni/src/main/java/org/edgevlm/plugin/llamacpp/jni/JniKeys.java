package org.edgevlm.plugin.llamacpp.jni;

import java.util.List;
import java.util.Optional;
import org.edgevlm.plugin.llamacpp.jni.model.FlashAttention;
import org.edgevlm.plugin.llamacpp.jni.model.KvType;
import org.edgevlm.plugin.llamacpp.jni.model.ModelSettings;
import org.edgevlm.spi.ConfigKey;
import org.edgevlm.spi.ConfigValues;
import org.edgevlm.spi.PluginContext;

/** The keys of the section {@code llamacpp-jni}. */
final class JniKeys {

  static final ConfigKey<Integer> THREADS =
      ConfigKey.integer("threads", 0, 0, 512, "threads that compute; 0 for one a processor");

  static final ConfigKey<Integer> THREADS_BATCH =
      ConfigKey.integer("threads_batch", 0, 0, 512, "threads that compute prompts; 0 for threads");

  static final ConfigKey<Integer> CONTEXT_LENGTH =
      ConfigKey.integer(
          "context_length",
          0,
          0,
          131_072,
          "positions of a conversation; 0 for the model's own, at most 2048");

  static final ConfigKey<Integer> BATCH =
      ConfigKey.integer("batch", 512, 1, 16_384, "prompt tokens handed to llama.cpp together");

  static final ConfigKey<Integer> MICRO_BATCH =
      ConfigKey.integer(
          "micro_batch",
          512,
          1,
          4096,
          "prompt tokens computed together, at most batch; fewer take less memory");

  static final ConfigKey<Boolean> MMAP =
      ConfigKey.flag("mmap", true, "whether weights are mapped from the file, not read");

  static final ConfigKey<Boolean> MLOCK =
      ConfigKey.flag("mlock", false, "whether weights are locked in memory, never swapped out");

  static final ConfigKey<KvType> KV_TYPE_K =
      ConfigKey.choice("kv_type_k", KvType.F16, "type that keys are stored in");

  static final ConfigKey<KvType> KV_TYPE_V =
      ConfigKey.choice(
          "kv_type_v",
          KvType.F16,
          "type that values are stored in; all but f16 need flash_attention");

  static final ConfigKey<FlashAttention> FLASH_ATTENTION =
      ConfigKey.choice(
          "flash_attention",
          FlashAttention.AUTO,
          "whether attention is computed in one fused pass; auto where the model allows it");

  static final ConfigKey<Boolean> CONTEXT_SHIFT =
      ConfigKey.flag(
          "context_shift", false, "whether a full conversation drops its oldest half and goes on");

  static final ConfigKey<Integer> CONTEXT_KEEP =
      ConfigKey.integer(
          "context_keep",
          0,
          0,
          131_072,
          "positions at the beginning that context_shift never drops");

  static final ConfigKey<String> CHAT_TEMPLATE =
      ConfigKey.text(
          "chat_template",
          "auto",
          "auto for the model file's own, or a name that llama.cpp knows, such as vicuna or chatml");

  static final List<ConfigKey<?>> ALL =
      List.of(
          THREADS,
          THREADS_BATCH,
          CONTEXT_LENGTH,
          BATCH,
          MICRO_BATCH,
          MMAP,
          MLOCK,
          KV_TYPE_K,
          KV_TYPE_V,
          FLASH_ATTENTION,
          CONTEXT_SHIFT,
          CONTEXT_KEEP,
          CHAT_TEMPLATE);

  private JniKeys() {}

  static ModelSettings settings(PluginContext context) {
    ConfigValues config = context.config();
    int threads = config.get(THREADS);
    int all = threads == 0 ? context.platform().processors() : threads;
    int batchThreads = config.get(THREADS_BATCH);
    String template = config.get(CHAT_TEMPLATE);
    return new ModelSettings(
        all,
        batchThreads == 0 ? all : batchThreads,
        config.get(CONTEXT_LENGTH),
        config.get(BATCH),
        config.get(MICRO_BATCH),
        config.get(MMAP),
        config.get(MLOCK),
        config.get(KV_TYPE_K),
        config.get(KV_TYPE_V),
        config.get(FLASH_ATTENTION),
        config.get(CONTEXT_SHIFT),
        config.get(CONTEXT_KEEP),
        template.equals("auto") ? Optional.empty() : Optional.of(template));
  }
}
