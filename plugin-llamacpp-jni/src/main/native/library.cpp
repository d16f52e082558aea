// Opens the private copy of llama.cpp, and loads models.
#include <dlfcn.h>

#include <cstring>
#include <new>
#include <stdexcept>

#include "glue.h"

Functions llama;

namespace {

JavaVM *vm = nullptr;
jobject log_sink = nullptr;
jmethodID log_line = nullptr;

thread_local std::string last_error;
thread_local std::string log_part;
thread_local int log_level = 0;

// Lines may come in pieces; a piece that goes on says so. Java hears whole lines, on threads that it knows.
void on_log(int level, const char *text, void *) {
  try {
    if (level != LOG_CONTINUED) {
      log_level = level;
    }
    log_part += text;
    if (log_part.empty() || log_part.back() != '\n') {
      return;
    }
    log_part.pop_back();
    if (log_level == LOG_ERROR || (log_level == LOG_WARN && last_error.empty())) {
      last_error = log_part;
    }
    JNIEnv *env = nullptr;
    if (log_sink && vm->GetEnv(reinterpret_cast<void **>(&env), JNI_VERSION_1_8) == JNI_OK && !env->ExceptionCheck()) {
      jbyteArray line = to_java(env, log_part.data(), log_part.size());
      if (line) {
        env->CallVoidMethod(log_sink, log_line, static_cast<jint>(log_level), line);
        env->DeleteLocalRef(line);
      }
      // A logger that fails must not fail a model.
      env->ExceptionClear();
    }
    log_part.clear();
  } catch (...) {
    log_part.clear();
  }
}

struct Progress {
  JNIEnv *env;
  jobject sink;
  jmethodID update;
};

bool on_progress(float done, void *data) {
  Progress *progress = static_cast<Progress *>(data);
  progress->env->CallVoidMethod(progress->sink, progress->update, done);
  // Whoever is told may give up; the exception goes on once llama.cpp has cleaned up.
  return !progress->env->ExceptionCheck();
}

}  // namespace

std::string take_last_error() {
  std::string message;
  message.swap(last_error);
  return message;
}

void throw_java(JNIEnv *env, const char *type, const std::string &message) {
  if (env->ExceptionCheck()) {
    return;
  }
  // The JVM wants its own kind of UTF-8, and parts of a message may come from a file.
  std::string plain = message;
  for (char &c : plain) {
    c = c < ' ' || c > '~' ? '?' : c;
  }
  jclass error = env->FindClass(type);
  if (error) {
    env->ThrowNew(error, plain.c_str());
  }
}

std::string bytes_of(JNIEnv *env, jbyteArray array) {
  std::string bytes;
  if (array) {
    jsize length = env->GetArrayLength(array);
    bytes.resize(static_cast<size_t>(length));
    env->GetByteArrayRegion(array, 0, length, reinterpret_cast<jbyte *>(&bytes[0]));
  }
  return bytes;
}

jbyteArray to_java(JNIEnv *env, const char *data, size_t length) {
  jbyteArray array = env->NewByteArray(static_cast<jsize>(length));
  if (array) {
    env->SetByteArrayRegion(array, 0, static_cast<jsize>(length), reinterpret_cast<const jbyte *>(data));
  }
  return array;
}

extern "C" JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM *java, void *) {
  vm = java;
  return JNI_VERSION_1_8;
}

NATIVE(void, open)(JNIEnv *env, jclass, jbyteArray path, jobject sink) {
  guarded(env, [&] {
    std::string file = bytes_of(env, path);
    // Never closed: its threads and thread-local variables outlive whoever asked for it.
    void *library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) {
      throw std::runtime_error(dlerror());
    }
    const char *missing = nullptr;
#define LOOK_UP(result, name, parameters) \
  if (void *symbol = dlsym(library, #name)) { \
    std::memcpy(&llama.name, &symbol, sizeof symbol); \
  } else { \
    missing = #name; \
  }
    LLAMA_FUNCTIONS(LOOK_UP)
#undef LOOK_UP
    if (missing) {
      throw std::runtime_error(file + " has no function " + missing);
    }
    // Another layout of the parameters would show here: these are b4916's defaults.
    llama_context_params context = llama.llama_context_default_params();
    llama_model_params model = llama.llama_model_default_params();
    if (context.n_ctx != 512 || context.n_batch != 2048 || context.n_ubatch != 512 || context.n_seq_max != 1 || context.type_k != 1 ||
        context.type_v != 1 || context.flash_attn || !model.use_mmap || model.use_mlock || model.vocab_only) {
      throw std::runtime_error(file + " is not llama.cpp b4916: its default parameters differ");
    }
    jclass type = env->GetObjectClass(sink);
    log_line = env->GetMethodID(type, "line", "(I[B)V");
    log_sink = env->NewGlobalRef(sink);
    llama.llama_log_set(on_log, nullptr);
    llama.llama_backend_init();
  });
}

NATIVE(jlong, loadModel)(JNIEnv *env, jclass, jbyteArray path, jboolean mmap, jboolean mlock, jobject sink) {
  return guarded(env, [&]() -> jlong {
    std::string file = bytes_of(env, path);
    Progress progress{env, sink, env->GetMethodID(env->GetObjectClass(sink), "update", "(F)V")};
    llama_model_params params = llama.llama_model_default_params();
    params.n_gpu_layers = 0;
    params.use_mmap = mmap;
    params.use_mlock = mlock;
    params.progress_callback = on_progress;
    params.progress_callback_user_data = &progress;
    take_last_error();
    llama_model *model = llama.llama_model_load_from_file(file.c_str(), params);
    if (!model) {
      std::string message = take_last_error();
      throw std::runtime_error(message.empty() ? "llama.cpp can't load the model" : message);
    }
    return reinterpret_cast<jlong>(model);
  });
}

NATIVE(void, freeModel)(JNIEnv *env, jclass, jlong model) {
  guarded(env, [&] { llama.llama_model_free(model_of(model)); });
}

NATIVE(jint, width)(JNIEnv *env, jclass, jlong model) {
  return guarded(env, [&]() -> jint { return llama.llama_model_n_embd(model_of(model)); });
}

NATIVE(jboolean, hasEncoder)(JNIEnv *env, jclass, jlong model) {
  return guarded(env, [&]() -> jboolean { return llama.llama_model_has_encoder(model_of(model)); });
}

NATIVE(jboolean, isRecurrent)(JNIEnv *env, jclass, jlong model) {
  return guarded(env, [&]() -> jboolean { return llama.llama_model_is_recurrent(model_of(model)); });
}

NATIVE(jbyteArray, takeWarning)(JNIEnv *env, jclass) {
  return guarded(env, [&] {
    std::string message = take_last_error();
    return to_java(env, message.data(), message.size());
  });
}
