// K and V in few bits, after GEAR (arXiv 2403.05527): a block of a layer's entries is a matrix of small codes with a
// range for each channel (K) or for each entry's group of channels (V), the error's low-rank part by head, and the
// numbers that would have widened the ranges most. Attention reads it as it lies.
#ifndef EDGEVLM_PACKED_H
#define EDGEVLM_PACKED_H

#include <algorithm>
#include <queue>
#include <vector>

#include "edgevlm_attention.h"

extern "C" void ggml_fp32_to_fp16_row(const float *x, uint16_t *y, int64_t n);

#if defined(__x86_64__)
#pragma GCC push_options
#pragma GCC target("avx2,fma,f16c")  // as the natives themselves
#endif

enum { EDGEVLM_BLOCK_ROWS = 64, EDGEVLM_GROUP = 64, EDGEVLM_MOST_RANK = 8, EDGEVLM_PASSES = 8 };

// The head of a block's K or V; the parts follow in the order of edgevlm_parts. A row's channels are those of its
// heads one after the other, each head padded to a multiple of 8 channels, whose codes are 0.
struct edgevlm_matrix {
  int32_t rows, heads, width, bits, rank, outliers, by_channel, reserved;
};

// One layer as the kernel sees it; all fields are 64 bits wide, as PackedLayer writes them.
struct edgevlm_layer {
  edgevlm_attention *sums;  // or null
  float *scratch;           // [heads + tasks * EDGEVLM_FEW_QUERIES][capacity], then [tasks][padded head width]
  int64_t capacity;         // a multiple of 8
  int64_t kv_heads;
  const char *keys, *values;  // F16 rows of the entries behind the blocks, `stride` bytes apart
  int64_t stride;
  const edgevlm_matrix *const *table;  // K and V of each block
  int64_t blocks;
  int64_t length;  // entries before the step
};

namespace edgevlm_pack {

struct parts {
  int64_t channels, groups, ranges, row_bytes;
  uint8_t *codes;                       // [rows][row_bytes]
  uint16_t *scales, *minima;            // [channels], or [rows][groups]
  uint16_t *left, *right;               // [heads][rank][rows], [heads][rank][padded width]
  uint16_t *counts, *places, *deltas;   // outliers of each row; by row, then channel
  int64_t bytes;
};

static inline int64_t padded(int64_t width) { return (width + 7) / 8 * 8; }

static inline parts split(const edgevlm_matrix *m) {
  parts p;
  p.channels = m->heads * padded(m->width);
  p.groups = (p.channels + EDGEVLM_GROUP - 1) / EDGEVLM_GROUP;
  p.ranges = m->by_channel ? p.channels : m->rows * p.groups;
  p.row_bytes = p.channels * m->bits / 8;
  p.codes = (uint8_t *)(m + 1);
  p.scales = (uint16_t *)(p.codes + (m->rows * p.row_bytes + 1) / 2 * 2);
  p.minima = p.scales + p.ranges;
  p.left = p.minima + p.ranges;
  p.right = p.left + m->heads * m->rank * m->rows;
  p.counts = p.right + p.channels * m->rank;
  p.places = p.counts + m->rows;
  p.deltas = p.places + m->outliers;
  p.bytes = ((const char *)(p.deltas + m->outliers) - (const char *)m + 31) / 32 * 32;
  return p;
}

static inline float number(uint16_t half) { return edgevlm_few::narrow(half); }

static inline uint16_t half(float f) {
#if defined(__x86_64__)
  return _cvtss_sh(f, _MM_FROUND_TO_NEAREST_INT);
#else
  uint16_t h;
  ggml_fp32_to_fp16_row(&f, &h, 1);
  return h;
#endif
}

static inline int code(const edgevlm_matrix *m, const parts &p, int64_t row, int64_t channel) {
  const int64_t bit = channel * m->bits;
  return p.codes[row * p.row_bytes + bit / 8] >> (bit % 8) & ((1 << m->bits) - 1);
}

static inline int64_t range(const edgevlm_matrix *m, const parts &p, int64_t row, int64_t channel) {
  return m->by_channel ? channel : row * p.groups + channel / EDGEVLM_GROUP;
}

// What a code and the low-rank part make of a number, without outliers.
static inline float smooth(const edgevlm_matrix *m, const parts &p, int64_t row, int64_t channel) {
  const int64_t r = range(m, p, row, channel), wide = padded(m->width), head = channel / wide;
  float x = number(p.minima[r]) + number(p.scales[r]) * (float)code(m, p, row, channel);
  for (int64_t i = 0; i < m->rank; i++)
    x += number(p.left[(head * m->rank + i) * m->rows + row]) * number(p.right[(head * m->rank + i) * wide + channel % wide]);
  return x;
}

struct entry {
  float value;
  int32_t place;
};

// Numbers that share a range, the smallest first, of which those from `low` to before `high` are left in it.
struct group {
  entry *low, *high;

