// What this plugin uses of ggml (tag b4916 of llama.cpp, as exported by the natives of de.kherud:llama),
// declared by hand, and a few helpers that would be clumsy or slow from Java.
#ifndef EDGEVLM_GGML_H
#define EDGEVLM_GGML_H

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

extern "C" {

struct ggml_context;
struct ggml_cgraph;
struct ggml_gallocr;
struct ggml_backend;
struct ggml_backend_buffer;
struct ggml_backend_buffer_type;
typedef struct ggml_gallocr *ggml_gallocr_t;
typedef struct ggml_backend *ggml_backend_t;
typedef struct ggml_backend_buffer *ggml_backend_buffer_t;
typedef struct ggml_backend_buffer_type *ggml_backend_buffer_type_t;

// The layout is part of the ABI: helpers below read ne, nb and data, and set buffer and data.
struct ggml_tensor {
  int type;
  ggml_backend_buffer_t buffer;
  int64_t ne[4];
  size_t nb[4];
  int op;
  int32_t op_params[16];
  int32_t flags;
  struct ggml_tensor *src[10];
  struct ggml_tensor *view_src;
  size_t view_offs;
  void *data;
  char name[64];
  void *extra;
  char padding[8];
};

struct ggml_init_params {
  size_t mem_size;
  void *mem_buffer;
  bool no_alloc;
};

struct ggml_context *ggml_init(struct ggml_init_params params);
void ggml_free(struct ggml_context *ctx);
size_t ggml_tensor_overhead(void);
size_t ggml_graph_overhead_custom(size_t size, bool grads);
struct ggml_cgraph *ggml_new_graph_custom(struct ggml_context *ctx, size_t size, bool grads);
void ggml_build_forward_expand(struct ggml_cgraph *graph, struct ggml_tensor *tensor);
int ggml_graph_n_nodes(struct ggml_cgraph *graph);
void ggml_set_output(struct ggml_tensor *tensor);
void ggml_set_input(struct ggml_tensor *tensor);

ggml_backend_t ggml_backend_cpu_init(void);
void ggml_backend_cpu_set_n_threads(ggml_backend_t backend, int threads);
void ggml_backend_free(ggml_backend_t backend);
int ggml_backend_graph_compute(ggml_backend_t backend, struct ggml_cgraph *graph);
ggml_backend_buffer_type_t ggml_backend_cpu_buffer_type(void);
ggml_backend_buffer_t ggml_backend_cpu_buffer_from_ptr(void *ptr, size_t size);
void ggml_backend_buffer_free(ggml_backend_buffer_t buffer);
void ggml_backend_tensor_alloc(ggml_backend_buffer_t buffer, struct ggml_tensor *tensor, void *addr);
ggml_gallocr_t ggml_gallocr_new(ggml_backend_buffer_type_t type);
void ggml_gallocr_free(ggml_gallocr_t galloc);
bool ggml_gallocr_reserve(ggml_gallocr_t galloc, struct ggml_cgraph *graph);
bool ggml_gallocr_alloc_graph(ggml_gallocr_t galloc, struct ggml_cgraph *graph);
size_t ggml_gallocr_get_buffer_size(ggml_gallocr_t galloc, int index);

struct ggml_tensor *ggml_new_tensor_1d(struct ggml_context *ctx, int type, int64_t ne0);
struct ggml_tensor *ggml_new_tensor_2d(struct ggml_context *ctx, int type, int64_t ne0, int64_t ne1);
struct ggml_tensor *ggml_new_tensor_3d(struct ggml_context *ctx, int type, int64_t ne0, int64_t ne1, int64_t ne2);
struct ggml_tensor *ggml_new_tensor_4d(struct ggml_context *ctx, int type, int64_t ne0, int64_t ne1, int64_t ne2, int64_t ne3);
struct ggml_tensor *ggml_get_rows(struct ggml_context *ctx, struct ggml_tensor *a, struct ggml_tensor *b);
struct ggml_tensor *ggml_mul_mat(struct ggml_context *ctx, struct ggml_tensor *a, struct ggml_tensor *b);
struct ggml_tensor *ggml_add(struct ggml_context *ctx, struct ggml_tensor *a, struct ggml_tensor *b);
struct ggml_tensor *ggml_mul(struct ggml_context *ctx, struct ggml_tensor *a, struct ggml_tensor *b);
struct ggml_tensor *ggml_scale(struct ggml_context *ctx, struct ggml_tensor *a, float s);
struct ggml_tensor *ggml_rms_norm(struct ggml_context *ctx, struct ggml_tensor *a, float eps);
struct ggml_tensor *ggml_norm(struct ggml_context *ctx, struct ggml_tensor *a, float eps);
struct ggml_tensor *ggml_silu(struct ggml_context *ctx, struct ggml_tensor *a);
struct ggml_tensor *ggml_gelu(struct ggml_context *ctx, struct ggml_tensor *a);
struct ggml_tensor *ggml_gelu_quick(struct ggml_context *ctx, struct ggml_tensor *a);
struct ggml_tensor *ggml_relu(struct ggml_context *ctx, struct ggml_tensor *a);
struct ggml_tensor *ggml_hardswish(struct ggml_context *ctx, struct ggml_tensor *a);
struct ggml_tensor *ggml_hardsigmoid(struct ggml_context *ctx, struct ggml_tensor *a);
struct ggml_tensor *ggml_cont(struct ggml_context *ctx, struct ggml_tensor *a);
struct ggml_tensor *ggml_transpose(struct ggml_context *ctx, struct ggml_tensor *a);
struct ggml_tensor *ggml_permute(struct ggml_context *ctx, struct ggml_tensor *a, int axis0, int axis1, int axis2, int axis3);
struct ggml_tensor *ggml_reshape_2d(struct ggml_context *ctx, struct ggml_tensor *a, int64_t ne0, int64_t ne1);
struct ggml_tensor *ggml_reshape_3d(struct ggml_context *ctx, struct ggml_tensor *a, int64_t ne0, int64_t ne1, int64_t ne2);
struct ggml_tensor *ggml_reshape_4d(struct ggml_context *ctx, struct ggml_tensor *a, int64_t ne0, int64_t ne1, int64_t ne2, int64_t ne3);
struct ggml_tensor *ggml_view_1d(struct ggml_context *ctx, struct ggml_tensor *a, int64_t ne0, size_t offset);
struct ggml_tensor *ggml_view_2d(struct ggml_context *ctx, struct ggml_tensor *a, int64_t ne0, int64_t ne1, size_t nb1, size_t offset);
struct ggml_tensor *ggml_view_3d(struct ggml_context *ctx, struct ggml_tensor *a, int64_t ne0, int64_t ne1, int64_t ne2, size_t nb1, size_t nb2, size_t offset);
struct ggml_tensor *ggml_concat(struct ggml_context *ctx, struct ggml_tensor *a, struct ggml_tensor *b, int dim);
struct ggml_tensor *ggml_cpy(struct ggml_context *ctx, struct ggml_tensor *a, struct ggml_tensor *b);
struct ggml_tensor *ggml_cast(struct ggml_context *ctx, struct ggml_tensor *a, int type);
struct ggml_tensor *ggml_rope_ext(struct ggml_context *ctx, struct ggml_tensor *a, struct ggml_tensor *positions,
    struct ggml_tensor *factors, int n_dims, int mode, int n_ctx_orig, float freq_base, float freq_scale,
    float ext_factor, float attn_factor, float beta_fast, float beta_slow);
struct ggml_tensor *ggml_soft_max_ext(struct ggml_context *ctx, struct ggml_tensor *a, struct ggml_tensor *mask, float scale, float max_bias);
struct ggml_tensor *ggml_flash_attn_ext(struct ggml_context *ctx, struct ggml_tensor *q, struct ggml_tensor *k,
    struct ggml_tensor *v, struct ggml_tensor *mask, float scale, float max_bias, float logit_softcap);
struct ggml_tensor *ggml_conv_2d(struct ggml_context *ctx, struct ggml_tensor *kernel, struct ggml_tensor *data,
    int s0, int s1, int p0, int p1, int d0, int d1);
struct ggml_tensor *ggml_conv_2d_dw(struct ggml_context *ctx, struct ggml_tensor *kernel, struct ggml_tensor *data,
    int s0, int s1, int p0, int p1, int d0, int d1);
struct ggml_tensor *ggml_im2col(struct ggml_context *ctx, struct ggml_tensor *kernel, struct ggml_tensor *data,
    int s0, int s1, int p0, int p1, int d0, int d1, bool is_2d, int dst_type);
struct ggml_tensor *ggml_pad(struct ggml_context *ctx, struct ggml_tensor *a, int p0, int p1, int p2, int p3);
struct ggml_tensor *ggml_mean(struct ggml_context *ctx, struct ggml_tensor *a);
struct ggml_tensor *ggml_pool_2d(struct ggml_context *ctx, struct ggml_tensor *a, int op, int k0, int k1, int s0, int s1, float p0, float p1);

typedef void (*ggml_custom1_op_t)(struct ggml_tensor *dst, const struct ggml_tensor *a, int ith, int nth, void *userdata);
typedef void (*ggml_custom3_op_t)(struct ggml_tensor *dst, const struct ggml_tensor *a, const struct ggml_tensor *b,
    const struct ggml_tensor *c, int ith, int nth, void *userdata);
struct ggml_tensor *ggml_map_custom3(struct ggml_context *ctx, struct ggml_tensor *a, struct ggml_tensor *b, struct ggml_tensor *c,
    ggml_custom3_op_t fun, int n_tasks, void *userdata);
struct ggml_tensor *ggml_map_custom1_inplace(struct ggml_context *ctx, struct ggml_tensor *a, ggml_custom1_op_t fun, int n_tasks, void *userdata);

size_t ggml_quantize_chunk(int type, const float *src, void *dst, int64_t start, int64_t rows, int64_t row_size, const float *imatrix);
void ggml_fp16_to_fp32_row(const uint16_t *x, float *y, int64_t n);
size_t ggml_nbytes(const struct ggml_tensor *tensor);
size_t ggml_row_size(int type, int64_t ne);

}  // extern "C"

