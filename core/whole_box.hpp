// One box that slides over rows of 8- or 16-bit integers, in one pass through the cache.
//
// Sums of whole numbers are exact: what leaves a window may be subtracted, and nothing drifts. Down
// the columns a row of sums is the one above it, plus the row of samples that comes in, less the
// one that goes out; `along.hpp` does the same along rows.
//
// Sums run in 16 bits where all samples of the box fit, else in 32; those down the columns in 16
// bits where four of them fit. What lies between two windows may wrap, and wraps back.
#pragma once

#include "along.hpp"
#include "kernels.hpp"
#include "means.hpp"
#include "narrow.hpp"
#include "raw_rows.hpp"
#include "runs.hpp"
#include "span.hpp"
#include "stream.hpp"

namespace {

using iw::Boxes;
using iw::Services;

template <class S>
constexpr int64_t kLargest = (int64_t(1) << (8 * sizeof(S) - (S(-1) < S(0)))) - (S(-1) > S(0));

// The last axis before that of rows which has a window, or the last of all.
IW_INLINE int down_of(const Job& job, const Boxes& boxes) {
  int down = job.nd - 2;
  for (int a = 0; a < job.nd - 1; a++)
    if (boxes.length[a] > 1) down = a;
  return down;
}

// How many taps the box has, if it covers two axes at most, neither strided, and what lies outside
// is a whole number from `least` to `greatest`, like the samples; else 0, as for too many taps.
inline int64_t taps_of_whole(const Job& job, const Boxes& boxes, double least, double greatest) {
  const int last = job.nd - 1, down = down_of(job, boxes);
  if (boxes.count != 1) return 0;
  int64_t taps = 1;
  for (int a = 0; a <= last; a++) {
    const iw::Axis& axis = job.axis[a];
    if (a != down && a != last ? boxes.length[a] > 1 : axis.stride > 1) return 0;
    if (axis.border == Border::constant) {
      if (!(axis.fill >= least && axis.fill <= greatest)) return 0;
      if (__builtin_rint(axis.fill) != axis.fill) return 0;
    }
    if (boxes.length[a] > (int64_t(1) << 31) / taps) return 0;
    taps *= boxes.length[a];
  }
  return taps;
}

// Whether sums of the box fit type A, and four down its columns type C.
template <class S, class C, class A>
bool whole_fits(const Job& job, const Boxes& boxes) {
  constexpr double least = S(-1) < S(0) ? -double(kLargest<S>) : 0;
  constexpr double greatest = double(kLargest<S>) - (S(-1) < S(0));
  const int64_t taps = taps_of_whole(job, boxes, least, greatest);
  if (!taps) return false;
  const int down = down_of(job, boxes);
  const int64_t four = down < 0 ? 4 : 4 * boxes.length[down];
  if (sizeof(C) < sizeof(A) && four * kLargest<S> > kLargest<C> - (C(-1) < C(0))) return false;
  return taps * kLargest<S> <= kLargest<A> - (A(-1) < A(0));
}

IW_INLINE bool is_narrow(Type type) {
  return type == Type::u8 || type == Type::i8 || type == Type::u16 || type == Type::i16;
}

// Samples are read as S, summed down the columns as C, and along rows as A.
template <class S, class C, class A>
struct WholeBox {
  static constexpr int W = kLanes<A>;
  static constexpr int64_t kAtOnce = 4 * W;  // numbers that are written at once
  // Numbers of a tile's row, and its rows.
  static constexpr int64_t kWidth = 4096, kHeight = 512;

  const Job& job;
  const Services& services;
  const Boxes& boxes;
  Grid grid;
  int down;               // the axis along which rows follow each other, if there is one
  int64_t tall, wide;     // samples in the box on that axis and along rows
  int64_t fours;          // that a window is put together from, and samples
  int64_t few = 1;        // samples that a long window moves on by
  int64_t step;           // numbers from one place of it to the next: whole vectors
  bool plain;             // windows are put together each by itself
  bool with_fours;        // sums of four are needed
  bool left_out = false;  // integers have no NaN
  Weigh weigh;
  Means means;
  const Held held;

