// What results are multiplied with near the ends of their axes, or divided by, kept for a plan.
#pragma once

#include <vector>

#include "buffers.hpp"
#include "geometry.hpp"
#include "kernels.hpp"
#include "unlocked.hpp"

namespace iw {

// A table with, along each axis of the results, an entry for each before `begin`, one for all from
// there to `end`, and one for each from `end` on.
class WeightTable {
 public:
  WeightTable(const Kernels* kernels, nanobind::handle table, const Ints& shape, const Ints& begin,
              const Ints& end)
      : kernels_(kernels), entries_(table, Type::f64, count(shape, begin, end), "table") {
    weights_.nd = int(shape.size()) + 1;
    int64_t step = 1;
    const int last = weights_.nd - 1;  // an axis of one, for results without axes
    weights_.m[last] = weights_.end[last] = 1;
    for (int a = last - 1; a >= 0; a--) {
      const size_t i = size_t(a);
      weights_.m[a] = shape[i];
      weights_.begin[a] = begin[i];
      weights_.end[a] = end[i];
      weights_.table_step[a] = step;
      step *= length(shape[i], begin[i], end[i]);
    }
    weights_.table = static_cast<const double*>(entries_.get());
    kept_bytes_ = step * int64_t(sizeof(double));
  }

  int64_t kept_bytes() const { return kept_bytes_; }

  // Multiply results near the ends with their entries.
  void scale(nanobind::handle out_, int threads) const {
    View out(out_, true);
    const Array to = out.array("out");
    const Unlocked release;
    scale_here(to, threads);
  }

  // Times `total` over the weight: what is inside and the entry. Not a number where that is not
  // more than `least`. These two have an entry for all results along an axis, or one for each.
  void divide(nanobind::handle out_, nanobind::handle inside_, nanobind::handle total_,
              nanobind::handle least_, int threads) const {
    View out(out_, true), inside(inside_, false), total(total_, false), least(least_, false);
    const Array to = out.array("out"), from = inside.array("inside");
    const Array sums = total.array("total"), floors = least.array("least");
    Weights w = placed(to, threads);
    if (from.type != Type::f64 || sums.type != Type::f64 || floors.type != Type::f64)
      refuse("inside, total, least: no float64");
    if (from.ndim != to.ndim || sums.ndim != to.ndim || floors.ndim != to.ndim)
      refuse("inside, total, least: wrong number of axes");
    total.check_plain(Type::f64, int64_t(total->len) / 8, "total");
    least.check_plain(Type::f64, int64_t(total->len) / 8, "least");
    int64_t step = 1;
    for (int a = to.ndim - 1; a >= 0; a--) {
      if (from.shape[a] != to.shape[a] || floors.shape[a] != sums.shape[a] ||
          (sums.shape[a] != 1 && sums.shape[a] != to.shape[a]))
        refuse("inside, total, least: sizes differ");
      w.inside_stride[a] = from.strides[a];
      w.total_step[a] = sums.shape[a] == 1 ? 0 : step;
      step *= sums.shape[a];
    }
    w.inside = from.data;
    w.total = reinterpret_cast<const double*>(sums.data);
    w.least = reinterpret_cast<const double*>(floors.data);
    run(w);
  }

  // `scale` without a word to Python.
  void scale_here(const Array& out, int threads) const { run(placed(out, threads), false); }

 private:
  static int64_t length(int64_t m, int64_t begin, int64_t end) {
    return begin < end ? begin + 1 + (m - end) : m;
  }

  static int64_t count(const Ints& shape, const Ints& begin, const Ints& end) {
    if (shape.size() >= kMaxDims) refuse("shape: too many axes");
    if (begin.size() != shape.size() || end.size() != shape.size())
      refuse("begin, end: one an axis");
    int64_t entries = 1;
    for (size_t a = 0; a < shape.size(); a++) {
      const int64_t m = shape[a], last = end[a];
      const bool none = begin[a] == m && last == m;  // shares an entry with another
      if (m < 1 || begin[a] < 0 || last > m || (begin[a] >= last && !none))
        refuse("begin, end: outside the results");
      if (__builtin_mul_overflow(entries, length(m, begin[a], last), &entries))
        refuse("shape: too large");
    }
    return entries;
  }

  Weights placed(const Array& out, int threads) const {
    if (out.type != Type::f32 && out.type != Type::f64) refuse("out: no float32 or float64");
    if (out.ndim != weights_.nd - 1) refuse("out: wrong number of axes");
    check_threads(threads);
    Weights w = weights_;
    w.out = out.data;
    w.single = out.type == Type::f32;
    w.threads = threads;
    for (int a = 0; a < out.ndim; a++) {
      if (out.shape[a] != w.m[a]) refuse("out: has another shape");
      w.out_stride[a] = out.strides[a];
    }
    return w;
  }

  // Rows run along the axis of the smallest steps, if it is not short: of `total` there is one for
  // a row.
  static int along(const Weights& w) {
    constexpr int64_t kShort = 16;
    int best = w.nd - 1;
    const auto step = [&](int a) { return std::abs(w.out_stride[a]); };
    for (int a = w.nd - 2; a >= 0; a--) {
      if (w.inside && w.total_step[a]) continue;
      const bool longer = w.m[a] > w.m[best];
      if (w.m[a] < kShort || w.m[best] < kShort ? longer : step(a) < step(best)) best = a;
    }
    return best;
  }

  void run(Weights w, bool release = true) const {
    w.inner = along(w);
    if (!release) return kernels_->weights(w, services());
    const Unlocked released;
    kernels_->weights(w, services());
  }

  const Kernels* kernels_;
  Weights weights_{};
  Numbers entries_;
  int64_t kept_bytes_ = 0;
};

}  // namespace iw
