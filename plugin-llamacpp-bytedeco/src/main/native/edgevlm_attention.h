// Attention that is observed: the sums of what each KV entry receives are kept while it is computed. For many
// queries an operation looks at the softmax weights of ggml's own products; for a few a kernel of ours does all of
// it, because ggml's fused kernel doesn't show the weights and its product wants V transposed anew for each token.
#ifndef EDGEVLM_ATTENTION_H
#define EDGEVLM_ATTENTION_H

#include <atomic>
#include <cmath>

#include "edgevlm_ggml.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

// The attention sums of one layer, in row-major float32. Java lays it out and sets what changes with each step.
struct edgevlm_attention {
  float *accumulated;  // [capacity], or null
  float *recent;       // ring of [window][capacity]
  float *scratch;      // [heads + tasks * EDGEVLM_FEW_QUERIES][capacity], shared by the layers of a session
  int64_t capacity;    // entries; a multiple of 8
  int32_t window;
  int32_t slot;        // ring row of the step's first query
  int32_t length;      // entries before the step
  std::atomic<int32_t> arrived;  // tasks that have finished the step
};

enum { EDGEVLM_FEW_QUERIES = 64, EDGEVLM_ATTENTION_BYTES = sizeof(edgevlm_attention) };
static_assert(sizeof(edgevlm_attention) == 48 && offsetof(edgevlm_attention, capacity) == 24 &&
    offsetof(edgevlm_attention, slot) == 36 && offsetof(edgevlm_attention, length) == 40, "as AttentionRecorder writes it");

static inline float *edgevlm_recent_row(const edgevlm_attention *sums, int64_t q) {
  return sums->recent + (int64_t)((sums->slot + q) % sums->window) * sums->capacity;
}

// Graph operation on softmax weights [entries, queries, heads]: adds each entry's mean over the heads to the
// layer's sums, and passes the weights on unchanged. Threads divide the entries between them.
static inline void edgevlm_observe(ggml_tensor *dst, const ggml_tensor *a, int ith, int nth, void *userdata) {
  (void)a;
  edgevlm_attention *sums = (edgevlm_attention *)userdata;
  const int64_t entries = dst->ne[0], queries = dst->ne[1], heads = dst->ne[2];
  const int64_t from = entries * ith / nth, to = entries * (ith + 1) / nth;
  const float share = 1.0f / (float)heads;
  for (int64_t q = 0; q < queries; q++) {
    float *row = q >= queries - sums->window ? edgevlm_recent_row(sums, q) : nullptr;
    if (row) {
      // Entries that come later weren't seen by this query.
      const int64_t end = ith == nth - 1 ? sums->capacity : to;
      for (int64_t e = from; e < end; e++) row[e] = 0;
    }
    for (int64_t h = 0; h < heads; h++) {
      const float *w = (const float *)((const char *)dst->data + q * dst->nb[1] + h * dst->nb[2]);
      if (sums->accumulated) for (int64_t e = from; e < to; e++) sums->accumulated[e] += share * w[e];
      if (row) for (int64_t e = from; e < to; e++) row[e] += share * w[e];
    }
  }
}

// ---- a kernel for a few queries ----

#if defined(__x86_64__)
#pragma GCC push_options
#pragma GCC target("avx2,fma,f16c")  // as the natives themselves
#endif

namespace edgevlm_few {

typedef float f8 __attribute__((vector_size(32)));
typedef int32_t i8 __attribute__((vector_size(32)));

static inline f8 all(float value) { return f8{value, value, value, value, value, value, value, value}; }
static inline void load(const float *p, f8 &v) { memcpy(&v, p, sizeof v); }
static inline void store(float *p, const f8 &v) { memcpy(p, &v, sizeof v); }

static inline void widen(const uint16_t *p, f8 &v) {
#if defined(__x86_64__)
  v = (f8)_mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p));
#elif defined(__aarch64__)
  __fp16 half[8];
  memcpy(half, p, sizeof half);
  for (int i = 0; i < 8; i++) v[i] = half[i];
#else
  ggml_fp16_to_fp32_row(p, (float *)&v, 8);
#endif
}