  WholeBox(const Job& j, const Services& s, const Boxes& b)
      : job(j), services(s), boxes(b), weigh(b.weight[0]), held(j, s) {
    const int last = job.nd - 1;
    down = down_of(job, boxes);
    tall = down < 0 ? 1 : boxes.length[down];
    wide = boxes.length[last];
    weigh.look(tall * wide, kLargest<S>);
    if (sizeof(A) == 2 && S(-1) > S(0)) means.look(weigh.weight, tall * wide, kLargest<S>);
    while (job.inner * few % W) few *= 2;
    step = job.inner * few;
    fours = wide < 8 ? 0 : wide / 4;
    plain = wide - 3 * fours <= (few < 4 ? 8 : few / 2 + 2);
    with_fours = fours || (!plain && few >= 4);
    for (int a = 0; a < last; a++) grid.size[a] = 1;
    grid.size[last] = round_up(most(2 * wide, kWidth / job.inner), 64);
    if (down >= 0) grid.size[down] = most(kHeight, 4 * tall);
    grid.cover(job);
    if (down >= 0 && grid.total < 8) {
      grid.size[down] = most(kHeight / 4, 2 * tall);
      grid.cover(job);
    }
  }

  struct Space {
    int64_t lo[kMaxDims], len[kMaxDims], from[kMaxDims];
    int64_t source_width, width, source_pitch, pitch;  // in numbers, interleaved channels counted
    S* source;                                         // the rows under a window, and the next
    C* sums;                                           // down the columns
    C* four;                                           // of four of them
    SumRow<A, C> line;
    void* own;  // one row of results
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
    const int64_t reach = w.source_width + step + (few + 4) * job.inner + kAtOnce + kLanes<C>;
    w.source_pitch = padded_row<S>(round_up(w.source_width, kLanes<C>));
    w.pitch = padded_row<C>(reach);
    w.source = space<S>(0, (tall + 2) * w.source_pitch);
    w.sums = space<C>(1, w.pitch);
    w.four = space<C>(2, w.pitch);
    w.own = space<double>(3, w.width + kAtOnce);
    const RawRows<S> raw(job, w.from, w.len[last] + wide - 1, down,
                         [&](int64_t n) { return space<int64_t>(4, n); });
    w.line = SumRow<A, C>{w.sums, w.four, job.inner, wide, fours};
    S* const none = w.source + (tall + 1) * w.source_pitch;
    clear(none, w.source_pitch);
    clear(w.sums, w.pitch);
    const bool past = job.out_stride[0] * job.axis[0].m >= kPastBytes;
    const int64_t rows = (down < 0 ? 1 : w.len[down]) + tall - 1;
    int64_t enters = 0;  // which row of the source
    for (int64_t y = 0; y < rows; y++) {
      S* const in = w.source + enters * w.source_pitch;
      enters = enters == tall ? 0 : enters + 1;
      raw.ask(y + kRowsAhead);
      if (is_narrow(job.out_type) && !bytes_go_past(job, 1)) expect(w, y - (tall - 1) + 1);
      raw.load(y, in);
      down_columns(w, in, y < tall ? none : w.source + enters * w.source_pitch);
      if (y < tall - 1) continue;  // no window ends here
      int64_t place[kMaxDims];
      for (int a = 0; a <= last; a++) place[a] = w.lo[a];
      if (down >= 0) place[down] += y - (tall - 1);
      write(w, place, past);
    }
    if (past) end_streams();
    if (held.means() && may_leave())
      held.box(job, w.lo, w.len, iw::IW_LEVEL::span_of_results(job, w.lo, w.len));
  }

  // Whether a mean may leave the range of its samples. Rounded once to float it cannot, where the
  // box is one to a quarter of float's rounding: whole numbers of 16 bits are numbers of float.
  bool may_leave() const {
    const double box = double(tall * wide) * boxes.weight[0];
    return job.out_type == Type::f64 || !(box - 1 < 0x1p-26 && 1 - box < 0x1p-26);
  }

  // Ask for the lines that row y of the tile's results fills.
  void expect(const Space& w, int64_t y) const {
    const int last = job.nd - 1;
    const int64_t bytes = w.len[last] * job.out_stride[last];
    if (y < 0 || down < 0 || y >= w.len[down] || bytes < 0) return;
    int64_t place[kMaxDims];
    for (int a = 0; a <= last; a++) place[a] = w.lo[a] + (a == down) * y;
    const char* const row = out_at(job, place);
    for (int64_t at = 0; at < bytes; at += most(64, job.out_stride[last]))
      __builtin_prefetch(row + at, 1);
  }

