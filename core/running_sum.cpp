// Boxes and sums of boxes at a cost that does not grow with their size.
//
// Along an axis the samples are cut into blocks as long as the box. A window is then the end of
// one block and the beginning of the next: sums from each block's end backwards, plus sums from
// the next block's beginning (van Herk 1992, Gil and Werman 1993, there for maxima). Nothing is
// ever subtracted, so nothing drifts and no sample is felt outside its windows.

// Vectors of 32 bytes at most: short windows of fewer samples fill them, which halves the work
// along rows, and some processors add vectors of 64 bytes in two halves anyway.
#define IW_SHORT_VECTORS

#include "band.hpp"
#include "box.hpp"
#include "kernels.hpp"
#include "patience.hpp"
#include "scan.hpp"
#include "span.hpp"
#include "whole_box.hpp"

namespace {

using iw::Boxes;
using iw::Services;

// Outputs along rows: of tiles, and of those that are rows by themselves.
constexpr int64_t kTileWidth = 512, kLine = 16384, kTileBytes = 512 << 10;

// Sums of `k` samples that lie `gap` apart: n samples become n - k + 1 sums, in place.
// `lanes` neighbouring series are summed at once.
template <class T, int lanes>
IW_INLINE void sums_along(T* p, int64_t n, int64_t gap, int64_t k) {
  T front[lanes];
  for (int64_t block = 0; block + k <= n; block += k) {
    for (int64_t i = block + k - 2; i >= block; i--)
      for (int l = 0; l < lanes; l++) p[i * gap + l] += p[(i + 1) * gap + l];
    for (int l = 0; l < lanes; l++) front[l] = 0;
    const int64_t end = least(block + k, n - k + 1);
    for (int64_t i = block + 1; i < end; i++)
      for (int l = 0; l < lanes; l++) {
        front[l] += p[(i + k - 1) * gap + l];
        p[i * gap + l] += front[l];
      }
  }
}

template <class T>
void sums_plane(T* p, int64_t n, int64_t gap, int64_t k, int64_t width) {
  if (k == 1) return;
  constexpr int wide = 4 * kLanes<T>;
  int64_t x = 0;
  for (; x + wide <= width; x += wide) sums_along<T, wide>(p + x, n, gap, k);
  for (; x + kLanes<T> <= width; x += kLanes<T>) sums_along<T, kLanes<T>>(p + x, n, gap, k);
  for (; x < width; x++) sums_along<T, 1>(p + x, n, gap, k);
}

// The same along rows; `inner` channels lie side by side.
template <class T>
void sums_rows(T* p, int64_t rows, int64_t pitch, int64_t n, int64_t inner, int64_t k) {
  if (k == 1) return;
  for (int64_t y = 0; y < rows; y++, p += pitch)
    if (inner == 1)
      sums_of_row(p, n, k);
    else if (inner == 2)
      sums_along<T, 2>(p, n, inner, k);
    else if (inner == 3)
      sums_along<T, 3>(p, n, inner, k);
    else
      sums_plane(p, n, inner, k, inner);
}

template <class T>
struct RunningSum {
  const Job& job;
  const Services& services;
  const Boxes& boxes;
  Grid grid;
  bool left_out = false, huge = false;
  bool scaled = false;     // whether samples are made smaller, so that no sum is too large
  double most_summed = 1;  // samples in a box
  const Held held;

  RunningSum(const Job& j, const Services& s, const Boxes& b)
      : job(j), services(s), boxes(b), held(j, s) {
    const int last = job.nd - 1;
    bool lines = true;  // boxes along rows only
    for (int a = 0; a < last; a++) lines &= job.axis[a].k == 1;
    const int64_t width = lines ? kLine / job.inner : kTileWidth;
    int64_t room = kTileBytes / int64_t(sizeof(T)) / job.inner;
    for (int a = last; a >= 0; a--) {
      const Axis& ax = job.axis[a];
      int64_t want = most(a == last ? width : (ax.k == 1 ? 1 : 32), 2 * ax.reach());
      if (a == 0 && last > 0) want = most(want, room);
      grid.size[a] = most(1, least(want / ax.stride, ax.m));
      room = most(1, room / (grid.size[a] * ax.stride + ax.reach()));
    }
    grid.cover(job);
    for (int a = 0; a < job.nd; a++) most_summed *= double(job.axis[a].k);
  }

