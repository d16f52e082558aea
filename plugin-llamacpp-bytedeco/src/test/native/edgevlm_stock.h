// Stock llama.cpp (tag b4916), declared by hand: one sequence, logits for chosen positions.
#ifndef EDGEVLM_STOCK_H
#define EDGEVLM_STOCK_H

#include <cstddef>
#include <cstdint>

extern "C" {

struct llama_model;
struct llama_context;
struct llama_vocab;

struct llama_model_params {
  void *devices;
  int32_t n_gpu_layers;
  int split_mode;
  int32_t main_gpu;
  const float *tensor_split;
  void *progress_callback;
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

typedef struct llama_batch {
  int32_t n_tokens;
  int32_t *token;
  float *embd;
  int32_t *pos;
  int32_t *n_seq_id;
  int32_t **seq_id;
  int8_t *logits;
} llama_batch;

void llama_log_set(void (*callback)(int level, const char *text, void *data), void *data);
struct llama_model_params llama_model_default_params(void);
struct llama_context_params llama_context_default_params(void);
struct llama_model *llama_model_load_from_file(const char *path, struct llama_model_params params);
void llama_model_free(struct llama_model *model);
struct llama_context *llama_init_from_model(struct llama_model *model, struct llama_context_params params);
void llama_free(struct llama_context *ctx);
struct llama_batch llama_batch_init(int32_t n_tokens, int32_t embd, int32_t n_seq_max);
void llama_batch_free(struct llama_batch batch);
int32_t llama_decode(struct llama_context *ctx, struct llama_batch batch);
float *llama_get_logits_ith(struct llama_context *ctx, int32_t i);
void llama_kv_self_clear(struct llama_context *ctx);
bool llama_kv_self_seq_rm(struct llama_context *ctx, int32_t seq, int32_t p0, int32_t p1);
int32_t llama_model_n_embd(const struct llama_model *model);

}  // extern "C"

static inline void edgevlm_stock_no_log(int, const char *, void *) {}

static inline llama_model *edgevlm_stock_load(const char *path) {
  llama_log_set(edgevlm_stock_no_log, nullptr);
  return llama_model_load_from_file(path, llama_model_default_params());
}

static inline llama_context *edgevlm_stock_context(llama_model *model, int n_ctx, int threads, bool flash) {
  llama_context_params p = llama_context_default_params();
  // A changed layout would show here: these are b4916's defaults.
  if (p.n_ctx != 512 || p.n_batch != 2048 || p.n_ubatch != 512 || p.n_seq_max != 1 || p.type_k != 1 || p.type_v != 1) return nullptr;
  p.n_ctx = (uint32_t)n_ctx;
  p.n_threads = p.n_threads_batch = threads;
  p.flash_attn = flash;
  return llama_init_from_model(model, p);
}

// Feeds tokens, or rows of an embedding where tokens is null, at a position. Logits of all positions, or the last.
static inline int edgevlm_stock_decode(llama_context *ctx, const int32_t *tokens, const float *rows, int width, int count, int position, bool all) {
  llama_batch batch = llama_batch_init(count, rows ? width : 0, 1);
  batch.n_tokens = count;
  for (int i = 0; i < count; i++) {
    if (rows) for (int j = 0; j < width; j++) batch.embd[(size_t)i * width + j] = rows[(size_t)i * width + j];
    else batch.token[i] = tokens[i];
    batch.pos[i] = position + i;
    batch.n_seq_id[i] = 1;
    batch.seq_id[i][0] = 0;
    batch.logits[i] = all || i == count - 1;
  }
  int rc = llama_decode(ctx, batch);
  llama_batch_free(batch);
  return rc;
}

#endif