// ---- helpers ----

// A context that holds tensors' descriptions but not their data.
static inline ggml_context *edgevlm_new_context(size_t bytes) {
  ggml_init_params params = {bytes, nullptr, true};
  return ggml_init(params);
}

// Maps a file for reading. Returns 0 where that fails.
static inline int64_t edgevlm_map_file(const char *path, int64_t size) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  struct stat st;
  void *p = MAP_FAILED;
  if (fstat(fd, &st) == 0 && st.st_size == size) p = mmap(nullptr, (size_t)size, PROT_READ, MAP_SHARED, fd, 0);
  close(fd);
  return p == MAP_FAILED ? 0 : (int64_t)(intptr_t)p;
}

// Reserves address space; pages take memory when they are first written. Returns 0 where that fails.
static inline int64_t edgevlm_reserve(int64_t size) {
  void *p = mmap(nullptr, (size_t)size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) return 0;
  // Small pages, so that a page given back is memory given back also where huge pages are the default.
  madvise(p, (size_t)size, MADV_NOHUGEPAGE);
  return (int64_t)(intptr_t)p;
}

static inline ggml_backend_buffer_t edgevlm_wrap(int64_t address, int64_t size) {
  return ggml_backend_cpu_buffer_from_ptr((void *)(intptr_t)address, (size_t)size);
}