  float width() const { return high[-1].value - low[0].value; }
  bool lower_goes() const { return high[-1].value - low[1].value <= high[-2].value - low[0].value; }
  // By how much the squared error falls when the end that widens the range most goes.
  float gain() const {
    if (high - low < 2) return 0;
    const float now = width(), then = lower_goes() ? high[-1].value - low[1].value : high[-2].value - low[0].value;
    return (now * now - then * then) * (float)(high - low);
  }
};

static inline float dot(const float *a, const float *b, int64_t n) {
  float sums[8] = {0, 0, 0, 0, 0, 0, 0, 0};
  int64_t i = 0;
  for (; i + 8 <= n; i += 8)
    for (int64_t j = 0; j < 8; j++) sums[j] += a[i + j] * b[i + j];
  float sum = 0;
  for (; i < n; i++) sum += a[i] * b[i];
  for (float part : sums) sum += part;
  return sum;
}

static inline void factor(edgevlm_matrix *m, const parts &p, float *rest, int64_t head) {
  const int64_t rows = m->rows, width = m->width, wide = padded(width);
  std::vector<float> a(rows), b(width);
  for (int64_t i = 0; i < m->rank; i++) {
    // Power iteration, from the longest row.
    float longest = -1, size = 0;
    for (int64_t r = 0; r < rows; r++) {
      const float *row = &rest[r * width], squares = dot(row, row, width);
      if (squares > longest) {
        longest = squares;
        std::copy_n(row, width, b.begin());
      }
    }
    for (int pass = 0; pass < EDGEVLM_PASSES; pass++) {
      for (int64_t r = 0; r < rows; r++) a[r] = dot(&rest[r * width], b.data(), width);
      const float norm = sqrtf(dot(a.data(), a.data(), rows));
      if (!(norm > 0)) break;
      for (float &x : a) x /= norm;
      std::fill(b.begin(), b.end(), 0.0f);
      for (int64_t r = 0; r < rows; r++)
        for (int64_t d = 0; d < width; d++) b[d] += a[r] * rest[r * width + d];
      size = sqrtf(dot(b.data(), b.data(), width));
    }
    // Both factors of the same size, so that neither leaves the range of F16.
    const float root = sqrtf(size);
    uint16_t *left = p.left + (head * m->rank + i) * rows, *right = p.right + (head * m->rank + i) * wide;
    for (int64_t r = 0; r < rows; r++) left[r] = half(root > 0 ? a[r] * root : 0);
    for (int64_t d = 0; d < wide; d++) right[d] = half(root > 0 && d < width ? b[d] / root : 0);
    for (int64_t r = 0; r < rows; r++)
      for (int64_t d = 0; d < width; d++) rest[r * width + d] -= number(left[r]) * number(right[d]);
  }
}

}  // namespace edgevlm_pack

