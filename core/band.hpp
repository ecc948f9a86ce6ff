// Boxes of samples in and out: any type, any stride, any border, to and from plain rows.
//
// The border is applied here and nowhere else: a box may lie partly or wholly outside the data.
#pragma once

#include "border.hpp"
#include "finite.hpp"
#include "job.hpp"
#include "numbers.hpp"
#include "parts.hpp"
#include "row_tables.hpp"

namespace {

using iw::Job;
using iw::kMaxDims;
using iw::RowLoader;
using iw::RowStorer;
using iw::Type;
using iw::IW_LEVEL::load_raw_row;
using iw::IW_LEVEL::row_loader;
using iw::IW_LEVEL::row_storer;

template <class T>
constexpr Type kTypeOf = sizeof(T) == 2   ? Type::u16
                         : sizeof(T) == 4 ? Type::f32
                                          : (T(0.5) == T(0) ? Type::i64 : Type::f64);

// What lies outside along several axes at once: zero, if that lies outside along one of them.
IW_INLINE double fill_of_both(double a, double b) { return a == 0 || b == 0 ? 0 : a; }

// One row that lies outside the data along an earlier axis, where `fill` is.
template <class T>
void fill_row(const Job& job, double fill, int64_t lo, int64_t len, T* dst) {
  const Axis& a = job.axis[job.nd - 1];
  const double corner = a.border == Border::constant ? fill_of_both(fill, a.fill) : fill;
  const int64_t begin = least(len, most(-lo, 0)), end = most(begin, least(len, a.n - lo));
  auto put = [&](int64_t from, int64_t to, double value) {
    for (int64_t i = from * job.inner; i < to * job.inner; i++) dst[i] = T(value);
  };
  put(0, begin, corner);
  put(begin, end, fill);
  put(end, len, corner);
}

// Visit the rows of a box: visit(source row or null when it lies outside, its fill, place in dst).
template <class F>
void for_rows(const Job& job, const int64_t* lo, const int64_t* len, const int64_t* pitch,
              F&& visit) {
  int64_t index[kMaxDims];
  const int rows = job.nd - 1;
  for (int a = 0; a < rows; a++) index[a] = 0;
  for (;;) {
    const char* row = job.x;
    double fill = 0;
    int64_t place = 0;
    for (int a = 0; a < rows; a++) {
      int64_t s = fold(lo[a] + index[a], job.axis[a].n, job.axis[a].border);
      place += index[a] * pitch[a];
      if (s < 0) {
        fill = row ? job.axis[a].fill : fill_of_both(fill, job.axis[a].fill);
        row = nullptr;
      }
      if (row) row += s * job.x_stride[a];
    }
    visit(row, fill, place);
    int a = rows - 1;
    while (a >= 0 && ++index[a] == len[a]) index[a--] = 0;
    if (a < 0) return;
  }
}

// Rows asked for before they are loaded, and bytes of each: the processor foresees the rest.
constexpr int64_t kRowsAhead = 4, kBytesAhead = 2048;

// Load the rows of a box, border applied, and show each to `see`.
template <class T, class F>
void load_rows(const Job& job, const int64_t* lo, const int64_t* len, T* dst, const int64_t* pitch,
               F&& see) {
  struct Asked {
    const char* row;
    double fill;
    int64_t place;
  } asked[kRowsAhead];
  const RowLoader<T> loader = row_loader<T>(job.x_type);
  const int last = job.nd - 1;
  const int64_t step = job.x_stride[last], begin = most(lo[last], 0) * step;
  const int64_t end = least(lo[last] + len[last], job.axis[last].n) * step;
  const auto take = [&](const Asked& a) {
    if (a.row)
      loader(job, a.row, lo[last], len[last], dst + a.place);
    else
      fill_row(job, a.fill, lo[last], len[last], dst + a.place);
    see(dst + a.place, len[last] * job.inner);
  };
  int64_t n = 0;
  for_rows(job, lo, len, pitch, [&](const char* row, double fill, int64_t place) {
    if (n >= kRowsAhead) take(asked[n % kRowsAhead]);
    asked[n++ % kRowsAhead] = {row, fill, place};
    if (row)
      for (int64_t at = begin; at < least(end, begin + kBytesAhead); at += 64)
        __builtin_prefetch(row + at);
  });
  for (int64_t i = most(n - kRowsAhead, 0); i < n; i++) take(asked[i % kRowsAhead]);
}

// Copy a box of samples, border applied, into rows `pitch` apart (in elements, one per axis).
template <class T>
void load_box(const Job& job, const int64_t* lo, const int64_t* len, T* dst, const int64_t* pitch) {
  load_rows(job, lo, len, dst, pitch, [](T*, int64_t) {});
}

IW_INLINE char* out_at(const Job& job, const int64_t* place) {
  char* p = job.out;
  for (int a = 0; a < job.nd; a++) p += place[a] * job.out_stride[a];
  return p;
}

// Write a box of results. In `src` neighbouring outputs lie `step` apart on each axis: a method
// that computes outputs which a stride then drops passes the stride here.
template <class T>
void store_box(const Job& job, const int64_t* lo, const int64_t* len, const T* src,
               const int64_t* pitch, const int64_t* step) {
  const RowStorer<T> storer = row_storer<T>(job);
  const int last = job.nd - 1;
  int64_t index[kMaxDims] = {}, place[kMaxDims];
  for (;;) {
    int64_t from = 0;
    for (int a = 0; a < last; a++) {
      from += index[a] * step[a] * pitch[a];
      place[a] = lo[a] + index[a];
    }
    place[last] = lo[last];
    storer(job, src + from, step[last], len[last], out_at(job, place));
    int a = last - 1;
    while (a >= 0 && ++index[a] == len[a]) index[a--] = 0;
    if (a < 0) return;
  }
}

// Whether rows of results, numbers of `size` bytes, lie as the output's do, with nothing to add or
// drop.
IW_INLINE bool lies_straight(const Job& job, int64_t size) {
  const int last = job.nd - 1;
  if (job.add || job.axis[last].stride != 1) return false;
  if (job.inner > 1 && job.out_stride[job.nd] != size) return false;
  for (int a = 0; a < last; a++)
    if (job.out_stride[a] % size) return false;
  return job.out_stride[last] == job.inner * size;
}

// Whether rows of results are rows of the output: its type too.
template <class T>
bool writes_straight(const Job& job) {
  return job.out_type == kTypeOf<T> && lies_straight(job, sizeof(T));
}

}  // namespace
