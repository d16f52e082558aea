// What this plugin uses of llama.cpp (tag b4916), declared by hand and looked up by name at run time:
// nothing is linked, so no library of the same name in the process can take the place of ours.
#ifndef EDGEVLM_LLAMA_B4916_H
#define EDGEVLM_LLAMA_B4916_H

#include <cstddef>
#include <cstdint>

struct llama_model;
struct llama_context;
struct llama_vocab;
struct llama_sampler;

struct llama_model_params {
  void *devices;
  int32_t n_gpu_layers;
  int split_mode;
  int32_t main_gpu;
  const float *tensor_split;
  bool (*progress_callback)(float progress, void *data);
  void *progress_callback_user_data;
  const void *kv_overrides;
  bool vocab_only;
  bool use_mmap;
  bool use_mlock;
  bool check_tensors;
};

struct llama_context_params {
  uint32_t n_ctx;
  uint32_t n_batch;
  uint32_t n_ubatch;
  uint32_t n_seq_max;
  int32_t n_threads;
  int32_t n_threads_batch;
  int rope_scaling_type;
  int pooling_type;
  int attention_type;
  float rope_freq_base;
  float rope_freq_scale;
  float yarn_ext_factor;
  float yarn_attn_factor;
  float yarn_beta_fast;
  float yarn_beta_slow;
  uint32_t yarn_orig_ctx;
  float defrag_thold;
  void *cb_eval;
  void *cb_eval_user_data;
  int type_k;
  int type_v;
  bool logits_all;
  bool embeddings;
  bool offload_kqv;
  bool flash_attn;
  bool no_perf;
  void *abort_callback;
  void *abort_callback_data;
};

struct llama_batch {
  int32_t n_tokens;
  int32_t *token;
  float *embd;
  int32_t *pos;
  int32_t *n_seq_id;
  int32_t **seq_id;
  int8_t *logits;
};

struct llama_token_data {
  int32_t id;
  float logit;
  float p;
};

struct llama_token_data_array {
  llama_token_data *data;
  size_t size;
  int64_t selected;
  bool sorted;
};

struct llama_chat_message {
  const char *role;
  const char *content;
};

typedef void (*llama_log)(int level, const char *text, void *data);

constexpr int LOG_WARN = 3;
constexpr int LOG_ERROR = 4;
constexpr int LOG_CONTINUED = 5;
constexpr int POOLING_NONE = 0;
constexpr int ATTENTION_CAUSAL = 0;

// Result, name, parameters.
#define LLAMA_FUNCTIONS(F) \
  F(void, llama_backend_init, (void)) \
  F(void, llama_log_set, (llama_log callback, void *data)) \
  F(llama_model_params, llama_model_default_params, (void)) \
  F(llama_context_params, llama_context_default_params, (void)) \
  F(llama_model *, llama_model_load_from_file, (const char *path, llama_model_params params)) \
  F(void, llama_model_free, (llama_model *model)) \
  F(const llama_vocab *, llama_model_get_vocab, (const llama_model *model)) \
  F(const char *, llama_model_chat_template, (const llama_model *model, const char *name)) \
  F(bool, llama_model_has_encoder, (const llama_model *model)) \
  F(bool, llama_model_is_recurrent, (const llama_model *model)) \
  F(int32_t, llama_model_n_embd, (const llama_model *model)) \
  F(llama_context *, llama_init_from_model, (llama_model *model, llama_context_params params)) \
  F(void, llama_free, (llama_context *context)) \
  F(uint32_t, llama_n_ctx, (const llama_context *context)) \
  F(int32_t, llama_decode, (llama_context *context, llama_batch batch)) \
  F(float *, llama_get_logits, (llama_context *context)) \
  F(void, llama_kv_self_clear, (llama_context *context)) \
  F(bool, llama_kv_self_seq_rm, (llama_context *context, int32_t sequence, int32_t from, int32_t to)) \
  F(void, llama_kv_self_seq_add, (llama_context *context, int32_t sequence, int32_t from, int32_t to, int32_t delta)) \
  F(bool, llama_kv_self_can_shift, (const llama_context *context)) \
  F(int32_t, llama_vocab_n_tokens, (const llama_vocab *vocab)) \
  F(int32_t, llama_vocab_bos, (const llama_vocab *vocab)) \
  F(bool, llama_vocab_get_add_bos, (const llama_vocab *vocab)) \
  F(bool, llama_vocab_is_eog, (const llama_vocab *vocab, int32_t token)) \
  F(bool, llama_vocab_is_control, (const llama_vocab *vocab, int32_t token)) \
  F(const char *, llama_vocab_get_text, (const llama_vocab *vocab, int32_t token)) \
  F(int32_t, llama_tokenize, (const llama_vocab *vocab, const char *text, int32_t length, int32_t *tokens, \
      int32_t capacity, bool add_special, bool parse_special)) \
  F(int32_t, llama_token_to_piece, (const llama_vocab *vocab, int32_t token, char *buffer, int32_t length, \
      int32_t strip, bool special)) \
  F(int32_t, llama_chat_apply_template, (const char *text, const llama_chat_message *chat, size_t messages, \
      bool open_answer, char *buffer, int32_t length)) \
  F(llama_sampler *, llama_sampler_init_grammar, (const llama_vocab *vocab, const char *grammar, const char *root)) \
  F(llama_sampler *, llama_sampler_clone, (const llama_sampler *sampler)) \
  F(void, llama_sampler_accept, (llama_sampler *sampler, int32_t token)) \
  F(void, llama_sampler_apply, (llama_sampler *sampler, llama_token_data_array *candidates)) \
  F(void, llama_sampler_free, (llama_sampler *sampler))

struct Functions {
#define DECLARE(result, name, parameters) result(*name) parameters;
  LLAMA_FUNCTIONS(DECLARE)
#undef DECLARE
};

#endif
