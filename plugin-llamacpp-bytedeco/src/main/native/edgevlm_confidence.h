// How sure a row of logits is, and which tokens are worth a second look.
#ifndef EDGEVLM_CONFIDENCE_H
#define EDGEVLM_CONFIDENCE_H

#include <algorithm>
#include <vector>

#include "edgevlm_attention.h"

#if defined(__x86_64__)
#pragma GCC push_options
#pragma GCC target("avx2,fma,f16c")
#endif

namespace edgevlm_few {

// The softmax of n logits: its largest and second largest probability, and its entropy in nats.
static inline void confidence(const float *logits, int n, float *out) {
  float best = -INFINITY, second = -INFINITY;
  for (int i = 0; i < n; i++) {
    second = logits[i] > best ? best : logits[i] > second ? logits[i] : second;
    best = logits[i] > best ? logits[i] : best;
  }
  f8 total = all(0), weighted = all(0);
  for (int i = 0; i < n; i += 8) {
    f8 x = all(-87.0f);
    if (n - i >= 8) {
      load(logits + i, x);
      x -= all(best);
    } else {
      for (int j = 0; j < n - i; j++) x[j] = logits[i + j] - best;
    }
    f8 e = x;
    exponential(e);
    total += e;
    weighted += e * (x < all(-87.0f) ? all(-87.0f) : x);
  }
  const float z = sum(total);
  out[0] = 1 / z;
  out[1] = expf(second - best) / z;
  out[2] = logf(z) - sum(weighted) / z;
}

}  // namespace edgevlm_few

#if defined(__x86_64__)
#pragma GCC pop_options
#endif

static inline void edgevlm_confidence(int64_t logits, int n, float *out) {
  edgevlm_few::confidence((const float *)(intptr_t)logits, n, out);
}

// The ids of the k highest of n logits, in no particular order. Returns their share of the softmax.
static inline float edgevlm_shortlist(int64_t address, int n, int64_t destination, int k) {
  const float *logits = (const float *)(intptr_t)address;
  int32_t *ids = (int32_t *)(intptr_t)destination;
  static thread_local std::vector<int32_t> order;
  order.resize((size_t)n);
  for (int i = 0; i < n; i++) order[(size_t)i] = i;
  std::nth_element(order.begin(), order.begin() + k, order.end(), [logits](int32_t a, int32_t b) { return logits[a] > logits[b]; });
  float top = -INFINITY;
  for (int i = 0; i < k; i++) top = std::max(top, logits[ids[i] = order[(size_t)i]]);
  double inside = 0, all = 0;
  for (int i = 0; i < k; i++) inside += exp(logits[ids[i]] - top);
  for (int i = 0; i < n; i++) all += exp(logits[i] - top);
  return (float)(inside / all);
}

#endif
