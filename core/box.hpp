// One box that slides over rows and along them, in one pass through the cache.
//
// Down the columns windows are joined as in running_sum.cpp, from blocks as tall as the box: each
// source row is added to the sums since the last block's end, and at the end of a block its rows
// are gone through once more, backwards.
//
// Along rows the same is done without turning them into lanes. First come windows of a few samples,
// at every place: as few as make the step from one to the next that does not overlap it whole
// vectors. A long window is every such window from its beginning on, joined vector by vector, each
// lane for itself, and the few samples that remain. Nothing is subtracted, and no lane ever holds a
// sample that is not in its window.
#pragma once

#include "band.hpp"
#include "kernels.hpp"

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace {

using iw::Boxes;
using iw::Services;

// Left to itself GCC converts vectors in halves and joins them.
IW_INLINE Vec<double> widen(const double* p) { return load(p); }
IW_INLINE Vec<double> widen(const float* p) {
#if defined(__AVX2__)
  return Vec<double>(_mm256_cvtps_pd(_mm_loadu_ps(p)));
#else
  return Vec<double>{p[0], p[1]};
#endif
}

template <class O>
IW_INLINE void narrow(O* p, Vec<double> v) {
  if constexpr (sizeof(O) == 8) {
    store(p, v);
  } else {
    typedef O Half __attribute__((vector_size(kVectorBytes / 2)));
    const Half half = __builtin_convertvector(v, Half);
    __builtin_memcpy(p, &half, sizeof half);
  }
}

constexpr int kBoxRows = 4;                    // rows summed together: their chains overlap
constexpr int kBoxChunk = 8 * kLanes<double>;  // columns of them
constexpr int64_t kBoxWidth = 512, kBoxHeight = 512, kBlockBytes = 256 << 10;

// How a window of `wide` samples, `inner` apart, is made up.
struct Windows {
  int64_t few = 1;  // samples of a short window
  int64_t vectors;  // that hold neighbouring short windows: one step along the row
  int64_t steps;    // short windows that make up a long one
  int64_t rest;     // samples that remain

  Windows() = default;
  Windows(int64_t wide, int64_t inner) {
    while (inner * few % kLanes<double>) few *= 2;
    vectors = inner * few / kLanes<double>;
    steps = wide / few;
    rest = wide % few;
  }
};

template <int N>
struct Number {
  static constexpr int value = N;
};

// Call body(Number<n>) for the n given: of 1, 2, 4 .. Most, or of 0 .. Most.
template <int Most, class F>
IW_INLINE void pick_power(int64_t n, const F& body) {
  if constexpr (Most > 1) {
    if (n < Most) return pick_power<Most / 2>(n, body);
  }
  body(Number<Most>{});
}

template <int Most, class F>
IW_INLINE void pick(int64_t n, const F& body) {
  if constexpr (Most > 0) {
    if (n < Most) return pick<Most - 1>(n, body);
  }
  body(Number<Most>{});
}

// Samples are read as S, summed in float64 and written as O.
template <class S>
struct SlidingBox {
  static constexpr int W = kLanes<double>;

  const Job& job;
  const Services& services;
  const Boxes& boxes;
  Grid grid;
  int down = -1;       // the axis along which rows follow each other
  int64_t tall, wide;  // samples in the box on that axis and along rows
  Windows windows;
  bool left_out = false;

  SlidingBox(const Job& j, const Services& s, const Boxes& b) : job(j), services(s), boxes(b) {
    const int last = job.nd - 1;
    for (int a = 0; a < last; a++)
      if (boxes.length[a] > 1) down = a;
    if (down < 0) return;
    tall = boxes.length[down];
    wide = boxes.length[last];
    windows = Windows(wide, job.inner);
    for (int a = 0; a < last; a++) grid.size[a] = 1;
    const int64_t fits = kBlockBytes / 8 / (tall + 1) / job.inner;
    const int64_t columns = most(most(64, 2 * wide), least(kBoxWidth / job.inner, fits));
    grid.size[last] = round_up(columns, 64 / int64_t(sizeof(S)));  // rows of whole vectors
    grid.size[down] = most(kBoxHeight, 4 * tall);
    grid.cover(job);
    if (grid.total < 8) {
      grid.size[down] = most(kBoxHeight / 4, 2 * tall);
      grid.cover(job);
    }
  }

  // Two axes at most, neither strided: all else goes the general way.
  bool applies() const {
    if (boxes.count != 1 || down < 0) return false;
    for (int a = 0; a < job.nd; a++)
      if (a != down && a != job.nd - 1 ? boxes.length[a] > 1 : job.axis[a].stride > 1) return false;
    return true;
  }

  struct Space {
    int64_t lo[kMaxDims], len[kMaxDims], from[kMaxDims];
    int64_t source_width, width, source_pitch, pitch;  // in elements, interleaved channels counted
    S* source;                                         // `tall` rows: the block at hand
    double* open;                                      // sums since the last block's end
    double* block;  // sums from each row of the last block to its end, and a row of zeros
    double* sums;   // kBoxRows rows of sums down the columns
    double* few;    // windows of `few` samples of one block along rows
    const char* next[kBoxRows];  // where the next rows lie in the data
    void* own;                   // results that are not written where they are computed
  };

  void tile(int64_t i) {
    const int last = job.nd - 1;
    Space w;
    grid.box(job, i, w.lo, w.len);
    for (int a = 0; a <= last; a++)
      w.from[a] = w.lo[a] * job.axis[a].stride + job.axis[a].start + boxes.first[a];
    w.width = w.len[last] * job.inner;
    w.source_width = (w.len[last] + wide - 1) * job.inner;
    // Windows at the end of a row reach beyond it, those of lanes that nobody reads.
    const int64_t reach = round_up(w.source_width, kBoxChunk) + 2 * windows.vectors * W;
    w.source_pitch = padded_row<S>(reach);
    w.pitch = padded_row<double>(reach);
    w.source = space<S>(0, tall * w.source_pitch);
    w.open = space<double>(1, w.pitch);
    w.block = space<double>(2, (tall + 1) * w.pitch);
    w.sums = space<double>(3, kBoxRows * w.pitch);
    w.few = space<double>(4, kBoxRows * (windows.steps + 1) * W);
    w.own = space<double>(5, kBoxRows * w.pitch);
    clear(w.source, tall * w.source_pitch);
    clear(w.open, w.pitch);
    clear(w.block, (tall + 1) * w.pitch);
    clear(w.sums, kBoxRows * w.pitch);
    const bool straight =
        job.out_type == (sizeof(S) == 4 ? Type::f32 : Type::f64) && writes_straight<S>(job);
    const int64_t rows = w.len[down] + tall - 1;
    for (int64_t y = 0; y < rows; y += kBoxRows) {
      const int64_t count = least(kBoxRows, rows - y);
      for (int64_t i = 0, n; i < count; i += n) {
        const int64_t r = (y + i) % tall;
        n = least(tall - r, count - i);
        load_rows(w, y + i, r, n);
        look_ahead(w, y + i + kBoxRows, n);
        down_columns(w, r, n, w.sums + i * w.pitch);
        if (r + n == tall) end_block(w);
      }
      const int64_t skip = least(count, most(0, tall - 1 - y));  // rows in which no window ends
      if (skip == count) continue;
      int64_t place[kMaxDims];
      for (int a = 0; a <= last; a++) place[a] = w.lo[a];
      place[down] += y + skip - (tall - 1);
      if (straight)
        write_straight(w, skip, count, place);
      else
        write(w, skip, count, place);
    }
  }

  template <class E>
  E* space(int slot, int64_t count) const {
    return static_cast<E*>(services.scratch(slot, count * int64_t(sizeof(E))));
  }
  template <class E>
  static void clear(E* p, int64_t count) {
    __builtin_memset(p, 0, size_t(count) * sizeof(E));
  }

  // Source rows y .. y+count-1 of the tile into rows r .. of the block.
  void load_rows(Space& w, int64_t y, int64_t r, int64_t count) {
    const int last = job.nd - 1;
    int64_t from[kMaxDims], len[kMaxDims], pitch[kMaxDims];
    for (int a = 0; a <= last; a++) {
      from[a] = w.from[a];
      len[a] = 1;
      pitch[a] = w.source_pitch;
    }
    from[down] += y;
    len[down] = count;
    len[last] = w.len[last] + wide - 1;
    if (load_box_finite(job, from, len, w.source + r * w.source_pitch, pitch))
      __atomic_store_n(&left_out, true, __ATOMIC_RELAXED);
  }

  // Rows r .. r+count-1 of the block: sums of the windows that end in them.
  void down_columns(const Space& w, int64_t r, int64_t count, double* sums) const {
    constexpr int V = kBoxChunk / W;
    const int last = job.nd - 1;
    const int64_t bytes = job.x_stride[last] / job.inner;
    for (int64_t x = 0; x < w.source_width; x += kBoxChunk) {
      Vec<double> open[V];
#pragma GCC unroll 8
      for (int v = 0; v < V; v++) open[v] = load(w.open + x + v * W);
      for (int64_t i = 0; i < count; i++) {
        for (int64_t b = x * bytes; b < (x + kBoxChunk) * bytes; b += 64)
          __builtin_prefetch(w.next[i] + b);
        const S* const source = w.source + (r + i) * w.source_pitch + x;
        const double* const block = w.block + (r + i + 1) * w.pitch + x;
#pragma GCC unroll 8
        for (int v = 0; v < V; v++) {
          open[v] += widen(source + v * W);
          store(sums + i * w.pitch + x + v * W, open[v] + load(block + v * W));
        }
      }
#pragma GCC unroll 8
      for (int v = 0; v < V; v++) store(w.open + x + v * W, open[v]);
    }
  }

  // The block is complete: sums from each of its rows to its end.
  void end_block(const Space& w) const {
    constexpr int V = kBoxChunk / W;
    clear(w.open, w.pitch);
    for (int64_t x = 0; x < w.source_width; x += kBoxChunk) {
      Vec<double> back[V] = {};
      for (int64_t r = tall - 1; r >= 0; r--)
#pragma GCC unroll 8
        for (int v = 0; v < V; v++) {
          back[v] += widen(w.source + r * w.source_pitch + x + v * W);
          store(w.block + r * w.pitch + x + v * W, back[v]);
        }
    }
  }

  // Sums along rows of w.sums from `first` to `end`, `n` of each row.
  template <class O>
  void along_rows(const Space& w, int64_t first, int64_t end, int64_t n, O* out,
                  int64_t pitch) const {
    int64_t i = first;
    for (; i + kBoxRows <= end; i += kBoxRows)
      along_row<O, kBoxRows>(w, i, n, out + (i - first) * pitch, pitch);
    for (; i < end; i++) along_row<O, 1>(w, i, n, out + (i - first) * pitch, pitch);
  }

  template <class O, int R>
  void along_row(const Space& w, int64_t first, int64_t n, O* out, int64_t pitch) const {
    const double* x = w.sums + first * w.pitch;
    pick_power<W>(windows.few, [&](auto few) {
      pick<few.value - 1>(windows.rest, [&](auto rest) {
        join<O, R, few.value, rest.value>(x, w.pitch, w.few, n, out, pitch);
      });
    });
  }

  // Windows of `few` and of `rest` samples: a vector of each, at p and its neighbours.
  template <int Few, int Rest>
  IW_INLINE void some(const double* p, int64_t inner, Vec<double>& few, Vec<double>& rest) {
    few = rest = Vec<double>{};
#pragma GCC unroll 8
    for (int j = 0; j < Few; j++) {
      if (j == Rest) rest = few;
      few += load(p + j * inner);
    }
  }

  template <class O, int R, int Few, int Rest>
  void join(const double* x, int64_t x_pitch, double* few, int64_t n, O* out, int64_t pitch) const {
    const Vec<double> weight = splat(boxes.weight[0]);
    const int64_t step = windows.vectors * W, q = windows.steps, size = most(q, 1) * step;
    const int64_t inner = job.inner;
    for (int64_t lane = 0; lane < least(step, n); lane += W) {
      for (int64_t i = 0; i < q; i++)
        for (int r = 0; r < R; r++) {
          Vec<double> here, rest;
          some<Few, Rest>(x + lane + i * step + r * x_pitch, inner, here, rest);
          store(few + (i * R + r) * W, here);
        }
      for (int64_t begin = lane; begin < n; begin += size) {
        Vec<double> sum[R] = {};
        for (int64_t i = q - 1; i >= 0; i--)
#pragma GCC unroll kBoxRows
          for (int r = 0; r < R; r++) {
            sum[r] += load(few + (i * R + r) * W);
            store(few + (i * R + r) * W, sum[r]);
          }
#pragma GCC unroll kBoxRows
        for (int r = 0; r < R; r++) sum[r] = Vec<double>{};
        const int64_t end = least(n, begin + size);
        if (q == 0) clear(few, R * W);  // no window is as long as that
        double* f = few;
        for (int64_t i = begin; i < end; i += step)
#pragma GCC unroll kBoxRows
          for (int r = 0; r < R; r++, f += W) {
            Vec<double> here, rest;
            some<Few, Rest>(x + i + q * step + r * x_pitch, inner, here, rest);
            narrow(out + i + r * pitch, weight * (sum[r] + load(f) + rest));
            sum[r] += here;
            store(f, here);
          }
      }
    }
  }

  void write_straight(const Space& w, int64_t skip, int64_t count, const int64_t* place) const {
    S* const out = reinterpret_cast<S*>(out_at(job, place));
    S* const own = static_cast<S*>(w.own);
    const int64_t pitch = job.out_stride[down] / int64_t(sizeof(S));
    if (w.width % W == 0) return along_rows<S>(w, skip, count, w.width, out, pitch);
    along_rows<S>(w, skip, count, w.width, own, w.pitch);
    for (int64_t i = 0; i < count - skip; i++)
      __builtin_memcpy(out + i * pitch, own + i * w.pitch, size_t(w.width) * sizeof(S));
  }

  void write(const Space& w, int64_t skip, int64_t count, const int64_t* place) const {
    double* const own = static_cast<double*>(w.own);
    along_rows<double>(w, skip, count, w.width, own, w.pitch);
    int64_t len[kMaxDims], pitches[kMaxDims], step[kMaxDims];
    for (int a = 0; a < job.nd; a++) {
      len[a] = step[a] = 1;
      pitches[a] = w.pitch;
    }
    len[down] = count - skip;
    len[job.nd - 1] = w.len[job.nd - 1];
    store_box<double>(job, place, len, own, pitches, step);
  }

  // Where rows y .. y+count-1 of the tile lie, which are asked for while others are summed.
  void look_ahead(Space& w, int64_t y, int64_t count) const {
    const int last = job.nd - 1;
    for (int64_t i = 0; i < count; i++) {
      const char* row = job.x + most(w.from[last], 0) * job.x_stride[last];
      for (int a = 0; a < last; a++) {
        const int64_t at = w.from[a] + (a == down ? y + i : 0);
        row += most(fold(at, job.axis[a].n, job.axis[a].border), 0) * job.x_stride[a];
      }
      w.next[i] = row;
    }
  }
};

}  // namespace
