// Linear layers for many rows at a time: F16 or F32 weights times F32 rows, summed in F32. The natives' own
// kernels for these types spill their sums to memory in the inner loop and reach half of this. x86-64 with
// AVX2 or AVX-512, chosen when it runs; elsewhere edgevlm_linear_lanes() is 0 and ggml_mul_mat serves.
#ifndef EDGEVLM_LINEAR_H
#define EDGEVLM_LINEAR_H

#include "edgevlm_ggml.h"

// Weights w [k, m] (ggml's order, dense), rows x [k, n], base and out [m, n]: out = base + bias + x w^T for the
// outputs from m0 to m1; a base of null is zero. k is a multiple of 16, m0 and m1 of 4.
struct edgevlm_product {
  const void *w;
  const float *x;
  const float *bias;
  const float *base;
  float *out;
  int64_t k, m, n, m0, m1;
};

#if defined(__x86_64__)
#include <immintrin.h>

// A tile is 4 outputs times R rows, so many that all sums stay in registers. The weights' part of a tile stays in
// the first-level cache over a block of rows, the block in the second level.
#define EDGEVLM_LINEAR_KERNEL(VEC, LANES, TILE, ZERO, LOAD, WIDEN, FMA, SUM)                                        \
  template <int R, class W>                                                                                         \
  static void tile(const edgevlm_product &p, const W *w, const float *x, float *out, int64_t depth) {               \
    VEC s[4][R];                                                                                                    \
    for (int i = 0; i < 4; i++) for (int r = 0; r < R; r++) s[i][r] = ZERO();                                       \
    for (int64_t k = 0; k < depth; k += LANES) {                                                                    \
      VEC v[R];                                                                                                     \
      _Pragma("GCC unroll 8") for (int r = 0; r < R; r++) v[r] = LOAD(x + r * p.k + k);                             \
      _Pragma("GCC unroll 4") for (int i = 0; i < 4; i++) {                                                         \
        const VEC u = WIDEN(w + i * p.k + k);                                                                       \
        _Pragma("GCC unroll 8") for (int r = 0; r < R; r++) s[i][r] = FMA(u, v[r], s[i][r]);                        \
      }                                                                                                             \
    }                                                                                                               \
    for (int r = 0; r < R; r++) for (int i = 0; i < 4; i++) out[r * p.m + i] += SUM(s[i][r]);                       \
  }                                                                                                                 \
  template <class W>                                                                                                \
  static void tiles(const edgevlm_product &p, const W *w, const float *x, float *out, int64_t depth, int64_t rows) { \
    int64_t r = 0;                                                                                                  \
    for (; r + TILE <= rows; r += TILE) tile<TILE>(p, w, x + r * p.k, out + r * p.m, depth);                        \
    switch (rows - r) {                                                                                             \
      case 5: return tile<(TILE > 5 ? 5 : 1)>(p, w, x + r * p.k, out + r * p.m, depth);                             \
      case 4: return tile<(TILE > 4 ? 4 : 1)>(p, w, x + r * p.k, out + r * p.m, depth);                             \
      case 3: return tile<(TILE > 3 ? 3 : 1)>(p, w, x + r * p.k, out + r * p.m, depth);                             \
      case 2: return tile<2>(p, w, x + r * p.k, out + r * p.m, depth);                                              \
      case 1: return tile<1>(p, w, x + r * p.k, out + r * p.m, depth);                                              \
    }                                                                                                               \
  }                                                                                                                 \
  template <class W>                                                                                                \
  static void product(const edgevlm_product &p) {                                                                   \
    const int64_t block = 96, slice = 1024;                                                                         \
    const W *w = (const W *)p.w;                                                                                    \
    for (int64_t n = 0; n < p.n; n += block) {                                                                      \
      const int64_t rows = p.n - n < block ? p.n - n : block;                                                       \
      for (int64_t r = n; r < n + rows; r++)                                                                        \
        for (int64_t i = p.m0; i < p.m1; i++) p.out[r * p.m + i] = p.bias[i] + (p.base ? p.base[r * p.m + i] : 0);  \
      for (int64_t k = 0; k < p.k; k += slice) {                                                                    \
        const int64_t depth = p.k - k < slice ? p.k - k : slice;                                                    \
        for (int64_t i = p.m0; i < p.m1; i += 4)                                                                    \
          tiles(p, w + i * p.k + k, p.x + n * p.k + k, p.out + n * p.m + i, depth, rows);                           \
      }                                                                                                             \
    }                                                                                                               \
  }

