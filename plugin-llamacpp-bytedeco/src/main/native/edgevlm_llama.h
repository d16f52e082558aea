// What this plugin uses of llama.cpp (tag b4916): vocabularies and chat templates.
#ifndef EDGEVLM_LLAMA_H
#define EDGEVLM_LLAMA_H

#include <cstddef>
#include <cstdint>

extern "C" {

struct llama_model;
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

struct llama_chat_message {
  const char *role;
  const char *content;
};

void llama_backend_init(void);
void llama_log_set(void (*callback)(int level, const char *text, void *data), void *data);
struct llama_model_params llama_model_default_params(void);
struct llama_model *llama_model_load_from_file(const char *path, struct llama_model_params params);
void llama_model_free(struct llama_model *model);
const struct llama_vocab *llama_model_get_vocab(const struct llama_model *model);
int32_t llama_vocab_n_tokens(const struct llama_vocab *vocab);
int32_t llama_vocab_bos(const struct llama_vocab *vocab);
bool llama_vocab_get_add_bos(const struct llama_vocab *vocab);
bool llama_vocab_is_eog(const struct llama_vocab *vocab, int32_t token);
bool llama_vocab_is_control(const struct llama_vocab *vocab, int32_t token);
const char *llama_vocab_get_text(const struct llama_vocab *vocab, int32_t token);
int32_t llama_tokenize(const struct llama_vocab *vocab, const char *text, int32_t length, int32_t *tokens,
    int32_t capacity, bool add_special, bool parse_special);
int32_t llama_token_to_piece(const struct llama_vocab *vocab, int32_t token, char *buffer, int32_t length, int32_t lstrip, bool special);
const char *llama_model_chat_template(const struct llama_model *model, const char *name);
int32_t llama_chat_apply_template(const char *tmpl, const struct llama_chat_message *chat, size_t messages,
    bool add_assistant, char *buffer, int32_t length);

}  // extern "C"

static inline void edgevlm_ignore_log(int, const char *, void *) {}
static inline void edgevlm_silence() { llama_log_set(edgevlm_ignore_log, nullptr); }

static inline llama_model *edgevlm_load_vocabulary(const char *path) {
  llama_model_params params = llama_model_default_params();
  params.vocab_only = true;
  return llama_model_load_from_file(path, params);
}

// texts: role, content, role, content, … each ending with a NUL.
static inline int edgevlm_apply_template(const char *tmpl, const char *texts, int messages, bool add_assistant, char *buffer, int length) {
  llama_chat_message *chat = new llama_chat_message[messages];
  for (int i = 0; i < messages; i++) {
    chat[i].role = texts;
    while (*texts++) {}
    chat[i].content = texts;
    while (*texts++) {}
  }
  int n = llama_chat_apply_template(tmpl, chat, (size_t)messages, add_assistant, buffer, length);
  delete[] chat;
  return n;
}

#endif
