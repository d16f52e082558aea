// Contexts: a session's KV cache and working memory, and the batches that go through them.
#include <cmath>
#include <memory>
#include <stdexcept>

#include "glue.h"

namespace {

// A context with the arrays of its batches, made once.
struct Session {
  llama_context *context = nullptr;
  int batch = 0;
  std::vector<int32_t> tokens, positions, sequence_counts;
  std::vector<int32_t *> sequences;
  std::vector<int8_t> wanted;
  int32_t sequence = 0;

  ~Session() {
    if (context) {
      llama.llama_free(context);
    }
  }
};

Session *session_of(jlong handle) { return reinterpret_cast<Session *>(handle); }

enum Outputs { NONE = 0, LAST = 1, ALL = 2 };

// The address of the first row of logits, or 0 where none was wanted.
jlong decode(Session *session, int32_t *tokens, float *rows, int count, int position, int outputs) {
  for (int i = 0; i < count; i++) {
    session->positions[i] = position + i;
    session->wanted[i] = outputs == ALL || (outputs == LAST && i == count - 1);
  }
  llama_batch batch{count,
                    tokens,
                    rows,
                    session->positions.data(),
                    session->sequence_counts.data(),
                    session->sequences.data(),
                    session->wanted.data()};
  take_last_error();
  int32_t status;
  try {
    status = llama.llama_decode(session->context, batch);
  } catch (...) {
    llama.llama_kv_self_seq_rm(session->context, 0, position, -1);
    throw;
  }
  if (status != 0) {
    std::string message = take_last_error();
    llama.llama_kv_self_seq_rm(session->context, 0, position, -1);
    throw std::runtime_error("llama_decode reports status " + std::to_string(status) + (message.empty() ? "" : ": " + message));
  }
  return outputs == NONE ? 0 : reinterpret_cast<jlong>(llama.llama_get_logits(session->context));
}

}  // namespace

NATIVE(jlong, openContext)
(JNIEnv *env, jclass, jlong model, jint positions, jint batch, jint micro_batch, jint threads, jint batch_threads, jint type_k, jint type_v,
 jboolean flash) {
  return guarded(env, [&]() -> jlong {
    auto session = std::make_unique<Session>();
    session->batch = batch;
    session->tokens.resize(batch);
    session->positions.resize(batch);
    session->sequence_counts.assign(batch, 1);
    session->sequences.assign(batch, &session->sequence);
    session->wanted.resize(batch);
    llama_context_params params = llama.llama_context_default_params();
    params.n_ctx = positions;
    params.n_batch = batch;
    params.n_ubatch = micro_batch;
    params.n_threads = threads;
    params.n_threads_batch = batch_threads;
    // Whatever the file says: this decodes.
    params.pooling_type = POOLING_NONE;
    params.attention_type = ATTENTION_CAUSAL;
    params.type_k = type_k;
    params.type_v = type_v;
    params.flash_attn = flash;
    params.no_perf = true;
    take_last_error();
    session->context = llama.llama_init_from_model(model_of(model), params);
    if (!session->context) {
      std::string message = take_last_error();
      throw std::runtime_error(message.empty() ? "llama.cpp can't make a context" : message);
    }
    return reinterpret_cast<jlong>(session.release());
  });
}

NATIVE(void, freeContext)(JNIEnv *env, jclass, jlong handle) {
  guarded(env, [&] { delete session_of(handle); });
}

NATIVE(jlong, decodeTokens)(JNIEnv *env, jclass, jlong handle, jintArray tokens, jint offset, jint count, jint position, jint outputs) {
  return guarded(env, [&]() -> jlong {
    Session *session = session_of(handle);
    env->GetIntArrayRegion(tokens, offset, count, reinterpret_cast<jint *>(session->tokens.data()));
    return env->ExceptionCheck() ? 0 : decode(session, session->tokens.data(), nullptr, count, position, outputs);
  });
}

NATIVE(jlong, decodeRows)
(JNIEnv *env, jclass, jlong handle, jobject rows, jlong offset, jint count, jint position, jint outputs) {
  return guarded(env, [&]() -> jlong {
    float *data = static_cast<float *>(env->GetDirectBufferAddress(rows)) + offset;
    return decode(session_of(handle), nullptr, data, count, position, outputs);
  });
}

NATIVE(jboolean, finite)(JNIEnv *env, jclass, jobject rows, jlong count) {
  return guarded(env, [&]() -> jboolean {
    const float *data = static_cast<const float *>(env->GetDirectBufferAddress(rows));
    float sum = 0;
    for (jlong i = 0; i < count; i++) {
      // 0 × infinity and 0 × NaN are NaN, so one of them spoils the sum.
      sum += data[i] * 0.0f;
    }
    return sum == 0.0f;
  });
}

NATIVE(jobject, view)(JNIEnv *env, jclass, jlong address, jlong bytes) {
  return env->NewDirectByteBuffer(reinterpret_cast<void *>(address), bytes);
}

NATIVE(jint, positions)(JNIEnv *env, jclass, jlong handle) {
  return guarded(env, [&]() -> jint { return static_cast<jint>(llama.llama_n_ctx(session_of(handle)->context)); });
}

NATIVE(void, clear)(JNIEnv *env, jclass, jlong handle) {
  guarded(env, [&] { llama.llama_kv_self_clear(session_of(handle)->context); });
}

NATIVE(jboolean, remove)(JNIEnv *env, jclass, jlong handle, jint from, jint to) {
  return guarded(env, [&]() -> jboolean { return llama.llama_kv_self_seq_rm(session_of(handle)->context, 0, from, to); });
}

NATIVE(void, shift)(JNIEnv *env, jclass, jlong handle, jint from, jint delta) {
  guarded(env, [&] { llama.llama_kv_self_seq_add(session_of(handle)->context, 0, from, -1, delta); });
}

NATIVE(jboolean, canShift)(JNIEnv *env, jclass, jlong handle) {
  return guarded(env, [&]() -> jboolean { return llama.llama_kv_self_can_shift(session_of(handle)->context); });
}
