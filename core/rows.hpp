// The rows that a tile reads: where they lie in the data, or loaded into work space.
//
// Read in place, the border along the earlier axes is only a matter of which row stands where.
// Loaded rows lie an odd number of cache lines apart; those of a plane are loaded when they are
// needed, into the places of rows that are not needed any more.
#pragma once

#include "band.hpp"
#include "stencil.hpp"

namespace {

// One row of the box of samples under a tile: in the data, or outside, where `fill` is.
struct Row {
  const char* data;
  double fill;
};

template <class T>
struct Rows {
  const T** at;  // where each row begins

  // All rows of a box, in order; room for them is in `found`.
  void list(const Job& job, const int64_t* lo, const int64_t* len, Row* found) {
    const int64_t no_place[kMaxDims] = {};
    job_ = &job;
    found_ = found;
    count_ = 0;
    for_rows(job, lo, len, no_place,
             [&](const char* row, double fill, int64_t) { found[count_++] = Row{row, fill}; });
  }

  // In place: `len` columns from `lo` on, all inside the data. Rows outside are one of the two in
  // `outside`: of zeros, or of the fill.
  void in_place(int64_t lo, int64_t len, T* outside) {
    const int64_t shift = lo * job_->x_stride[job_->nd - 1];
    bool filled[2] = {};
    for (int64_t i = 0; i < count_; i++) {
      const Row& row = found_[i];
      if (row.data) {
        at[i] = reinterpret_cast<const T*>(row.data + shift);
      } else {
        const int which = row.fill != 0;
        T* const here = outside + which * len * job_->inner;
        if (!filled[which]) fill_row(*job_, row.fill, lo, len, here);
        filled[which] = true;
        at[i] = here;
      }
    }
    ready_ = count_;
  }

  // The few columns from `lo` on that meet the border, picked from rows that could else be read in
  // place; `pick` says where in its row each sample is.
  void edge(int64_t lo, int64_t len, T* space, int64_t pitch, int64_t* pick) {
    const Axis& axis = job_->axis[job_->nd - 1];
    const int64_t c = job_->inner, n = len * c;
    for (int64_t i = 0; i < len; i++) {
      const int64_t from = fold(lo + i, axis.n, axis.border);
      for (int64_t j = 0; j < c; j++) pick[i * c + j] = from < 0 ? -1 : from * c + j;
    }
    for (int64_t i = 0; i < count_; i++) {
      const Row& row = found_[i];
      const T* const data = reinterpret_cast<const T*>(row.data);
      T* const here = space + i * pitch;
      at[i] = here;
      if (!data) {
        fill_row(*job_, row.fill, lo, len, here);
        continue;
      }
      for (int64_t j = 0; j < n; j++) here[j] = pick[j] < 0 ? T(axis.fill) : data[pick[j]];
    }
    ready_ = count_;
  }

  // To be loaded: `len` columns from `lo` on, into `held` places of `space`, taken in turn.
  void load(int64_t lo, int64_t len, T* space, int64_t pitch, int64_t held) {
    for (int64_t i = 0, place = 0; i < count_; i++) {
      at[i] = space + place * pitch;
      if (++place == held) place = 0;
    }
    ready_ = 0;
    loader_ = row_loader<T>(job_->x_type);
    lo_ = lo;
    len_ = len;
  }

  // Some of the rows that are not loaded yet: `n` of them, after the next `skip`.
  Ahead ahead(int64_t skip, int64_t n) const {
    Ahead found;
    if (ready_ == count_) return found;
    const int64_t step = job_->x_stride[job_->nd - 1];
    found.size = step / job_->inner;
    if (found.size < 1 || found.size > int64_t(sizeof(double))) return found;
    const int64_t begin = ready_ + skip, end = least(begin + least(n, Ahead::kMost), count_);
    for (int64_t i = begin; i < end; i++)
      if (found_[i].data) found.row[found.count++] = found_[i].data + most(lo_, 0) * step;
    return found;
  }

  // Rows before `end` are about to be read.
  void need(int64_t end) {
    for (; ready_ < end; ready_++) {
      T* const here = const_cast<T*>(at[ready_]);
      const Row& row = found_[ready_];
      if (row.data)
        loader_(*job_, row.data, lo_, len_, here);
      else
        fill_row(*job_, row.fill, lo_, len_, here);
    }
  }

 private:
  const Row* found_;
  int64_t count_, ready_;
  const Job* job_;
  RowLoader<T> loader_;
  int64_t lo_, len_;
};

}  // namespace
