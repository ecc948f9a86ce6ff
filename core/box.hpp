// One box that slides over rows and along them: each sample is touched once on its way through.
//
// A few source rows at a time are summed along themselves, lanes across rows; their sums then
// join windows down the columns, whose blocks of suffix sums are kept in place (see
// running_sum.cpp). Between the two nothing leaves the second-level cache.
#pragma once

#include "band.hpp"
#include "kernels.hpp"
#include "lanes.hpp"

namespace {

using iw::Boxes;
using iw::Services;

template <class S>
IW_INLINE Vec<double> widen(const S* p) {
  if constexpr (sizeof(S) == 8) {
    return load(p);
  } else {
    typedef S Half __attribute__((vector_size(kVectorBytes / 2)));
    Half half;
    __builtin_memcpy(&half, p, sizeof half);
    return __builtin_convertvector(half, Vec<double>);
  }
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

constexpr int kBoxRows = 2 * kLanes<double>;     // rows summed side by side
constexpr int kBoxChunk = 8 * kLanes<double>;    // columns summed down together
constexpr int64_t kBoxWidth = 512, kBoxHeight = 512, kBlockBytes = 256 << 10;

// Samples are read as S, summed in float64 and written as O.
template <class S>
struct SlidingBox {
  const Job& job;
  const Services& services;
  const Boxes& boxes;
  Grid grid;
  int down = -1;           // the axis along which rows follow each other
  int64_t tall, wide;      // samples in the box on that axis and along rows
  bool left_out = false;

  SlidingBox(const Job& j, const Services& s, const Boxes& b) : job(j), services(s), boxes(b) {
    const int last = job.nd - 1;
    for (int a = 0; a < last; a++)
      if (boxes.length[a] > 1) down = a;
    if (down < 0) return;
    tall = boxes.length[down];
    wide = boxes.length[last];
    for (int a = 0; a < last; a++) grid.size[a] = 1;
    const int64_t fits = kBlockBytes / 8 / (tall + 1) / job.inner;
    grid.size[last] = most(most(64, 2 * wide), least(kBoxWidth / job.inner, fits));
    grid.size[down] = most(kBoxHeight, 4 * tall);
    grid.cover(job);
    if (grid.total < 16) {
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
    S *source, *panel;
    double *suffix, *ends;  // along rows: block sums and sums by the window's end, as panels
    double* sums;           // kBoxRows rows of sums along rows
    double *blocks, *open;  // down columns: `tall` rows of suffix sums and a row of zeros; the
                            // sums since the last block's end
  };

  void tile(int64_t i) {
    const int last = job.nd - 1;
    Space w;
    grid.box(job, i, w.lo, w.len);
    for (int a = 0; a <= last; a++)
      w.from[a] = w.lo[a] * job.axis[a].stride + job.axis[a].start + boxes.first[a];
    w.width = w.len[last] * job.inner;
    w.source_width = (w.len[last] + wide - 1) * job.inner;
    w.source_pitch = padded_row<S>(round_up(w.source_width, kLanes<S>));
    w.pitch = padded_row<double>(round_up(w.width, kBoxChunk));
    const int64_t panel = round_up(w.source_width, kLanes<S>) + kLanes<double>;
    w.source = space<S>(0, kBoxRows * w.source_pitch);
    w.panel = space<S>(1, kBoxRows * panel);
    w.suffix = space<double>(2, kBoxRows * 2 * (wide + 1));
    w.ends = space<double>(3, kBoxRows * panel);
    w.sums = space<double>(4, kBoxRows * w.pitch);
    w.blocks = space<double>(5, (tall + 1) * w.pitch);
    w.open = space<double>(6, w.pitch);
    clear(w.sums, kBoxRows * w.pitch);
    clear(w.blocks, (tall + 1) * w.pitch);
    clear(w.open, w.pitch);
    const bool straight = !job.add && job.out_type == (sizeof(S) == 4 ? Type::f32 : Type::f64) &&
                          writes_straight<S>(job);
    const int64_t rows = w.len[down] + tall - 1;
    for (int64_t y = 0; y < rows; y += kBoxRows) {
      const int64_t count = least(kBoxRows, rows - y);
      along_rows(w, y, count);
      if (straight)
        down_columns<S>(w, y, count, true);
      else
        down_columns<double>(w, y, count, false);
    }
  }

  template <class E>
  E* space(int slot, int64_t count) const {
    return static_cast<E*>(services.scratch(slot, count * int64_t(sizeof(E))));
  }
  static void clear(double* p, int64_t count) { __builtin_memset(p, 0, size_t(count) * 8); }

  void along_rows(Space& w, int64_t y, int64_t count) {
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
    if (load_box_finite(job, from, len, w.source, pitch))
      __atomic_store_n(&left_out, true, __ATOMIC_RELAXED);
    if (wide == 1) {
      for (int64_t r = 0; r < count; r++)
        for (int64_t i = 0; i < w.width; i++)
          w.sums[r * w.pitch + i] = w.source[r * w.source_pitch + i];
      return;
    }
    for (int first = 0; first < kBoxRows; first += kLanes<S>) {
      const S* rows[kLanes<S>];
      for (int r = 0; r < kLanes<S>; r++)
        rows[r] = w.source + least(first + r, count - 1) * w.source_pitch;
      rows_to_lanes<S>(rows, w.source_width, w.panel + first, kBoxRows);
    }
    for (int64_t c = 0; c < job.inner; c++)
      sums_panel(w.panel + c * kBoxRows, len[last], w.ends + c * kBoxRows, w.suffix);
    for (int first = 0; first < kBoxRows; first += kLanes<double>) {
      double* rows[kLanes<double>];
      for (int r = 0; r < kLanes<double>; r++) rows[r] = w.sums + (first + r) * w.pitch;
      lanes_to_rows<double>(w.ends + (wide - 1) * job.inner * kBoxRows + first, kBoxRows, w.width,
                            rows);
    }
  }

  // Sums of windows in a panel, each where its window ends.
  void sums_panel(const S* x, int64_t n, double* ends, double* suffix) const {
    constexpr int W = kLanes<double>;
    const int64_t gap = job.inner * kBoxRows, k = wide;
    double *before = suffix, *after = suffix + (k + 1) * kBoxRows;
    clear(suffix, 2 * (k + 1) * kBoxRows);
    for (int64_t block = 0; block < n; block += k, x += k * gap, ends += k * gap) {
      const int64_t end = least(k, n - block);
      Vec<double> front[2] = {}, back[2] = {};
      for (int64_t i = 0; i < end; i++) {
#pragma GCC unroll 2
        for (int v = 0; v < 2; v++) {
          front[v] += widen(x + i * gap + v * W);
          store(ends + i * gap + v * W, front[v] + load(before + (i + 1) * kBoxRows + v * W));
        }
        if (end < k) continue;  // no window reaches beyond the last block
        const int64_t j = k - 1 - i;
#pragma GCC unroll 2
        for (int v = 0; v < 2; v++) {
          back[v] += widen(x + j * gap + v * W);
          store(after + j * kBoxRows + v * W, back[v]);
        }
      }
      double* turn = before;
      before = after;
      after = turn;
    }
  }

  // Sums of windows down the columns, for source rows y .. y+count-1.
  template <class O>
  void down_columns(Space& w, int64_t y, int64_t count, bool straight) {
    const Vec<double> weight = splat(boxes.weight[0]);
    const int64_t skip = most(0, tall - 1 - y);  // rows of this call that end no window
    int64_t place[kMaxDims], pitch = w.pitch;
    O *out, *own = nullptr;
    for (int a = 0; a < job.nd; a++) place[a] = w.lo[a];
    place[down] += y + skip - (tall - 1);
    if (!straight || w.width % kBoxChunk) own = space<O>(7, kBoxRows * pitch);
    if (straight) {
      out = reinterpret_cast<O*>(out_at(job, place));
      pitch = job.out_stride[down] / int64_t(sizeof(O));
    } else {
      out = own;
    }
    for (int64_t x = 0; x < w.width; x += kBoxChunk) {
      const bool beyond = straight && x + kBoxChunk > w.width;  // a chunk that needs cutting
      O* to = beyond ? own : out + x;
      const int64_t to_pitch = beyond ? kBoxChunk : pitch;
      chunk(w, x, y, count, skip, weight, to, to_pitch);
      if (beyond)
        for (int64_t r = 0; r < count - skip; r++)
          __builtin_memcpy(out + r * pitch + x, own + r * kBoxChunk,
                           size_t(w.width - x) * sizeof(O));
    }
    if (straight || skip >= count) return;
    if constexpr (sizeof(O) == 8) {
      int64_t len[kMaxDims], pitches[kMaxDims], step[kMaxDims];
      for (int a = 0; a < job.nd; a++) {
        len[a] = step[a] = 1;
        pitches[a] = pitch;
      }
      len[down] = count - skip;
      len[job.nd - 1] = w.len[job.nd - 1];
      store_box<double>(job, place, len, own, pitches, step);
    }
  }

  template <class O>
  void chunk(Space& w, int64_t x, int64_t y, int64_t count, int64_t skip, Vec<double> weight,
             O* out, int64_t pitch) const {
    constexpr int W = kLanes<double>, V = kBoxChunk / W;
    Vec<double> open[V];
#pragma GCC unroll 8
    for (int v = 0; v < V; v++) open[v] = load(w.open + x + v * W);
    int64_t r = y % tall;
    for (int64_t i = 0; i < count; i++) {
      const double* sums = w.sums + i * w.pitch + x;
      double* block = w.blocks + r * w.pitch + x;
#pragma GCC unroll 8
      for (int v = 0; v < V; v++) open[v] += load(sums + v * W);
      if (i >= skip) {
#pragma GCC unroll 8
        for (int v = 0; v < V; v++)
          narrow(out + v * W, weight * (open[v] + load(block + w.pitch + v * W)));
        out += pitch;
      }
#pragma GCC unroll 8
      for (int v = 0; v < V; v++) store(block + v * W, load(sums + v * W));
      if (++r < tall) continue;
      r = 0;
#pragma GCC unroll 8
      for (int v = 0; v < V; v++) open[v] = Vec<double>{};
      suffix_sums(w.blocks + x, w.pitch);
    }
#pragma GCC unroll 8
    for (int v = 0; v < V; v++) store(w.open + x + v * W, open[v]);
  }

  // A block that is complete: from its end backwards each row becomes the sum from there on.
  void suffix_sums(double* block, int64_t pitch) const {
    constexpr int W = kLanes<double>, V = kBoxChunk / W;
    Vec<double> back[V];
#pragma GCC unroll 8
    for (int v = 0; v < V; v++) back[v] = Vec<double>{};
    for (int64_t r = tall - 1; r >= 0; r--)
#pragma GCC unroll 8
      for (int v = 0; v < V; v++) {
        back[v] += load(block + r * pitch + v * W);
        store(block + r * pitch + v * W, back[v]);
      }
  }
};

}  // namespace