static inline void edgevlm_place(ggml_backend_buffer_t buffer, ggml_tensor *tensor, int64_t address) {
  ggml_backend_tensor_alloc(buffer, tensor, (void *)(intptr_t)address);
}

static inline void edgevlm_unmap(int64_t address, int64_t size) { munmap((void *)(intptr_t)address, (size_t)size); }

// Gives pages back to the system; they read as zeros afterwards. Page-aligned arguments.
static inline void edgevlm_discard(int64_t address, int64_t size) { madvise((void *)(intptr_t)address, (size_t)size, MADV_DONTNEED); }

// Reads one byte of each page so that it is resident. The sum keeps the reads from being optimised away.
static inline int edgevlm_touch(int64_t address, int64_t size) {
  const volatile uint8_t *p = (const volatile uint8_t *)(intptr_t)address;
  int sum = 0;
  for (int64_t i = 0; i < size; i += 4096) sum += p[i];
  return sum;
}

static inline int edgevlm_page_size() { return (int)sysconf(_SC_PAGESIZE); }

// Pages of a range that are in memory, or -1.
static inline int64_t edgevlm_resident(int64_t address, int64_t size) {
  int64_t page = edgevlm_page_size(), pages = (size + page - 1) / page, count = 0;
  uint8_t *map = new uint8_t[pages];
  if (mincore((void *)(intptr_t)address, (size_t)size, map) != 0) count = -1;
  for (int64_t i = 0; count >= 0 && i < pages; i++) count += map[i] & 1;
  delete[] map;
  return count;
}

static inline void edgevlm_move(int64_t to, int64_t from, int64_t bytes) { memmove((void *)(intptr_t)to, (void *)(intptr_t)from, (size_t)bytes); }


static inline int64_t edgevlm_row_elements(ggml_tensor *tensor) { return tensor->ne[0]; }

static inline int64_t edgevlm_data(ggml_tensor *tensor) { return (int64_t)(intptr_t)tensor->data; }

// Moves tensors of a built graph to other places in the buffers they are in: pairs of (tensor, address).
static inline void edgevlm_relocate(const int64_t *pairs, int count) {
  for (int i = 0; i < count; i++) ((ggml_tensor *)(intptr_t)pairs[2 * i])->data = (void *)(intptr_t)pairs[2 * i + 1];
}

#endif
