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

constexpr int kBoxRows = 2 * kLanes<double>;   // rows summed side by side
constexpr int kBoxChunk = 8 * kLanes<double>;  // columns summed down together
constexpr int64_t kBoxWidth = 512, kBoxHeight = 512, kBlockBytes = 256 << 10;

// Samples are read as S, summed in float64 and written as O.
template <class S>
struct SlidingBox {
  const Job& job;
  const Services& services;
  const Boxes& boxes;
  Grid grid;
  int down = -1;       // the axis along which rows follow each other
  int64_t tall, wide;  // samples in the box on that axis and along rows
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
    double* both;            // where the next two lie
    double *before, *after;  // sums from a block's end backwards, and those of the next block
    double* ends;            // sums of windows along rows, as a panel, each where its window ends
    double* sums;            // the same as rows: kBoxRows x kBoxChunk
    double *blocks, *open;   // down columns: `tall` rows of sums from a block's end backwards and
                             // one of zeros; the sums since the last block's end
    void* own;               // results that are not written where they are computed
  };

  void tile(int64_t i) {
    const int last = job.nd - 1;
    Space w;
    grid.box(job, i, w.lo, w.len);
    for (int a = 0; a <= last; a++)
      w.from[a] = w.lo[a] * job.axis[a].stride + job.axis[a].start + boxes.first[a];
    w.width = w.len[last] * job.inner;
    w.source_width = (w.len[last] + wide - 1) * job.inner;
    w.source_pitch = padded_row<S>(w.source_width + kLanes<S>);
    w.pitch = padded_row<double>(round_up(w.width, kBoxChunk));
    w.source = space<S>(0, kBoxRows * w.source_pitch);
    w.panel = space<S>(1, kBoxRows * (span() + kLanes<S>));
    w.both = space<double>(2, 2 * suffixes());
    w.before = w.both;
    w.after = w.both + suffixes();
    w.ends = space<double>(3, kBoxRows * (span() + 2 * kBoxChunk));
    w.sums = space<double>(4, kBoxRows * kBoxChunk);
    w.blocks = space<double>(5, (tall + 1) * w.pitch);
    w.open = space<double>(6, w.pitch);
    w.own = space<double>(7, kBoxRows * w.pitch);
    clear(w.blocks, (tall + 1) * w.pitch);
    clear(w.open, w.pitch);
    const bool straight =
        job.out_type == (sizeof(S) == 4 ? Type::f32 : Type::f64) && writes_straight<S>(job);
    const int64_t rows = w.len[down] + tall - 1;
    for (int64_t y = 0; y < rows; y += kBoxRows) {
      const int64_t count = least(kBoxRows, rows - y);
      load_rows(w, y, count);
      if (straight)
        slide<S, true>(w, y, count);
      else
        slide<double, false>(w, y, count);
    }
  }

  template <class E>
  E* space(int slot, int64_t count) const {
    return static_cast<E*>(services.scratch(slot, count * int64_t(sizeof(E))));
  }
  static void clear(double* p, int64_t count) { __builtin_memset(p, 0, size_t(count) * 8); }

  // Elements of a row taken at once: whole blocks, enough of them to be worth a turn.
  int64_t span() const { return (wide < 48 ? (48 + wide - 1) / wide : 1) * wide * job.inner; }
  int64_t suffixes() const { return kBoxRows * (wide + 1) * job.inner; }

  void load_rows(Space& w, int64_t y, int64_t count) {
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
  }

  // Source rows y .. y+count-1, from left to right: sums along them, then down the columns.
  template <class O, bool straight>
  void slide(Space& w, int64_t y, int64_t count) const {
    int64_t place[kMaxDims];
    for (int a = 0; a < job.nd; a++) place[a] = w.lo[a];
    const int64_t skip = least(count, most(0, tall - 1 - y));  // rows in which no window ends
    place[down] += y + skip - (tall - 1);
    O* out = straight ? reinterpret_cast<O*>(out_at(job, place)) : static_cast<O*>(w.own);
    const int64_t pitch = straight ? job.out_stride[down] / int64_t(sizeof(O)) : w.pitch;

    clear(w.both, 2 * suffixes());  // `take` has them swapped, once a block
    int64_t held = 0, done = 0, ahead = 0;
    for (int64_t x = 0; x < w.source_width; x += span()) {
      const int64_t n = least(span(), w.source_width - x);
      take(w, x, n, count, w.ends + held * kBoxRows);
      held += n;
      int64_t at = x ? 0 : (wide - 1) * job.inner;  // the first windows end there
      const bool all = x + n == w.source_width;
      for (; all ? done < w.width : held - at >= kBoxChunk; at += kBoxChunk, done += kBoxChunk) {
        if (ahead < kBoxRows) prefetch(w, y + kBoxRows + ahead++);
        turn(w.ends + at * kBoxRows, w.sums);
        const int64_t cut = w.width - done;
        if (straight && cut < kBoxChunk) {
          O* own = static_cast<O*>(w.own);
          down_columns(w, done, y, count, skip, own, kBoxChunk);
          for (int64_t r = 0; r < count - skip; r++)
            __builtin_memcpy(out + done + r * pitch, own + r * kBoxChunk, size_t(cut) * sizeof(O));
        } else {
          down_columns(w, done, y, count, skip, out + done, pitch);
        }
      }
      held -= at;
      if (held > 0) __builtin_memmove(w.ends, w.ends + at * kBoxRows, size_t(held * kBoxRows) * 8);
    }
    if constexpr (!straight)
      if (skip < count) {
        int64_t len[kMaxDims], pitches[kMaxDims], step[kMaxDims];
        for (int a = 0; a < job.nd; a++) {
          len[a] = step[a] = 1;
          pitches[a] = pitch;
        }
        len[down] = count - skip;
        len[job.nd - 1] = w.len[job.nd - 1];
        store_box<double>(job, place, len, out, pitches, step);
      }
  }

  // Elements x .. x+n-1 of the rows, whole blocks but for the last: sums of the windows that end
  // there.
  void take(Space& w, int64_t x, int64_t n, int64_t count, double* ends) const {
    for (int first = 0; first < kBoxRows; first += kLanes<S>) {
      const S* rows[kLanes<S>];
      for (int r = 0; r < kLanes<S>; r++)
        rows[r] = w.source + least(first + r, count - 1) * w.source_pitch + x;
      rows_to_lanes<S>(rows, n, w.panel + first, kBoxRows);
    }
    const int64_t block = wide * job.inner;
    for (int64_t b = 0; b < n; b += block) {
      const bool whole = n - b >= block;
      const int64_t length = whole ? wide : (n - b) / job.inner;
      for (int64_t c = 0; c < job.inner; c++) {
        const int64_t at = (b + c) * kBoxRows, own = c * (wide + 1) * kBoxRows;
        if (whole)
          block_sums<true>(w.panel + at, length, ends + at, w.before + own, w.after + own);
        else
          block_sums<false>(w.panel + at, length, ends + at, w.before + own, w.after + own);
      }
      double* turned = w.before;
      w.before = w.after;
      w.after = turned;
    }
  }

  // `whole`: windows reach beyond this block.
  template <bool whole>
  void block_sums(const S* x, int64_t length, double* ends, const double* before,
                  double* after) const {
    constexpr int W = kLanes<double>;
    const int64_t gap = job.inner * kBoxRows;
    Vec<double> front[2] = {}, back[2] = {};
    for (int64_t i = 0; i < length; i++) {
      const int64_t j = length - 1 - i;
#pragma GCC unroll 2
      for (int v = 0; v < 2; v++) {
        front[v] += widen(x + i * gap + v * W);
        store(ends + i * gap + v * W, front[v] + load(before + (i + 1) * kBoxRows + v * W));
        if constexpr (whole) {
          back[v] += widen(x + j * gap + v * W);
          store(after + j * kBoxRows + v * W, back[v]);
        }
      }
    }
  }

  // A chunk of a panel into rows.
  void turn(const double* panel, double* sums) const {
    for (int first = 0; first < kBoxRows; first += kLanes<double>) {
      double* rows[kLanes<double>];
      for (int r = 0; r < kLanes<double>; r++) rows[r] = sums + (first + r) * kBoxChunk;
      lanes_to_rows<double>(panel + first, kBoxRows, kBoxChunk, rows);
    }
  }

  // A chunk of columns from `x` on, source rows y .. y+count-1: windows that end in them.
  template <class O>
  void down_columns(Space& w, int64_t x, int64_t y, int64_t count, int64_t skip, O* out,
                    int64_t pitch) const {
    constexpr int W = kLanes<double>, V = kBoxChunk / W;
    const Vec<double> weight = splat(boxes.weight[0]);
    Vec<double> open[V];
#pragma GCC unroll 8
    for (int v = 0; v < V; v++) open[v] = load(w.open + x + v * W);
    int64_t r = y % tall;
    for (int64_t i = 0; i < count; i++) {
      const double* sums = w.sums + i * kBoxChunk;
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

  // Ask for the source row `y` of the tile.
  void prefetch(const Space& w, int64_t y) const {
    if (y >= w.len[down] + tall - 1) return;
    const int last = job.nd - 1;
    int64_t from[kMaxDims];
    for (int a = 0; a <= last; a++) from[a] = w.from[a];
    from[down] += y;
    prefetch_row(job, from, w.len[last] + wide - 1);
  }
};

}  // namespace