static inline float narrow(uint16_t half) {
#if defined(__x86_64__)
  return _cvtsh_ss(half);
#elif defined(__aarch64__)
  __fp16 value;
  memcpy(&value, &half, sizeof half);
  return value;
#else
  float value;
  ggml_fp16_to_fp32_row(&half, &value, 1);
  return value;
#endif
}

static inline float sum(const f8 &v) { return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7])); }

// e^x for x <= 0, to about 2 units in the last place: 2^n * e^r with |r| <= ln(2) / 2.
static inline void exponential(f8 &x) {
  x = x < all(-87.0f) ? all(-87.0f) : x;
  const f8 rounder = all(12582912.0f);
  const f8 n = (x * all(1.44269504f) + rounder) - rounder;
  const f8 r = (x - n * all(0.693359375f)) - n * all(-2.12194440e-4f);
  f8 p = all(1.9875691500e-4f);
  p = p * r + all(1.3981999507e-3f);
  p = p * r + all(8.3334519073e-3f);
  p = p * r + all(4.1665795894e-2f);
  p = p * r + all(1.6666665459e-1f);
  p = p * r + all(5.0000001201e-1f);
  p = p * r * r + r + all(1.0f);
  const i8 power = (__builtin_convertvector(n, i8) + 127) << 23;
  x = p * (f8)power;
}

static inline float dot(const float *q, const uint16_t *k, int64_t width) {
  f8 a = all(0), b = all(0), x, y;
  int64_t d = 0;
  for (; d + 16 <= width; d += 16) {
    widen(k + d, x);
    load(q + d, y);
    a += x * y;
    widen(k + d + 8, x);
    load(q + d + 8, y);
    b += x * y;
  }
  for (; d + 8 <= width; d += 8) {
    widen(k + d, x);
    load(q + d, y);
    a += x * y;
  }
  float rest = 0;
  for (; d < width; d++) rest += q[d] * narrow(k[d]);
  return sum(a + b) + rest;
}

// Scores to weights: the softmax over `seen` of them, whose row has room up to the next multiple of 8. Adds a
// share of each weight to `mean`.
static inline void softmax(float *row, int64_t seen, float scale, float share, float *mean) {
  const int64_t end = (seen + 7) / 8 * 8;
  float top = row[0];
  for (int64_t e = 1; e < seen; e++) top = row[e] > top ? row[e] : top;
  for (int64_t e = seen; e < end; e++) row[e] = -INFINITY;
  f8 total = all(0), v;
  for (int64_t e = 0; e < end; e += 8) {
    load(row + e, v);
    v = (v - all(top)) * all(scale);
    exponential(v);
    store(row + e, v);
  }
  for (int64_t e = seen; e < end; e++) row[e] = 0;
  for (int64_t e = 0; e < end; e += 8) {
    load(row + e, v);
    total += v;
  }
  const f8 factor = all(1 / sum(total));
  for (int64_t e = 0; e < end; e += 8) {
    f8 m;
    load(row + e, v);
    v *= factor;
    store(row + e, v);
    load(mean + e, m);
    store(mean + e, m + v * all(share));
  }
}

// Adds rows of V, weighted, to a head's result.
template <int ROWS>
static inline void mix(float *out, const uint16_t *const *v, const float *weights, int64_t width) {
  int64_t d = 0;
  for (; d + 8 <= width; d += 8) {
    f8 sum, x;
    load(out + d, sum);
    for (int r = 0; r < ROWS; r++) {
      widen(v[r] + d, x);
      sum += x * all(weights[r]);
    }
    store(out + d, sum);
  }
  for (; d < width; d++)
    for (int r = 0; r < ROWS; r++) out[d] += narrow(v[r][d]) * weights[r];
}

// As many of four rows as are left.
static inline void mix_next(float *out, const uint16_t *const *rows, const float *w, int64_t left, int64_t width) {
  switch (left) {
    case 1: mix<1>(out, rows, w, width); break;
    case 2: mix<2>(out, rows, w, width); break;
    case 3: mix<3>(out, rows, w, width); break;
    default: mix<4>(out, rows, w, width);
  }
}

