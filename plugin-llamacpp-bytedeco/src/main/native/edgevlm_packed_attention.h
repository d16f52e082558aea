// Attention over a layer whose first entries are packed (edgevlm_packed.h) and whose later ones are F16: nothing is
// expanded. A query meets a block's K with its channels' ranges multiplied in, a block's V takes the weights with its
// entries' ranges, and the low-rank parts cost one product more for each of their ranks.
#ifndef EDGEVLM_PACKED_ATTENTION_H
#define EDGEVLM_PACKED_ATTENTION_H

#include "edgevlm_packed.h"

#if defined(__x86_64__)
#pragma GCC push_options
#pragma GCC target("avx2,fma,f16c")  // as the natives themselves
#endif

namespace edgevlm_few {

// Eight codes as numbers.
template <int BITS>
static inline void unpack(const uint8_t *p, f8 &v) {
  int32_t word;
  if (BITS == 4) {
    memcpy(&word, p, 4);
    const i8 codes = i8{word, word, word, word, word, word, word, word} >> i8{0, 4, 8, 12, 16, 20, 24, 28} & 15;
    v = __builtin_convertvector(codes, f8);
  } else {
    uint16_t two;
    memcpy(&two, p, 2);
    word = two;
    const i8 codes = i8{word, word, word, word, word, word, word, word} >> i8{0, 2, 4, 6, 8, 10, 12, 14} & 3;
    v = __builtin_convertvector(codes, f8);
  }
}

// The first n of eight numbers, the others 0.
static inline void load_some(const float *p, int64_t n, f8 &v) {
  v = all(0);
  memcpy(&v, p, (size_t)(n < 8 ? n : 8) * sizeof(float));
}

// Scores of a block's entries for one head. `q` has the head's width, `scaled` room for the padded one.
template <int BITS>
static inline void score(const edgevlm_matrix *m, const edgevlm_pack::parts &p, int64_t head, const float *q, float *scaled, float *scores) {
  const int64_t wide = edgevlm_pack::padded(m->width);
  f8 offset = all(0), x, y;
  for (int64_t d = 0; d < wide; d += 8) {
    load_some(q + d, m->width - d, x);
    widen(p.minima + head * wide + d, y);
    offset += x * y;
    widen(p.scales + head * wide + d, y);
    store(scaled + d, x * y);
  }
  const float base = sum(offset);
  float turned[EDGEVLM_MOST_RANK];
  for (int64_t i = 0; i < m->rank; i++) {
    f8 total = all(0);
    for (int64_t d = 0; d < wide; d += 8) {
      load_some(q + d, m->width - d, x);
      widen(p.right + (head * m->rank + i) * wide + d, y);
      total += x * y;
    }
    turned[i] = sum(total);
  }
  const uint8_t *codes = p.codes + head * wide * BITS / 8;
  for (int64_t r = 0; r < m->rows; r++, codes += p.row_bytes) {
    f8 a = all(0);
    for (int64_t d = 0; d < wide; d += 8) {
      unpack<BITS>(codes + d * BITS / 8, x);
      load(scaled + d, y);
      a += x * y;
    }
    scores[r] = base + sum(a);
  }
  for (int64_t i = 0; i < m->rank; i++) {
    const uint16_t *left = p.left + (head * m->rank + i) * m->rows;
    for (int64_t r = 0; r < m->rows; r++) scores[r] += turned[i] * narrow(left[r]);
  }
}

// Adds a block's V, weighted, to a head's result.
template <int BITS>
static inline void gather(const edgevlm_matrix *m, const edgevlm_pack::parts &p, int64_t head, const float *w, float *out) {
  const int64_t wide = edgevlm_pack::padded(m->width);
  float along[EDGEVLM_MOST_RANK];
  for (int64_t i = 0; i < m->rank; i++) {
    const uint16_t *left = p.left + (head * m->rank + i) * m->rows;
    along[i] = 0;
    for (int64_t r = 0; r < m->rows; r++) along[i] += w[r] * narrow(left[r]);
  }
  float scaled[EDGEVLM_BLOCK_ROWS], low = 0;
  int64_t group = -1;
  for (int64_t d = 0; d < wide; d += 8) {
    const int64_t channel = head * wide + d;
    if (channel / EDGEVLM_GROUP != group) {
      group = channel / EDGEVLM_GROUP;
      low = 0;
      for (int64_t r = 0; r < m->rows; r++) {
        scaled[r] = w[r] * narrow(p.scales[r * p.groups + group]);
        low += w[r] * narrow(p.minima[r * p.groups + group]);
      }
    }
    f8 total = all(low), x;
    const uint8_t *codes = p.codes + channel * BITS / 8;
    for (int64_t r = 0; r < m->rows; r++, codes += p.row_bytes) {
      unpack<BITS>(codes, x);
      total += x * all(scaled[r]);
    }
    for (int64_t i = 0; i < m->rank; i++) {
      widen(p.right + (head * m->rank + i) * wide + d, x);
      total += x * all(along[i]);
    }
    f8 before;
    load_some(out + d, m->width - d, before);
    total += before;
    memcpy(out + d, &total, (size_t)(m->width - d < 8 ? m->width - d : 8) * sizeof(float));
  }
}

// Calls `add(entry, channel of its head, delta, query head)` for the outliers that some query heads see.
template <class ADD>
static inline void outliers(const edgevlm_matrix *m, const edgevlm_pack::parts &p, int64_t from, int64_t to, int64_t group, ADD add) {
  const int64_t wide = edgevlm_pack::padded(m->width);
  int64_t i = 0;
  for (int64_t r = 0; r < m->rows; r++)
    for (const int64_t end = i + p.counts[r]; i < end; i++) {
      const int64_t head = p.places[i] / wide;
      const int64_t first = head * group > from ? head * group : from, last = (head + 1) * group < to ? (head + 1) * group : to;
      if (first >= last) continue;
      const float delta = narrow(p.deltas[i]);
      for (int64_t h = first; h < last; h++) add(r, p.places[i] % wide, delta, h);
    }
}

// Graph operation: queries [head width, heads, count] to their shape, as `attend` does. The other two sources write
// the step's own K and V behind the layer's F16 rows.
static void attend_packed(ggml_tensor *dst, const ggml_tensor *queries, const ggml_tensor *, const ggml_tensor *, int ith, int nth,
    void *userdata) {
  const edgevlm_layer *layer = (const edgevlm_layer *)userdata;
  const int64_t width = queries->ne[0], heads = queries->ne[1], count = queries->ne[2];
  const int64_t group = heads / layer->kv_heads, capacity = layer->capacity, wide = edgevlm_pack::padded(width);
  const int64_t from = heads * ith / nth, to = heads * (ith + 1) / nth;
  const float scale = 1.0f / sqrtf((float)width), share = 1.0f / (float)heads;
  float *scores = layer->scratch;
  float *means = scores + heads * capacity;
  float *scaled = means + (int64_t)nth * EDGEVLM_FEW_QUERIES * capacity + ith * wide;
  for (int64_t i = 0; i < count; i++) {
    const int64_t seen = layer->length + i + 1;
    const float *q = (const float *)queries->data + i * heads * width;
    float *out = (float *)dst->data + i * heads * width;
    float *mean = means + (ith * EDGEVLM_FEW_QUERIES + i) * capacity;
    int64_t packed = 0;
    for (int64_t b = 0; b < layer->blocks; b++) {
      const edgevlm_matrix *m = layer->table[2 * b];
      const edgevlm_pack::parts p = edgevlm_pack::split(m);
      for (int64_t h = from; h < to; h++) {
        float *row = scores + h * capacity + packed;
        if (m->bits == 4) score<4>(m, p, h / group, q + h * width, scaled, row);
        else score<2>(m, p, h / group, q + h * width, scaled, row);
      }
      outliers(m, p, from, to, group, [&](int64_t r, int64_t d, float delta, int64_t h) {
        scores[h * capacity + packed + r] += delta * q[h * width + d];
      });
      packed += m->rows;
    }
    for (int64_t e = packed; e < seen; e++)
      for (int64_t h = from; h < to; h++)
        scores[h * capacity + e] =
            dot(q + h * width, (const uint16_t *)(layer->keys + (e - packed) * layer->stride) + h / group * width, width);
    memset(mean, 0, (size_t)((seen + 7) / 8 * 8) * sizeof(float));
    for (int64_t h = from; h < to; h++) softmax(scores + h * capacity, seen, scale, share, mean);
    memset(out + from * width, 0, (size_t)((to - from) * width) * sizeof(float));
    int64_t done = 0;
    for (int64_t b = 0; b < layer->blocks; b++) {
      const edgevlm_matrix *m = layer->table[2 * b + 1];
      const edgevlm_pack::parts p = edgevlm_pack::split(m);
      for (int64_t h = from; h < to; h++) {
        const float *w = scores + h * capacity + done;
        if (m->bits == 4) gather<4>(m, p, h / group, w, out + h * width);
        else gather<2>(m, p, h / group, w, out + h * width);
      }
      outliers(m, p, from, to, group, [&](int64_t r, int64_t d, float delta, int64_t h) {
        out[h * width + d] += delta * scores[h * capacity + done + r];
      });
      done += m->rows;
    }
    for (int64_t e = packed; e < seen; e += 4)
      for (int64_t h = from; h < to; h++) {
        const uint16_t *rows[4];
        for (int64_t r = 0; r < 4; r++) rows[r] = (const uint16_t *)(layer->values + (e - packed + r) * layer->stride) + h / group * width;
        mix_next(out + h * width, rows, scores + h * capacity + e, seen - e, width);
      }
  }
  if (layer->sums) record(layer->sums, means, count, nth);
}

}  // namespace edgevlm_few

#if defined(__x86_64__)
#pragma GCC pop_options
#endif

// For up to EDGEVLM_FEW_QUERIES queries; `layer` is the address of an edgevlm_layer.
static inline ggml_tensor *edgevlm_attend_packed(ggml_context *ctx, ggml_tensor *queries, ggml_tensor *keys, ggml_tensor *values,
    int threads, int64_t layer) {
  return ggml_map_custom3(ctx, queries, keys, values, edgevlm_few::attend_packed, threads, (void *)(intptr_t)layer);
}

#endif
