// Vocabularies, chat templates and grammars.
#include <cmath>
#include <limits>
#include <memory>
#include <stdexcept>

#include "glue.h"

namespace {

constexpr jbyte END_OF_GENERATION = 1;
constexpr jbyte CONTROL = 2;

// A grammar's state and the candidates that it is asked about.
struct Grammar {
  llama_sampler *sampler = nullptr;
  int tokens = 0;
  std::vector<llama_token_data> candidates;

  ~Grammar() {
    if (sampler) {
      llama.llama_sampler_free(sampler);
    }
  }
};

Grammar *grammar_of(jlong handle) { return reinterpret_cast<Grammar *>(handle); }

bool allows(Grammar *grammar, int32_t token) {
  llama_token_data one{token, 0.0f, 0.0f};
  llama_token_data_array array{&one, 1, -1, false};
  llama.llama_sampler_apply(grammar->sampler, &array);
  return !std::isinf(one.logit);
}

}  // namespace

NATIVE(jint, vocabularySize)(JNIEnv *env, jclass, jlong model) {
  return guarded(env, [&]() -> jint { return llama.llama_vocab_n_tokens(vocab_of(model)); });
}

NATIVE(jint, beginOfText)(JNIEnv *env, jclass, jlong model) {
  return guarded(env, [&]() -> jint {
    const llama_vocab *vocab = vocab_of(model);
    return llama.llama_vocab_get_add_bos(vocab) ? llama.llama_vocab_bos(vocab) : -1;
  });
}

NATIVE(jbyteArray, tokenKinds)(JNIEnv *env, jclass, jlong model) {
  return guarded(env, [&]() -> jbyteArray {
    const llama_vocab *vocab = vocab_of(model);
    std::string kinds(static_cast<size_t>(llama.llama_vocab_n_tokens(vocab)), 0);
    for (size_t token = 0; token < kinds.size(); token++) {
      int32_t id = static_cast<int32_t>(token);
      kinds[token] = static_cast<char>((llama.llama_vocab_is_eog(vocab, id) ? END_OF_GENERATION : 0) |
                                       (llama.llama_vocab_is_control(vocab, id) ? CONTROL : 0));
    }
    return to_java(env, kinds.data(), kinds.size());
  });
}

NATIVE(jbyteArray, tokenText)(JNIEnv *env, jclass, jlong model, jint token) {
  return guarded(env, [&]() -> jbyteArray {
    std::string text = llama.llama_vocab_get_text(vocab_of(model), token);
    return to_java(env, text.data(), text.size());
  });
}

NATIVE(jbyteArray, piece)(JNIEnv *env, jclass, jlong model, jint token) {
  return guarded(env, [&]() -> jbyteArray {
    const llama_vocab *vocab = vocab_of(model);
    std::vector<char> buffer(256);
    int32_t length = llama.llama_token_to_piece(vocab, token, buffer.data(), static_cast<int32_t>(buffer.size()), 0, false);
    if (length < 0) {
      buffer.resize(static_cast<size_t>(-length));
      length = llama.llama_token_to_piece(vocab, token, buffer.data(), static_cast<int32_t>(buffer.size()), 0, false);
    }
    return to_java(env, buffer.data(), static_cast<size_t>(length < 0 ? 0 : length));
  });
}

NATIVE(jintArray, tokenize)(JNIEnv *env, jclass, jlong model, jbyteArray utf8, jboolean parse_special) {
  return guarded(env, [&]() -> jintArray {
    std::string text = bytes_of(env, utf8);
    std::vector<int32_t> tokens(text.size() + 2);
    const llama_vocab *vocab = vocab_of(model);
    int32_t length = static_cast<int32_t>(text.size());
    int32_t count = llama.llama_tokenize(vocab, text.data(), length, tokens.data(), static_cast<int32_t>(tokens.size()), false, parse_special);
    if (count < 0) {
      tokens.resize(static_cast<size_t>(-count));
      count = llama.llama_tokenize(vocab, text.data(), length, tokens.data(), static_cast<int32_t>(tokens.size()), false, parse_special);
    }
    if (count < 0) {
      throw std::runtime_error("llama_tokenize reports " + std::to_string(count));
    }
    jintArray array = env->NewIntArray(count);
    if (array) {
      env->SetIntArrayRegion(array, 0, count, reinterpret_cast<const jint *>(tokens.data()));
    }
    return array;
  });
}

NATIVE(jbyteArray, chatTemplate)(JNIEnv *env, jclass, jlong model) {
  return guarded(env, [&]() -> jbyteArray {
    const char *text = llama.llama_model_chat_template(model_of(model), nullptr);
    return text ? to_java(env, text, std::string(text).size()) : nullptr;
  });
}