  // One box: slide it along every axis, then add its outputs to `sum`. Samples that no other box
  // needs become sums where they are.
  void add_box(T* loaded, const int64_t* src_len, int64_t b, T* work, T* sum, const int64_t* len,
               Patience& patience) const {
    const int nd = job.nd, last = nd - 1;
    const int64_t* first = boxes.first + b * nd;
    const int64_t* length = boxes.length + b * nd;
    int64_t total = job.inner, outer = 1;
    for (int a = 0; a < nd; a++) total *= src_len[a];
    if (b + 1 < boxes.count)
      __builtin_memcpy(work, loaded, size_t(total) * sizeof(T));
    else
      work = loaded;
    for (int a = 0; a < last; a++) outer *= src_len[a];
    const int64_t row = src_len[last] * job.inner;
    sums_rows(work, outer, row, src_len[last], job.inner, length[last]);
    patience.spend(total);
    int64_t gap = row;
    for (int a = last - 1; a >= 0; a--) {
      outer /= src_len[a];
      for (int64_t o = 0; o < outer; o++) {
        sums_plane(work + o * src_len[a] * gap, src_len[a], gap, length[a], gap);
        patience.spend(src_len[a] * gap);
      }
      gap *= src_len[a];
    }
    const T weight = scaled ? T(boxes.weight[b] / kScale) : T(boxes.weight[b]);
    b == 0 ? gather<true>(work, src_len, first, weight, sum, len)
           : gather<false>(work, src_len, first, weight, sum, len);
  }

  // `First`: there is nothing in `sum` yet.
  template <bool First>
  void gather(const T* work, const int64_t* src_len, const int64_t* first, T weight, T* sum,
              const int64_t* len) const {
    const int nd = job.nd, last = nd - 1;
    int64_t index[kMaxDims] = {};
    for (;;) {
      int64_t at = 0;
      for (int a = 0; a < last; a++)
        at = (at + index[a] * job.axis[a].stride + first[a]) * src_len[a + 1];
      at = (at + first[last]) * job.inner;
      if (job.axis[last].stride == 1)
        sum = weigh_run<First>(work + at, len[last] * job.inner, weight, sum);
      else
        for (int64_t i = 0; i < len[last]; i++, at += job.axis[last].stride * job.inner)
          sum = weigh_run<First>(work + at, job.inner, weight, sum);
      int a = last - 1;
      while (a >= 0 && ++index[a] == len[a]) index[a--] = 0;
      if (a < 0) return;
    }
  }

  template <bool First>
  static T* weigh_run(const T* from, int64_t n, T weight, T* sum) {
    for (int64_t i = 0; i < n; i++) sum[i] = First ? weight * from[i] : sum[i] + weight * from[i];
    return sum + n;
  }