// Called by each task when it is done; the last one adds up the layer's sums, in the order of the tasks.
static inline void record(edgevlm_attention *sums, const float *means, int64_t count, int nth) {
  if (sums->arrived.fetch_add(1, std::memory_order_acq_rel) != nth - 1) return;
  sums->arrived.store(0, std::memory_order_relaxed);
  for (int64_t i = 0; i < count; i++) {
    const int64_t seen = sums->length + i + 1;
    float *row = i >= count - sums->window ? edgevlm_recent_row(sums, i) : nullptr;
    if (row) memset(row, 0, (size_t)sums->capacity * sizeof(float));
    for (int task = 0; task < nth; task++) {
      const float *mean = means + (task * EDGEVLM_FEW_QUERIES + i) * sums->capacity;
      if (sums->accumulated) for (int64_t e = 0; e < seen; e++) sums->accumulated[e] += mean[e];
      if (row) for (int64_t e = 0; e < seen; e++) row[e] += mean[e];
    }
  }
}

// Graph operation: queries [head width, heads, count] over keys and values [head width, entries, KV heads] to the
// queries' shape. Query i sees the entries before the step and those of the step up to its own. Threads divide the
// heads between them; the last one to finish adds up the layer's sums, in the order of the threads.
static void attend(ggml_tensor *dst, const ggml_tensor *queries, const ggml_tensor *keys, const ggml_tensor *values,
    int ith, int nth, void *userdata) {
  edgevlm_attention *sums = (edgevlm_attention *)userdata;
  const int64_t width = queries->ne[0], heads = queries->ne[1], count = queries->ne[2];
  const int64_t group = heads / keys->ne[2], capacity = sums->capacity;
  const int64_t from = heads * ith / nth, to = heads * (ith + 1) / nth;
  const float scale = 1.0f / sqrtf((float)width), share = 1.0f / (float)heads;
  float *scores = sums->scratch;
  float *means = scores + heads * capacity;
  for (int64_t i = 0; i < count; i++) {
    const int64_t seen = sums->length + i + 1;
    const float *q = (const float *)queries->data + i * heads * width;
    float *out = (float *)dst->data + i * heads * width;
    float *mean = means + (ith * EDGEVLM_FEW_QUERIES + i) * capacity;
    // Entry by entry, so that memory is read in its order.
    for (int64_t e = 0; e < seen; e++)
      for (int64_t h = from; h < to; h++)
        scores[h * capacity + e] =
            dot(q + h * width, (const uint16_t *)((const char *)keys->data + e * keys->nb[1] + h / group * keys->nb[2]), width);
    memset(mean, 0, (size_t)((seen + 7) / 8 * 8) * sizeof(float));
    for (int64_t h = from; h < to; h++) softmax(scores + h * capacity, seen, scale, share, mean);
    memset(out + from * width, 0, (size_t)((to - from) * width) * sizeof(float));
    const char *v = (const char *)values->data;
    for (int64_t e = 0; e < seen; e += 4) {
      for (int64_t h = from; h < to; h++) {
        const uint16_t *rows[4];
        for (int r = 0; r < 4; r++) rows[r] = (const uint16_t *)(v + (e + r) * values->nb[1] + h / group * values->nb[2]);
        mix_next(out + h * width, rows, scores + h * capacity + e, seen - e, width);
      }
    }
  }
  record(sums, means, count, nth);
}

}  // namespace edgevlm_few

#if defined(__x86_64__)
#pragma GCC pop_options
#endif

static inline ggml_tensor *edgevlm_observed(ggml_context *ctx, ggml_tensor *weights, int threads, int64_t sums) {
  return ggml_map_custom1_inplace(ctx, weights, edgevlm_observe, threads, (void *)(intptr_t)sums);
}

// For up to EDGEVLM_FEW_QUERIES queries; the head width is a multiple of 8, K and V are F16.
static inline ggml_tensor *edgevlm_attend(ggml_context *ctx, ggml_tensor *queries, ggml_tensor *keys, ggml_tensor *values, int threads,
    int64_t sums) {
  return ggml_map_custom3(ctx, queries, keys, values, edgevlm_few::attend, threads, (void *)(intptr_t)sums);
}

#endif
