// Separable convolution: a kernel as a sum of products of 1-D kernels, one axis at a time.
//
// A tile is loaded once with its halo; each term filters it along the last axis, then along the
// others, within work space that stays in cache.
#include "band.hpp"
#include "fir.hpp"
#include "kernels.hpp"

namespace {

using iw::Factors;
using iw::Services;

constexpr int64_t kSlack = 64;  // elements that a row of whole vectors may read beyond its end

// A box in work space: rows `row` elements apart, an odd number of cache lines, so that rows
// above each other do not compete for the same places in the cache.
template <class T>
struct Box {
  T* data;
  int64_t len[kMaxDims], row;

  int64_t below(int axis, int last) const {  // elements between neighbours along `axis`
    int64_t size = row;
    for (int a = last - 1; a > axis; a--) size *= len[a];
    return size;
  }
};

template <class T>
struct Separable {
  const Job& job;
  const Services& services;
  const Factors& factors;
  Grid grid;
  int64_t taps_per_term;
  bool left_out = false;

  Separable(const Job& j, const Services& s, const Factors& f) : job(j), services(s), factors(f) {
    taps_per_term = 0;
    for (int a = 0; a < job.nd; a++) {
      taps_per_term += job.axis[a].k;
      grid.size[a] = factors.tile[a];
    }
    grid.cover(job);
  }

  void along_last(const Box<T>& in, Box<T>& out, const T* taps) const {
    const int last = job.nd - 1;
    const Axis& x = job.axis[last];
    int64_t rows = 1;
    for (int a = 0; a < last; a++) rows *= in.len[a];
    auto* off = static_cast<int64_t*>(services.scratch(4, x.k * 8));
    for (int64_t j = 0; j < x.k; j++) off[j] = j * x.dilation * job.inner;
    shifts_plane(in.data, in.row, Shifts<T>{off, taps, x.k}, out.data, out.row, rows,
                 round_up(out.len[last] * job.inner, kLanes<T>));
  }

  void along(int axis, const Box<T>& in, Box<T>& out, const T* taps, bool straight) const {
    const int last = job.nd - 1;
    const Axis& ax = job.axis[axis];
    const int64_t gap = in.below(axis, last);
    int64_t outers = 1;
    for (int a = 0; a < axis; a++) outers *= in.len[a];
    auto* off = static_cast<int64_t*>(services.scratch(4, ax.k * 8));
    for (int64_t j = 0; j < ax.k; j++) off[j] = j * ax.dilation * gap;
    const Shifts<T> shifts{off, taps, ax.k};
    const int64_t none = 0;
    const Patch<T> patch{&none, 1, ax.k, 1, 0, taps};
    // Results that go straight to the output are rows as wide as the tile; others are padded.
    const int64_t pitch = straight ? out.row : gap;
    const int64_t width = straight ? out.len[last] * job.inner : gap;
    for (int64_t o = 0; o < outers; o++) {
      const T* from = in.data + o * in.len[axis] * gap;
      T* to = out.data + o * out.len[axis] * pitch;
      if (ax.stride == 1 && ax.dilation == 1)
        patch_plane(from, gap, patch, shifts, to, pitch, out.len[axis], width);
      else
        shifts_plane(from, ax.stride * gap, shifts, to, pitch, out.len[axis], width);
    }
  }

  // A single term in two dimensions may end in the output itself.
  bool ends_in_output() const {
    return job.nd == 2 && factors.terms == 1 && job.axis[0].k > 1 && writes_straight<T>(job);
  }