  template <class E>
  E* space(int slot, int64_t count) const {
    return static_cast<E*>(services.scratch(slot, count * int64_t(sizeof(E))));
  }
  template <class E>
  static void clear(E* p, int64_t count) {
    __builtin_memset(p, 0, size_t(count) * sizeof(E));
  }

  // Sums down the columns of one more row.
  [[gnu::noinline]] void down_columns(const Space& w, const S* in, const S* out) const {
    C* const sums = w.sums;
    for (int64_t x = 0; x < w.source_width; x += kLanes<C>)
      store(sums + x, load(sums + x) + widened_to<C>(in + x) - widened_to<C>(out + x));
  }

  // Sums along the row of w.sums, weighed.
  template <class O>
  void along_row(const Space& w, O* out) const {
    along_row(w, weigh, out);
  }

  template <class O>
  void along_row(const Space& w, const Weigh& weigh, O* out) const {
    if (with_fours) add_fours(w.sums, w.four, w.source_width, job.inner);
    windows_along(w.line, few, plain, w.width, weigh, out);
  }

  // One row of results, to where it belongs if its type is one that sums are written as.
  void write(const Space& w, const int64_t* place, bool past) const {
    if (writes_straight<float>(job)) return write_straight<float>(w, place, past);
    if (writes_straight<double>(job)) return write_straight<double>(w, place, past);
    const Type type = job.out_type;
    if (means.exact && type == Type::u8 && lies_straight(job, 1)) return write_means(w, place);
    if constexpr (sizeof(A) == 2)
      if (fits_short(type) && lies_straight(job, 2))
        return write_straight<uint16_t>(w, place, past);
    if (is_narrow(type)) return write_apart<float>(w, place);  // beyond 2^24 all are clipped
    if (weigh.whole && (type == Type::u32 || type == Type::i32) && lies_straight(job, 4))
      return write_straight<uint32_t>(w, place, past);
    write_apart<double>(w, place);
  }

  // Whether whole results are numbers of a type of 16 bits, none of which is clipped.
  bool fits_short(Type type) const {
    const int64_t size = weigh.whole * tall * wide * kLargest<S>;
    if (type == Type::u16) return S(-1) > S(0) && size > 0 && size < 1 << 16;
    return type == Type::i16 && weigh.whole && size <= 1 << 15 && size >= -(1 << 15);
  }

  template <class O>
  [[gnu::noinline]] void write_straight(const Space& w, const int64_t* place, bool past) const {
    O* const own = static_cast<O*>(w.own);
    O* const out = reinterpret_cast<O*>(out_at(job, place));
    if (!past && w.width >= kAtOnce) return along_row(w, out);
    along_row(w, own);
    if (past)
      stream_run(out, own, w.width);
    else
      copy_run(out, reinterpret_cast<const char*>(own), w.width);
  }

  void write_means(const Space& w, const int64_t* place) const {
    if constexpr (sizeof(A) == 2) {
      uint16_t* const own = static_cast<uint16_t*>(w.own);
      along_row(w, Weigh(1), own);
      uint8_t* const out = reinterpret_cast<uint8_t*>(out_at(job, place));
      if (!bytes_go_past(job, 1)) return means.run(own, out, w.width);
      uint8_t* const bytes = reinterpret_cast<uint8_t*>(own + round_up(w.width, kAtOnce));
      means.run(own, bytes, w.width);
      stream_run(out, bytes, w.width);
    }
  }

  // By way of numbers that hold every result, or every one that is not clipped.
  template <class O>
  [[gnu::noinline]] void write_apart(const Space& w, const int64_t* place) const {
    O* const own = static_cast<O*>(w.own);
    along_row(w, own);
    int64_t len[kMaxDims], one[kMaxDims];
    for (int a = 0; a < job.nd; a++) len[a] = one[a] = 1;
    len[job.nd - 1] = w.len[job.nd - 1];
    store_box<O>(job, place, len, own, one, one);
  }
};

}  // namespace
