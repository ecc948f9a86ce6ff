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
#include "pick.hpp"
#include "span.hpp"

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace {

using iw::Boxes;
using iw::Services;

// Samples as numbers of A, which are as long or twice as long. Left to itself GCC converts vectors
// in halves and joins them.
template <class A, class S>
IW_INLINE Vec<A> widen(const S* p) {
  if constexpr (sizeof(A) == sizeof(S))
    return load(p);
  else
#if defined(__AVX2__)
    return Vec<A>(_mm256_cvtps_pd(_mm_loadu_ps(p)));
#else
    return Vec<A>{p[0], p[1]};
#endif
}

template <class A, class O>
IW_INLINE void narrow(O* p, Vec<A> v) {
  if constexpr (sizeof(O) == sizeof(A)) {
    store(p, v);
  } else {
    typedef O Half __attribute__((vector_size(kVectorBytes / 2)));
    const Half half = __builtin_convertvector(v, Half);
    __builtin_memcpy(p, &half, sizeof half);
  }
}

// What samples near the largest numbers are multiplied with, so that sums of them are no larger.
constexpr double kScale = 0x1p-64;

constexpr int kBoxRows = 4;  // rows summed together: their chains overlap
constexpr int64_t kBoxRowBytes = 8192, kBoxHeight = 512, kBlockBytes = 256 << 10;

// How a window of `wide` samples, `inner` apart, is made up.
struct Windows {
  int64_t few = 1;  // samples of a short window
  int64_t vectors;  // that hold neighbouring short windows: one step along the row
  int64_t steps;    // short windows that make up a long one
  int64_t rest;     // samples that remain

  Windows() = default;
  Windows(int64_t wide, int64_t inner, int64_t lanes) {
    while (inner * few % lanes) few *= 2;
    vectors = inner * few / lanes;
    steps = wide / few;
    rest = wide % few;
  }
};

// Samples are read as S, summed as A and written as O.
template <class S, class A>
struct SlidingBox {
  static constexpr int W = kLanes<A>;
  static constexpr int V = 8, kChunk = V * W;  // vectors of a row that are summed together

  const Job& job;
  const Services& services;
  const Boxes& boxes;
  Grid grid;
  int down = -1;       // the axis along which rows follow each other
  int64_t tall, wide;  // samples in the box on that axis and along rows
  Windows windows;
  // Samples are not looked at one by one: sums that hold NaN or an infinity, or come near the
  // largest numbers, are `odd`. Then all is summed once more, with care.
  bool careful = false, odd = false, left_out = false, huge = false;
  bool scaled = false;  // whether samples are made smaller, so that no sum is too large
  const Held held;

  SlidingBox(const Job& j, const Services& s, const Boxes& b)
      : job(j), services(s), boxes(b), held(j, s) {
    const int last = job.nd - 1;
    for (int a = 0; a < last; a++)
      if (boxes.length[a] > 1) down = a;
    if (down < 0) return;
    tall = boxes.length[down];
    wide = boxes.length[last];
    windows = Windows(wide, job.inner, W);
    for (int a = 0; a < last; a++) grid.size[a] = 1;
    const int64_t fits = least(kBoxRowBytes, kBlockBytes / (tall + 1)) / int64_t(sizeof(A));
    const int64_t columns = even(job.axis[last].m, most(most(64, 2 * wide), fits / job.inner));
    grid.size[last] = round_up(columns, 64 / int64_t(sizeof(S)));  // rows of whole vectors
    grid.size[down] = even(job.axis[down].m, most(kBoxHeight, 4 * tall));
    grid.cover(job);
    if (grid.total < 8) {
      grid.size[down] = even(job.axis[down].m, most(kBoxHeight / 4, 2 * tall));
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
    A* open;                                           // sums since the last block's end
    A* block;  // sums from each row of the last block to its end, and a row of zeros
    A* sums;   // kBoxRows rows of sums down the columns
    A* few;    // windows of `few` samples of one block along rows
    const char* next[kBoxRows];  // where the next rows lie in the data
    void* own;                   // results that are not written where they are computed
    Seen<S> seen;                // results that are written as they are
    Seen<A> sums_seen;           // others
  };

  void tile(int64_t i) {
    if (__atomic_load_n(&odd, __ATOMIC_RELAXED)) return;
    const int last = job.nd - 1;
    Space w;
    grid.box(job, i, w.lo, w.len);
    for (int a = 0; a <= last; a++)
      w.from[a] = w.lo[a] * job.axis[a].stride + job.axis[a].start + boxes.first[a];
    w.width = w.len[last] * job.inner;
    w.source_width = (w.len[last] + wide - 1) * job.inner;
    // Windows at the end of a row reach beyond it, those of lanes that nobody reads.
    const int64_t reach = round_up(w.source_width, kChunk) + 2 * windows.vectors * W;
    w.source_pitch = padded_row<S>(reach);
    w.pitch = padded_row<A>(reach);
    w.source = space<S>(0, tall * w.source_pitch);
    w.open = space<A>(1, w.pitch);
    w.block = space<A>(2, (tall + 1) * w.pitch);
    w.sums = space<A>(3, kBoxRows * w.pitch);
    w.few = space<A>(4, kBoxRows * (windows.steps + 1) * W);
    w.own = space<A>(5, kBoxRows * w.pitch);
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
        take_rows(w, y + i, r, n);
        look_ahead(w, y + i + kBoxRows, n);
        down_columns(w, r, n, w.sums + i * w.pitch);
        const bool whole = r + n == tall, done = y + i + n == rows;
        if (whole || done) look(w);
        if (whole && !done) end_block(w);
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
    if (!held.means()) return;
    iw::Span results = w.seen.span();
    results.join(w.sums_seen.span());
    held.box(job, w.lo, w.len, results);
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
  void take_rows(Space& w, int64_t y, int64_t r, int64_t count) {
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
    const S headroom = scaled ? S(1) : S(tall * wide);
    load_rows(job, from, len, w.source + r * w.source_pitch, pitch, [&](S* row, int64_t n) {
      if (!careful) return;
      const Unusual seen = leave_out_unusual(row, n, headroom);
      for (int64_t i = 0; scaled && i < n; i++) row[i] *= S(kScale);
      if (seen.nonfinite) say(left_out);
      if (seen.huge) say(huge);
    });
  }

  // Sums since the last block's end: each sample is in some of them.
  void look(const Space& w) {
    if (careful) return;
    if (!(oddness(w.open, w.source_width, A(2 * wide)) == A(0))) say(odd);
  }
  static void say(bool& flag) { __atomic_store_n(&flag, true, __ATOMIC_RELAXED); }

  // Rows r .. r+count-1 of the block: sums of the windows that end in them. (What is in `w` is
  // copied: else GCC would read it again after each store.)
  [[gnu::noinline]] void down_columns(const Space& w, int64_t r, int64_t count, A* sums) const {
    const int64_t bytes = job.x_stride[job.nd - 1] / job.inner;
    const int64_t width = w.source_width, source_pitch = w.source_pitch, pitch = w.pitch;
    for (int64_t x = 0; x < width; x += kChunk) {
      const S* source = w.source + r * source_pitch + x;
      const A* block = w.block + (r + 1) * pitch + x;
      A *const kept = w.open + x, *to = sums + x;
      Vec<A> open[V];
#pragma GCC unroll 8
      for (int v = 0; v < V; v++) open[v] = load(kept + v * W);
      for (int64_t i = 0; i < count; i++) {
        const char* const next = w.next[i];
        for (int64_t b = x * bytes; b < (x + kChunk) * bytes; b += 64) __builtin_prefetch(next + b);
#pragma GCC unroll 8
        for (int v = 0; v < V; v++) {
          open[v] += widen<A>(source + v * W);
          store(to + v * W, open[v] + load(block + v * W));
        }
        source += source_pitch;
        block += pitch;
        to += pitch;
      }
#pragma GCC unroll 8
      for (int v = 0; v < V; v++) store(kept + v * W, open[v]);
    }
  }

  // The block is complete: sums from each of its rows to its end.
  [[gnu::noinline]] void end_block(const Space& w) const {
    const int64_t width = w.source_width, source_pitch = w.source_pitch, pitch = w.pitch;
    clear(w.open, pitch);
    for (int64_t x = 0; x < width; x += kChunk) {
      const S* source = w.source + tall * source_pitch + x;
      A* to = w.block + tall * pitch + x;
      Vec<A> back[V] = {};
      for (int64_t r = tall; r > 0; r--) {
        source -= source_pitch;
        to -= pitch;
#pragma GCC unroll 8
        for (int v = 0; v < V; v++) {
          back[v] += widen<A>(source + v * W);
          store(to + v * W, back[v]);
        }
      }
    }
  }

  // Sums along the rows of w.sums, `n` of each.
  template <class O>
  void along_rows(const Space& w, int64_t n, O* out, int64_t pitch) const {
    pick_power<W>(windows.few, [&](auto few) {
      pick<few.value - 1>(windows.rest, [&](auto rest) {
        constexpr int Few = few.value, Rest = rest.value;
        if (Few == W && job.inner == 1)
          join<O, Few, Rest, Few == W ? 1 : 0>(w, n, out, pitch);
        else if (Few == W && job.inner == 3)
          join<O, Few, Rest, Few == W ? 3 : 0>(w, n, out, pitch);
        else
          join<O, Few, Rest, 0>(w, n, out, pitch);
      });
    });
  }

  // Windows of `few` and of `rest` samples: a vector of each, at p and its neighbours.
  template <int Few, int Rest>
  IW_INLINE void some(const A* p, int64_t inner, Vec<A>& few, Vec<A>& rest) {
    few = rest = Vec<A>{};
#pragma GCC unroll 8
    for (int j = 0; j < Few; j++) {
      if (j == Rest) rest = few;
      few += load(p + j * inner);
    }
  }

  // Inner: the channels if they are known, so that samples need no pointers of their own, else 0.
  template <class O, int Few, int Rest, int Inner>
  [[gnu::noinline]] void join(const Space& w, int64_t n, O* out, int64_t pitch) const {
    constexpr int R = kBoxRows;
    const A* const x = w.sums;
    A* const few = w.few;
    const int64_t x_pitch = w.pitch;
    const Vec<A> weight = splat(A(boxes.weight[0]) / (scaled ? A(kScale) : A(1)));
    const int64_t step = windows.vectors * W, q = windows.steps, size = most(q, 1) * step;
    const int64_t inner = Inner ? Inner : job.inner;
    for (int64_t lane = 0; lane < least(step, n); lane += W) {
      for (int64_t i = 0; i < q; i++)
        for (int r = 0; r < R; r++) {
          Vec<A> here, rest;
          some<Few, Rest>(x + lane + i * step + r * x_pitch, inner, here, rest);
          store(few + (i * R + r) * W, here);
        }
      for (int64_t begin = lane; begin < n; begin += size) {
        Vec<A> sum[R] = {};
        for (int64_t i = q - 1; i >= 0; i--)
#pragma GCC unroll kBoxRows
          for (int r = 0; r < R; r++) {
            sum[r] += load(few + (i * R + r) * W);
            store(few + (i * R + r) * W, sum[r]);
          }
#pragma GCC unroll kBoxRows
        for (int r = 0; r < R; r++) sum[r] = Vec<A>{};
        const int64_t end = least(n, begin + size);
        if (q == 0) clear(few, R * W);  // no window is as long as that
        A* f = few;
        for (int64_t i = begin; i < end; i += step)
#pragma GCC unroll kBoxRows
          for (int r = 0; r < R; r++, f += W) {
            Vec<A> here, rest;
            some<Few, Rest>(x + i + q * step + r * x_pitch, inner, here, rest);
            narrow<A>(out + i + r * pitch, weight * (sum[r] + load(f) + rest));
            sum[r] += here;
            store(f, here);
          }
      }
    }
  }

  // Of each kBoxRows rows of sums `count` are there, and in the first `skip` no window ends.
  void write_straight(Space& w, int64_t skip, int64_t count, const int64_t* place) const {
    S* const out = reinterpret_cast<S*>(out_at(job, place));
    S* const own = static_cast<S*>(w.own);
    const int64_t pitch = job.out_stride[down] / int64_t(sizeof(S));
    if (count - skip == kBoxRows && w.width % W == 0) {
      along_rows(w, w.width, out, pitch);
      return look(w.seen, out, pitch, kBoxRows, w.width);
    }
    along_rows(w, w.width, own, w.pitch);
    for (int64_t i = skip; i < count; i++)
      __builtin_memcpy(out + (i - skip) * pitch, own + i * w.pitch, size_t(w.width) * sizeof(S));
    look(w.seen, own + skip * w.pitch, w.pitch, count - skip, w.width);
  }

  // Rows of results just summed.
  template <class O>
  void look(Seen<O>& seen, const O* rows, int64_t pitch, int64_t n, int64_t width) const {
    for (int64_t y = 0; held.means() && y < n; y++) seen.run(rows + y * pitch, width);
  }

  void write(Space& w, int64_t skip, int64_t count, const int64_t* place) const {
    A* const own = static_cast<A*>(w.own);
    along_rows(w, w.width, own, w.pitch);
    look(w.sums_seen, own + skip * w.pitch, w.pitch, count - skip, w.width);
    int64_t len[kMaxDims], pitches[kMaxDims], step[kMaxDims];
    for (int a = 0; a < job.nd; a++) {
      len[a] = step[a] = 1;
      pitches[a] = w.pitch;
    }
    len[down] = count - skip;
    len[job.nd - 1] = w.len[job.nd - 1];
    store_box<A>(job, place, len, own + skip * w.pitch, pitches, step);
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