  // One term: filter along every axis, from box to box; the last box written is returned. With
  // `end` the last axis done is written there, rows `end_pitch` apart.
  Box<T> term(Box<T> box, T* const spare[2], const T* taps, const int64_t* out_len,
              T* end = nullptr, int64_t end_pitch = 0) const {
    const int last = job.nd - 1;
    const T* of_axis[kMaxDims];
    for (int a = 0; a <= last; a++) {
      of_axis[a] = taps;
      taps += job.axis[a].k;
    }
    int turn = 0;
    for (int a = last; a >= 0; a--) {
      const Axis& ax = job.axis[a];
      if (ax.k == 1 && a != last && ax.stride == 1) continue;  // its tap is one
      Box<T> next = box;
      next.data = spare[turn];
      next.len[a] = a == last ? (out_len[a] - 1) * ax.stride + 1 : out_len[a];
      if (a == last) {
        next.row = padded_row<T>(next.len[a] * job.inner);
        along_last(box, next, of_axis[a]);
      } else if (end && a == 0) {
        next.data = end;
        next.row = end_pitch;
        along(a, box, next, of_axis[a], true);
      } else {
        along(a, box, next, of_axis[a], false);
      }
      box = next;
      turn ^= 1;
    }
    return box;
  }

  void tile(int64_t i) {
    const int nd = job.nd, last = nd - 1;
    int64_t lo[kMaxDims], len[kMaxDims], step[kMaxDims], from[kMaxDims], pitch[kMaxDims];
    grid.box(job, i, lo, len);
    Box<T> source;
    for (int a = 0; a < nd; a++) {
      const Axis& ax = job.axis[a];
      from[a] = lo[a] * ax.stride + ax.start;
      source.len[a] = (len[a] - 1) * ax.stride + ax.reach();
      step[a] = 1;
    }
    step[last] = job.axis[last].stride;
    source.row = padded_row<T>(source.len[last] * job.inner);
    const int64_t size = source.len[0] * source.below(0, last);
    const int64_t bytes = ((nd == 1 ? source.row : size) + kSlack) * int64_t(sizeof(T));
    source.data = static_cast<T*>(services.scratch(0, bytes));
    for (int a = 0; a < last; a++) pitch[a] = source.below(a, last);
    pitch[last] = job.inner;
    if (load_box_finite(job, from, source.len, source.data, pitch))
      __atomic_store_n(&left_out, true, __ATOMIC_RELAXED);

    // Terms end in `sum`: the first writes there, later ones are added.
    T* const spare[2] = {static_cast<T*>(services.scratch(1, bytes)),
                         static_cast<T*>(services.scratch(2, bytes))};
    const T* taps = static_cast<const T*>(factors.taps);
    if (ends_in_output()) {
      term(source, spare, taps, len, reinterpret_cast<T*>(out_at(job, lo)),
           job.out_stride[0] / int64_t(sizeof(T)));
      return;
    }
    Box<T> done = term(source, spare, taps, len);
    int64_t rows = 1;
    for (int a = 0; a < last; a++) rows *= len[a];
    if (factors.terms > 1) {
      T* sum = static_cast<T*>(services.scratch(3, bytes));
      __builtin_memcpy(sum, done.data, size_t(rows * done.row) * sizeof(T));
      for (int64_t t = 1; t < factors.terms; t++) {
        done = term(source, spare, taps + t * taps_per_term, len);
        for (int64_t e = 0; e < rows * done.row; e++) sum[e] += done.data[e];
      }
      done.data = sum;
    }
    for (int a = 0; a < last; a++) pitch[a] = done.below(a, last);
    store_box(job, lo, len, done.data, pitch, step);
  }
};

template <class T>
bool run(const Job& job, const Services& services, const Factors& factors) {
  Separable<T> separable(job, services, factors);
  services.parallel_for(
      separable.grid.total, job.threads,
      [](void* context, int64_t i) { static_cast<Separable<T>*>(context)->tile(i); }, &separable);
  return separable.left_out;
}

}  // namespace

namespace iw::IW_LEVEL {

bool separable(const Job& job, const Services& services, Type compute, const Factors& factors) {
  if (compute == Type::f32) return run<float>(job, services, factors);
  if (compute == Type::f64) return run<double>(job, services, factors);
  return run<int64_t>(job, services, factors);
}

}  // namespace iw::IW_LEVEL