#pragma GCC push_options
#pragma GCC target("avx2,fma,f16c")
namespace edgevlm_avx2 {
static inline __m256 widen(const float *p) { return _mm256_loadu_ps(p); }
static inline __m256 widen(const uint16_t *p) { return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p)); }
static inline float sum(__m256 v) {
  __m128 h = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  h = _mm_add_ps(h, _mm_movehl_ps(h, h));
  return _mm_cvtss_f32(_mm_add_ss(h, _mm_movehdup_ps(h)));
}
EDGEVLM_LINEAR_KERNEL(__m256, 8, 3, _mm256_setzero_ps, _mm256_loadu_ps, widen, _mm256_fmadd_ps, sum)
}  // namespace edgevlm_avx2
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx2,fma,f16c")
namespace edgevlm_avx512 {
static inline __m512 widen(const float *p) { return _mm512_loadu_ps(p); }
static inline __m512 widen(const uint16_t *p) { return _mm512_maskz_cvtph_ps(0xffff, _mm256_loadu_si256((const __m256i *)p)); }
static inline float sum(__m512 v) {  // the masked forms spare us warnings from GCC's own header (bug 105593)
  return edgevlm_avx2::sum(_mm256_add_ps(_mm512_maskz_extractf32x8_ps(0xff, v, 0), _mm512_maskz_extractf32x8_ps(0xff, v, 1)));
}
EDGEVLM_LINEAR_KERNEL(__m512, 16, 6, _mm512_setzero_ps, _mm512_loadu_ps, widen, _mm512_fmadd_ps, sum)
}  // namespace edgevlm_avx512
#pragma GCC pop_options

// Numbers multiplied at a time by the best kernel for this processor, or 0.
static inline int edgevlm_linear_lanes() {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")) return 16;
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c") ? 8 : 0;
}

template <int LANES, class W>
static void edgevlm_multiply(const edgevlm_product &p) {
  LANES == 16 ? edgevlm_avx512::product<W>(p) : edgevlm_avx2::product<W>(p);
}

#else
static inline int edgevlm_linear_lanes() { return 0; }

template <int LANES, class W>
static void edgevlm_multiply(const edgevlm_product &) {}
#endif

// Graph operation: threads divide the outputs between them, in whole tiles.
template <int LANES, bool ADD>
static void edgevlm_linear_op(ggml_tensor *dst, const ggml_tensor *base, const ggml_tensor *w, const ggml_tensor *x,
    int ith, int nth, void *bias) {
  const int64_t tiles = w->ne[1] / 4;
  const edgevlm_product p = {w->data, (const float *)x->data, (const float *)((const ggml_tensor *)bias)->data,
      ADD ? (const float *)base->data : nullptr, (float *)dst->data, w->ne[0], w->ne[1], x->ne[1],
      tiles * ith / nth * 4, tiles * (ith + 1) / nth * 4};
  if (w->type == 1) edgevlm_multiply<LANES, uint16_t>(p);
  else edgevlm_multiply<LANES, float>(p);
}

// base + bias + x w^T, or bias + x w^T with the shape of a base that isn't read. All dense; w is F16 or F32, the
// others F32; lanes is 8 or 16 and what edgevlm_linear_lanes() allows.
static inline ggml_tensor *edgevlm_linear(ggml_context *ctx, ggml_tensor *base, ggml_tensor *w, ggml_tensor *x, ggml_tensor *bias,
    bool add, int lanes, int threads) {
  ggml_custom3_op_t op = lanes == 16 ? (add ? edgevlm_linear_op<16, true> : edgevlm_linear_op<16, false>)
                                     : (add ? edgevlm_linear_op<8, true> : edgevlm_linear_op<8, false>);
  return ggml_map_custom3(ctx, base, w, x, op, threads, bias);
}

#endif