  void tile(int64_t i) {
    const int nd = job.nd, last = nd - 1;
    int64_t lo[kMaxDims], len[kMaxDims], from[kMaxDims], src_len[kMaxDims], pitch[kMaxDims],
        out_pitch[kMaxDims], step[kMaxDims];
    grid.box(job, i, lo, len);
    int64_t src_size = job.inner, out_size = job.inner;
    for (int a = last; a >= 0; a--) {
      const Axis& ax = job.axis[a];
      from[a] = lo[a] * ax.stride + ax.start;
      src_len[a] = (len[a] - 1) * ax.stride + ax.reach();
      step[a] = 1;
      pitch[a] = src_size;
      out_pitch[a] = out_size;
      src_size *= src_len[a];
      out_size *= len[a];
    }
    T* loaded = static_cast<T*>(services.scratch(0, src_size * int64_t(sizeof(T))));
    const int64_t copied = boxes.count > 1 ? src_size : 0;
    T* work = static_cast<T*>(services.scratch(1, copied * int64_t(sizeof(T))));
    T* sum = static_cast<T*>(services.scratch(2, out_size * int64_t(sizeof(T))));
    const T headroom = scaled ? T(1) : T(most_summed);
    Patience patience(services);  // many axes make a large tile
    load_rows(job, from, src_len, loaded, pitch, [&](T* row, int64_t n) {
      patience.spend(n);
      const Unusual seen = leave_out_unusual(row, n, headroom);
      if (seen.nonfinite) __atomic_store_n(&left_out, true, __ATOMIC_RELAXED);
      if (seen.huge) __atomic_store_n(&huge, true, __ATOMIC_RELAXED);
      if (scaled)
        for (int64_t i = 0; i < n; i++) row[i] = T(double(row[i]) * kScale);
    });
    for (int64_t b = 0; b < boxes.count; b++) add_box(loaded, src_len, b, work, sum, len, patience);
    store_box(job, lo, len, sum, out_pitch, step);
    if (!held.means()) return;
    Seen<T> seen;
    seen.run(sum, out_size);
    held.box(job, lo, len, seen.span());
  }
};

template <class Sums>
bool run(Sums& sums) {
  sums.services.parallel_for(
      sums.grid.total, sums.job.threads,
      [](void* context, int64_t i) { static_cast<Sums*>(context)->tile(i); }, &sums);
  return sums.left_out;
}

// Whether float32 holds every sample, and what lies outside, as it is.
bool fits_float(const Job& job) {
  for (int a = 0; a < job.nd; a++)
    if (double(float(job.axis[a].fill)) != job.axis[a].fill) return false;
  switch (job.x_type) {
    case Type::u8:
    case Type::i8:
    case Type::u16:
    case Type::i16:
    case Type::f16:
    case Type::f32:
      return true;
    default:
      return false;
  }
}

template <class S, class C, class A>
bool slid_whole(const Job& job, const Services& services, const Boxes& boxes) {
  if (!whole_fits<S, C, A>(job, boxes)) return false;
  WholeBox<S, C, A> box(job, services, boxes);
  run(box);
  return true;
}

// Small integers, in as few bits as hold their sums. Those that are to be integers again are
// written by way of float64.
bool slid_whole(const Job& job, const Services& services, Type compute, const Boxes& boxes) {
  if (compute == Type::i64) {
    double size = boxes.weight[0] * 0x1p31;
    if (job.add || size > 0x1p53 || size < -0x1p53) return false;
  }
  switch (job.x_type) {
    case Type::u8:
      return slid_whole<uint8_t, uint16_t, uint16_t>(job, services, boxes) ||
             slid_whole<uint8_t, uint16_t, int32_t>(job, services, boxes) ||
             slid_whole<uint8_t, int32_t, int32_t>(job, services, boxes);
    case Type::i8:
      return slid_whole<int8_t, int16_t, int16_t>(job, services, boxes) ||
             slid_whole<int8_t, int16_t, int32_t>(job, services, boxes) ||
             slid_whole<int8_t, int32_t, int32_t>(job, services, boxes);
    case Type::u16:
      return slid_whole<uint16_t, int32_t, int32_t>(job, services, boxes);
    case Type::i16:
      return slid_whole<int16_t, int32_t, int32_t>(job, services, boxes);
    default:
      return false;
  }
}

template <class S, class A>
bool slid(const Job& job, const Services& services, const Boxes& boxes, bool* left_out) {
  SlidingBox<S, A> box(job, services, boxes);
  if (!box.applies()) return false;
  box.careful = job.add;  // what was added could not be taken back
  run(box);
  if (box.odd) {
    box.odd = false;
    box.careful = true;
    run(box);
  }
  *left_out = box.left_out;
  if (!box.huge) return true;
  if constexpr (sizeof(A) == 4) return slid<S, double>(job, services, boxes, left_out);
  box.scaled = true;
  run(box);
  return true;
}

}  // namespace

namespace iw::IW_LEVEL {

bool running_sum(const Job& job, const Services& services, Type compute, const Boxes& boxes) {
  if (slid_whole(job, services, compute, boxes)) return false;
  if (compute == Type::i64) {
    RunningSum<int64_t> sums(job, services, boxes);
    return run(sums);
  }
  bool left_out;
  if (compute == Type::f32 && !job.add ? slid<float, float>(job, services, boxes, &left_out)
      : fits_float(job)                ? slid<float, double>(job, services, boxes, &left_out)
                                       : slid<double, double>(job, services, boxes, &left_out))
    return left_out;
  RunningSum<double> sums(job, services, boxes);
  run(sums);
  if (sums.huge && !job.add) {  // what was added could not be taken back
    sums.scaled = true;
    run(sums);
  }
  return sums.left_out;
}

}  // namespace iw::IW_LEVEL
