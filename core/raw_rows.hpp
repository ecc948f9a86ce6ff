// Rows of samples as they are, of type S, border applied: the rows under one tile, one by one.
//
// Rows follow each other along one axis. Columns beyond the ends of a row are the same in each:
// where they are found is looked up once. Long ends are read in runs, which needs no table.
#pragma once

#include "band.hpp"

namespace {

// Columns beyond the ends of a row that are looked up; more are read in runs.
constexpr int64_t kMostLookedUp = 64;

template <class S>
class RawRows {
 public:
  // Samples `from` .. on each axis, `n` along rows. `down`: the axis along which rows follow each
  // other, or -1. `space` is called for room for so many numbers.
  template <class F>
  RawRows(const Job& job, const int64_t* from, int64_t n, int down, F&& space)
      : job_(job), first_(from[job.nd - 1]), n_(n), down_(down), top_(down < 0 ? 0 : from[down]) {
    row_ = job.x;
    for (int a = 0; a < job.nd - 1; a++)
      if (a != down) move(a, from[a], row_, fill_);
    const Axis& axis = job.axis[job.nd - 1];
    const int64_t c = job.inner;
    const int64_t* const step = job.x_stride + job.nd - 1;
    before_ = least(most(-first_, 0), n);
    inside_ = most(least(n, axis.n - first_) - before_, 0);
    if (n - inside_ > kMostLookedUp) return;
    edge_ = space((n - inside_) * c);
    for (int64_t i = 0; i < n - inside_; i++) {
      const int64_t at = fold(first_ + (i < before_ ? i : i + inside_), axis.n, axis.border);
      for (int64_t j = 0; j < c; j++) edge_[i * c + j] = at * step[0] + j * step[1];
    }
  }

  // Row y of the tile.
  [[gnu::noinline]] void load(int64_t y, S* to) const {
    const char* row = row_;
    double fill = fill_;
    if (down_ >= 0) move(down_, top_ + y, row, fill);
    if (!row) return fill_row(job_, fill, first_, n_, to);
    if (!edge_) return load_raw_row<S>(job_, row, first_, n_, to);
    const int64_t c = job_.inner, before = before_ * c, beyond = before + inside_ * c;
    load_edge(row, edge_, before, to);
    load_raw_row<S>(job_, row, first_ + before_, inside_, to + before);
    load_edge(row, edge_ + before, n_ * c - beyond, to + beyond);
  }

  // Ask for row y, which will be loaded soon.
  void ask(int64_t y) const {
    const char* row = row_;
    double fill = fill_;
    if (down_ >= 0) move(down_, top_ + y, row, fill);
    const int64_t step = job_.x_stride[job_.nd - 1], begin = most(first_, 0) * step;
    if (!row || step < 0) return;
    const int64_t end = begin + inside_ * step;
    for (int64_t at = begin; at < end; at += most(step, 64)) __builtin_prefetch(row + at);
  }

 private:
  // To a place along an axis: outside the data there is no row, but `fill`.
  void move(int axis, int64_t place, const char*& row, double& fill) const {
    const Axis& a = job_.axis[axis];
    const int64_t at = fold(place, a.n, a.border);
    if (at < 0) fill = row ? a.fill : fill_of_both(fill, a.fill);
    row = row && at >= 0 ? row + at * job_.x_stride[axis] : nullptr;
  }

  [[gnu::noinline]] void load_edge(const char* row, const int64_t* edge, int64_t count,
                                   S* to) const {
    const Axis& axis = job_.axis[job_.nd - 1];
    const bool filled = axis.border == Border::constant;
    for (int64_t i = 0; i < count; i++)
      if (filled)
        to[i] = S(axis.fill);
      else
        __builtin_memcpy(to + i, row + edge[i], sizeof(S));
  }

  const Job& job_;
  int64_t first_, n_;
  int down_;
  int64_t top_;
  const char* row_;  // where the tile's rows begin, or null outside the data, where `fill_` is
  double fill_ = 0;
  int64_t before_, inside_;  // samples of a row before the data, and in them
  int64_t* edge_ = nullptr;  // how far those outside them lie from where a row begins
};

}  // namespace