// texts: role, content, role, content, … each ending with a NUL. Null where the template isn't known.
NATIVE(jbyteArray, applyTemplate)(JNIEnv *env, jclass, jbyteArray name, jbyteArray texts, jint messages, jboolean open_answer) {
  return guarded(env, [&]() -> jbyteArray {
    std::string chat_template = bytes_of(env, name);
    std::string all = bytes_of(env, texts);
    std::vector<llama_chat_message> chat(static_cast<size_t>(messages));
    const char *next = all.c_str();
    auto take = [&next] {
      const char *text = next;
      next += std::char_traits<char>::length(next) + 1;
      return text;
    };
    for (llama_chat_message &message : chat) {
      message.role = take();
      message.content = take();
    }
    std::vector<char> buffer(2 * all.size() + 1024);
    int32_t length = llama.llama_chat_apply_template(
        chat_template.c_str(), chat.data(), chat.size(), open_answer, buffer.data(), static_cast<int32_t>(buffer.size()));
    if (length > static_cast<int32_t>(buffer.size())) {
      buffer.resize(static_cast<size_t>(length));
      length = llama.llama_chat_apply_template(
          chat_template.c_str(), chat.data(), chat.size(), open_answer, buffer.data(), static_cast<int32_t>(buffer.size()));
    }
    return length < 0 ? nullptr : to_java(env, buffer.data(), static_cast<size_t>(length));
  });
}

NATIVE(jlong, openGrammar)(JNIEnv *env, jclass, jlong model, jbyteArray text) {
  return guarded(env, [&]() -> jlong {
    auto grammar = std::make_unique<Grammar>();
    const llama_vocab *vocab = vocab_of(model);
    grammar->tokens = llama.llama_vocab_n_tokens(vocab);
    take_last_error();
    grammar->sampler = llama.llama_sampler_init_grammar(vocab, bytes_of(env, text).c_str(), "root");
    if (!grammar->sampler) {
      std::string message = take_last_error();
      throw std::runtime_error(message.empty() ? "llama.cpp can't read the grammar" : message);
    }
    return reinterpret_cast<jlong>(grammar.release());
  });
}

NATIVE(jlong, copyGrammar)(JNIEnv *env, jclass, jlong handle) {
  return guarded(env, [&]() -> jlong {
    auto copy = std::make_unique<Grammar>();
    copy->tokens = grammar_of(handle)->tokens;
    copy->sampler = llama.llama_sampler_clone(grammar_of(handle)->sampler);
    return reinterpret_cast<jlong>(copy.release());
  });
}

NATIVE(void, freeGrammar)(JNIEnv *env, jclass, jlong handle) {
  guarded(env, [&] { delete grammar_of(handle); });
}

NATIVE(jboolean, grammarAllows)(JNIEnv *env, jclass, jlong handle, jint token) {
  return guarded(env, [&]() -> jboolean { return allows(grammar_of(handle), token); });
}

// False where the token isn't allowed: llama.cpp would end the process for some of these.
NATIVE(jboolean, acceptToken)(JNIEnv *env, jclass, jlong handle, jint token) {
  return guarded(env, [&]() -> jboolean {
    if (!allows(grammar_of(handle), token)) {
      return false;
    }
    llama.llama_sampler_accept(grammar_of(handle)->sampler, token);
    return true;
  });
}

// Tokens that are out already aren't asked about again.
NATIVE(void, maskLogits)(JNIEnv *env, jclass, jlong handle, jfloatArray logits) {
  guarded(env, [&] {
    Grammar *grammar = grammar_of(handle);
    grammar->candidates.clear();
    grammar->candidates.reserve(static_cast<size_t>(grammar->tokens));
    float *values = static_cast<float *>(env->GetPrimitiveArrayCritical(logits, nullptr));
    if (!values) {
      throw std::bad_alloc();
    }
    constexpr float out = -std::numeric_limits<float>::infinity();
    for (int32_t token = 0; token < grammar->tokens; token++) {
      if (values[token] != out) {
        grammar->candidates.push_back({token, 0.0f, 0.0f});
      }
    }
    env->ReleasePrimitiveArrayCritical(logits, values, JNI_ABORT);
    llama_token_data_array array{grammar->candidates.data(), grammar->candidates.size(), -1, false};
    llama.llama_sampler_apply(grammar->sampler, &array);
    values = static_cast<float *>(env->GetPrimitiveArrayCritical(logits, nullptr));
    if (!values) {
      throw std::bad_alloc();
    }
    for (size_t i = 0; i < array.size; i++) {
      if (std::isinf(array.data[i].logit)) {
        values[array.data[i].id] = out;
      }
    }
    env->ReleasePrimitiveArrayCritical(logits, values, 0);
  });
}