// Bytes that a block takes at most.
static inline int64_t edgevlm_packed_most(int rows, int heads, int width, int bits, int rank, int outliers, bool by_channel) {
  const edgevlm_matrix m = {rows, heads, width, bits, rank, outliers, by_channel, 0};
  return edgevlm_pack::split(&m).bytes;
}

static inline int64_t edgevlm_packed_bytes(int64_t matrix) { return edgevlm_pack::split((const edgevlm_matrix *)(intptr_t)matrix).bytes; }

// Packs F16 rows, `stride` bytes apart, and returns the bytes that it took.
static inline int64_t edgevlm_pack_rows(int64_t source, int64_t stride, int rows, int heads, int width, int bits, int rank, int outliers,
    bool by_channel, int64_t destination) {
  using namespace edgevlm_pack;
  edgevlm_matrix *m = (edgevlm_matrix *)(intptr_t)destination;
  *m = edgevlm_matrix{rows, heads, width, bits, rank, 0, by_channel, 0};
  parts p = split(m);
  const int64_t wide = padded(width);
  std::vector<float> x((size_t)(rows * p.channels), 0.0f), row((size_t)(heads * width));
  for (int64_t r = 0; r < rows; r++) {
    ggml_fp16_to_fp32_row((const uint16_t *)(intptr_t)(source + r * stride), row.data(), heads * width);
    for (int64_t h = 0; h < heads; h++) std::copy_n(row.begin() + h * width, width, x.begin() + r * p.channels + h * wide);
  }
  // Numbers by range; those that widen a range most are taken out of it.
  std::vector<group> groups((size_t)p.ranges, group{nullptr, nullptr});
  std::vector<entry> entries((size_t)(rows * heads * width));
  const int64_t lines = by_channel ? 1 : rows, depth = by_channel ? rows : EDGEVLM_GROUP;
  entry *next = entries.data();
  for (int64_t line = 0; line < lines; line++)
    for (int64_t g = 0; g < p.ranges / lines; g++) {
      group &of = groups[line * (p.ranges / lines) + g];
      of.low = next;
      for (int64_t i = 0; i < depth; i++) {
        const int64_t r = by_channel ? i : line, c = by_channel ? g : g * EDGEVLM_GROUP + i;
        if (c < p.channels && c % wide < width) *next++ = entry{x[r * p.channels + c], (int32_t)(r * p.channels + c)};
      }
      of.high = next;
      std::sort(of.low, of.high, [](const entry &a, const entry &b) { return a.value < b.value; });
    }
  std::vector<int32_t> apart;
  std::priority_queue<std::pair<float, int64_t>> gains;
  for (int64_t g = 0; outliers > 0 && g < p.ranges; g++)
    if (groups[g].gain() > 0) gains.emplace(groups[g].gain(), g);
  while (!gains.empty() && (int)apart.size() < outliers) {
    const int64_t index = gains.top().second;
    group &of = groups[index];
    gains.pop();
    apart.push_back(of.lower_goes() ? (of.low++)->place : (--of.high)->place);
    if (of.gain() > 0) gains.emplace(of.gain(), index);
  }
  std::sort(apart.begin(), apart.end());
  m->outliers = (int32_t)apart.size();
  p = split(m);
  memset(p.codes, 0, (size_t)(p.bytes - (int64_t)sizeof *m));
  const int most = (1 << bits) - 1;
  for (int64_t g = 0; g < p.ranges; g++) {
    if (groups[g].low == groups[g].high) continue;
    p.minima[g] = half(groups[g].low->value);
    p.scales[g] = half(groups[g].width() / (float)most);
  }
  // By head, so that its factors find it in one piece.
  std::vector<float> rest((size_t)(heads * rows * width));
  for (int64_t r = 0; r < rows; r++)
    for (int64_t h = 0; h < heads; h++)
      for (int64_t d = 0; d < width; d++) {
        const int64_t c = h * wide + d, i = range(m, p, r, c);
        const float scale = number(p.scales[i]), low = number(p.minima[i]), value = x[r * p.channels + c];
        const int q = scale > 0 ? (int)std::min(std::max((value - low) / scale + 0.5f, 0.0f), (float)most) : 0;
        p.codes[r * p.row_bytes + c * bits / 8] |= (uint8_t)(q << (c * bits % 8));
        rest[(h * rows + r) * width + d] = value - (low + scale * (float)q);
      }
  // Outliers are no part of what the factors are to explain.
  for (int32_t place : apart) rest[(place % p.channels / wide * rows + place / p.channels) * width + place % wide] = 0;
  for (int64_t h = 0; h < heads; h++) factor(m, p, rest.data() + h * rows * width, h);
  for (size_t i = 0; i < apart.size(); i++) {
    const int64_t r = apart[i] / p.channels, c = apart[i] % p.channels;
    p.counts[r]++;
    p.places[i] = (uint16_t)c;
    p.deltas[i] = half(x[apart[i]] - smooth(m, p, r, c));
  }
  return p.bytes;
}

