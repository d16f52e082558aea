// Shared by the parts of the glue: the functions that were looked up, errors, and strings.
#ifndef EDGEVLM_GLUE_H
#define EDGEVLM_GLUE_H

#include <jni.h>

#include <exception>
#include <string>
#include <vector>

#include "llama_b4916.h"

#define NATIVE(result, name) extern "C" JNIEXPORT result JNICALL Java_org_edgevlm_plugin_llamacpp_jni_natives_Llama_##name

// Filled once by open() before anything else is called.
extern Functions llama;

// The last warning or error that llama.cpp logged on this thread since it was taken.
std::string take_last_error();

void throw_java(JNIEnv *env, const char *type, const std::string &message);

// No C++ exception may cross into the JVM: it would end the process.
template <typename Body>
auto guarded(JNIEnv *env, Body body) -> decltype(body()) {
  try {
    return body();
  } catch (const std::bad_alloc &) {
    throw_java(env, "java/lang/OutOfMemoryError", "llama.cpp found no memory");
  } catch (const std::exception &e) {
    throw_java(env, "org/edgevlm/plugin/llamacpp/jni/natives/LlamaException", e.what());
  } catch (...) {
    throw_java(env, "org/edgevlm/plugin/llamacpp/jni/natives/LlamaException", "an unknown C++ exception");
  }
  return decltype(body())();
}

// The bytes of an array with a NUL behind them; null gives an empty string.
std::string bytes_of(JNIEnv *env, jbyteArray array);

jbyteArray to_java(JNIEnv *env, const char *data, size_t length);

inline llama_model *model_of(jlong handle) { return reinterpret_cast<llama_model *>(handle); }

inline const llama_vocab *vocab_of(jlong handle) { return llama.llama_model_get_vocab(model_of(handle)); }

#endif