// One row as numbers: [heads * width].
static inline void edgevlm_unpack_row(int64_t matrix, int row, float *out) {
  using namespace edgevlm_pack;
  const edgevlm_matrix *m = (const edgevlm_matrix *)(intptr_t)matrix;
  const parts p = split(m);
  const int64_t wide = padded(m->width);
  for (int64_t c = 0; c < p.channels; c++)
    if (c % wide < m->width) out[c / wide * m->width + c % wide] = smooth(m, p, row, c);
  int64_t first = 0;
  for (int64_t r = 0; r < row; r++) first += p.counts[r];
  for (int64_t i = first; i < first + p.counts[row]; i++)
    out[p.places[i] / wide * m->width + p.places[i] % wide] += number(p.deltas[i]);
}

// Keeps some rows, which ascend, as they are, and returns the bytes that are left.
static inline int64_t edgevlm_keep_rows(int64_t matrix, const int32_t *kept, int count) {
  using namespace edgevlm_pack;
  edgevlm_matrix *old = (edgevlm_matrix *)(intptr_t)matrix;
  const parts o = split(old);
  std::vector<int64_t> starts((size_t)old->rows + 1, 0);
  for (int64_t r = 0; r < old->rows; r++) starts[r + 1] = starts[r] + o.counts[r];
  edgevlm_matrix head = *old;
  head.rows = count;
  head.outliers = 0;
  for (int i = 0; i < count; i++) head.outliers += o.counts[kept[i]];
  std::vector<char> copy((size_t)o.bytes, 0);
  edgevlm_matrix *m = (edgevlm_matrix *)copy.data();
  *m = head;
  const parts p = split(m);
  std::copy_n(o.right, p.channels * m->rank, p.right);
  if (m->by_channel) {
    std::copy_n(o.scales, p.ranges, p.scales);
    std::copy_n(o.minima, p.ranges, p.minima);
  }
  int64_t place = 0;
  for (int64_t i = 0; i < count; i++) {
    const int64_t r = kept[i];
    std::copy_n(o.codes + r * o.row_bytes, p.row_bytes, p.codes + i * p.row_bytes);
    if (!m->by_channel) {
      std::copy_n(o.scales + r * p.groups, p.groups, p.scales + i * p.groups);
      std::copy_n(o.minima + r * p.groups, p.groups, p.minima + i * p.groups);
    }
    for (int64_t f = 0; f < m->heads * m->rank; f++) p.left[f * count + i] = o.left[f * old->rows + r];
    p.counts[i] = o.counts[r];
    std::copy_n(o.places + starts[r], o.counts[r], p.places + place);
    std::copy_n(o.deltas + starts[r], o.counts[r], p.deltas + place);
    place += o.counts[r];
  }
  memcpy(old, m, (size_t)p.bytes);
  return p.bytes;
}

#if defined(__x86_64__)
#pragma GCC pop_options
#endif

#endif
