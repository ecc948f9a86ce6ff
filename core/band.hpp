// Boxes of samples in and out: any type, any stride, any border, to and from plain rows.
//
// The border is applied here and nowhere else: a box may lie partly or wholly outside the data.
#pragma once

#include "finite.hpp"
#include "job.hpp"
#include "numbers.hpp"
#include "parts.hpp"
#include "runs.hpp"

namespace {

using iw::Axis;
using iw::Border;
using iw::Job;
using iw::kMaxDims;
using iw::Type;

template <class T>
constexpr Type kTypeOf = sizeof(T) == 2   ? Type::u16
                         : sizeof(T) == 4 ? Type::f32
                                          : (T(0.5) == T(0) ? Type::i64 : Type::f64);

// Where position i of an axis of n samples is found; -1 when nothing is there. The first copy of
// the data beyond each end is what kernels nearly always meet: it is found without a division.
IW_INLINE int64_t fold(int64_t i, int64_t n, Border border) {
  if (i >= 0 && i < n) return i;
  int64_t period, r;
  switch (border) {
    case Border::nearest:
      return i < 0 ? 0 : n - 1;
    case Border::wrap:
      r = i < 0 ? i + n : i - n;
      if (r >= 0 && r < n) return r;
      r = i % n;
      return r < 0 ? r + n : r;
    case Border::symmetric:
      r = i < 0 ? -1 - i : 2 * n - 1 - i;
      if (r >= 0 && r < n) return r;
      period = 2 * n;
      r = i % period;
      if (r < 0) r += period;
      return r < n ? r : period - 1 - r;
    case Border::mirror:
      r = i < 0 ? -i : 2 * n - 2 - i;
      if (r >= 0 && r < n) return r;
      if (n == 1) return 0;
      period = 2 * n - 2;
      r = i % period;
      if (r < 0) r += period;
      return r < n ? r : period - r;
    default:
      return -1;
  }
}

// So few samples beyond the end of a row are looked up one by one.
constexpr int64_t kFewOutside = 4;

// One row of the box: positions lo .. lo+len-1 of the last axis, all of `inner` at each.
template <class T, class S>
void load_row(const Job& job, const char* row, int64_t lo, int64_t len, T* dst) {
  const Axis& a = job.axis[job.nd - 1];
  const int64_t c = job.inner, step = job.x_stride[job.nd - 1], inner_step = job.x_stride[job.nd];
  int64_t begin = lo < 0 ? least(-lo, len) : 0;                // outside on the left
  int64_t end = lo + len > a.n ? most(a.n - lo, begin) : len;  // inside up to here
  // Outside, positions fold back in runs that go forwards, backwards or nowhere.
  const auto few_outside = [&](int64_t from, int64_t to) __attribute__((always_inline)) {
    if (c != 1 || to - from > kFewOutside) return false;
    for (int64_t i = from; i < to; i++) {
      const int64_t s = fold(lo + i, a.n, a.border);
      dst[i] = s < 0 ? T(a.fill) : read_as<T, S>(row + s * step);
    }
    return true;
  };
  const auto outside = [&](int64_t from, int64_t to) {
    for (int64_t i = from; i < to;) {
      const int64_t s = fold(lo + i, a.n, a.border);
      const int64_t after = fold(lo + i + 1, a.n, a.border), pace = s < 0 ? 0 : after - s;
      int64_t run = to - i;
      if (pace > 0) run = least(run, a.n - s);
      if (pace < 0) run = least(run, s + 1);
      if (s >= 0 && (pace > 1 || pace < -1)) run = 1;  // where a period of `wrap` begins anew
      if (s >= 0 && pace == 0) run = least(run, a.border == Border::nearest ? run : 1);
      if (s < 0 || (pace == 0 && c == 1)) {
        const T value = s < 0 ? T(a.fill) : read_as<T, S>(row + s * step);
        for (int64_t e = 0; e < run * c; e++) dst[i * c + e] = value;
      } else if (pace < 0 && c == 1 && step == int64_t(sizeof(S))) {
        read_backwards<T, S>(dst + i, row + s * step, run);
      } else if (c == 3 && inner_step == int64_t(sizeof(S))) {
        read_places<3, T, S>(dst + i * c, row + s * step, pace * step, run);
      } else {
        for (int64_t e = 0; e < run; e++)
          for (int64_t j = 0; j < c; j++)
            dst[(i + e) * c + j] = read_as<T, S>(row + (s + e * pace) * step + j * inner_step);
      }
      i += run;
    }
  };
  if (!few_outside(0, begin)) outside(0, begin);
  if (end > begin) {
    const char* src = row + (lo + begin) * step;
    if (c == 1) {
      read_run<T, S>(dst + begin, src, step, end - begin);
    } else if (inner_step == int64_t(sizeof(S)) && step == c * inner_step) {
      read_run<T, S>(dst + begin * c, src, inner_step, (end - begin) * c);
    } else {
      for (int64_t i = begin; i < end; i++)
        read_run<T, S>(dst + i * c, row + (lo + i) * step, inner_step, c);
    }
  }
  end = most(end, begin);
  if (!few_outside(end, len)) outside(end, len);
}

template <class T>
using RowLoader = void (*)(const Job&, const char*, int64_t, int64_t, T*);

template <class T>
RowLoader<T> row_loader(Type type) {
  switch (type) {
    case Type::u8:
      return load_row<T, uint8_t>;
    case Type::i8:
      return load_row<T, int8_t>;
    case Type::u16:
      return load_row<T, uint16_t>;
    case Type::i16:
      return load_row<T, int16_t>;
    case Type::u32:
      return load_row<T, uint32_t>;
    case Type::i32:
      return load_row<T, int32_t>;
    case Type::u64:
      return load_row<T, uint64_t>;
    case Type::i64:
      return load_row<T, int64_t>;
    case Type::f16:
      return load_row<T, Half>;
    case Type::f32:
      return load_row<T, float>;
    default:
      return load_row<T, double>;
  }
}

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

// Every `step`-th group of `inner` values of a row, written to `out` or added to it.
template <class T, class S>
void store_row(const Job& job, const T* src, int64_t step, int64_t len, char* out) {
  const int64_t c = job.inner, os = job.out_stride[job.nd - 1], is = job.out_stride[job.nd];
  if (!job.add && step == 1 && is == int64_t(sizeof(S)) && (c == 1 || os == c * is) &&
      (c > 1 || os == int64_t(sizeof(S)))) {
    for (int64_t i = 0; i < len * c; i++) {
      S s = convert_to<S>(src[i]);
      __builtin_memcpy(out + i * int64_t(sizeof(S)), &s, sizeof s);
    }
    return;
  }
  if (!job.add && c == 1) {
    for (int64_t i = 0; i < len; i++) {
      S s = convert_to<S>(src[i * step]);
      __builtin_memcpy(out + i * os, &s, sizeof s);
    }
    return;
  }
  for (int64_t i = 0; i < len; i++)
    for (int64_t j = 0; j < c; j++) {
      char* to = out + i * os + j * is;
      T value = src[i * step * c + j];
      if (job.add) value += read_as<T, S>(to);
      S s = convert_to<S>(value);
      __builtin_memcpy(to, &s, sizeof s);
    }
}

template <class T>
using RowStorer = void (*)(const Job&, const T*, int64_t, int64_t, char*);

template <class T>
RowStorer<T> row_storer(Type type) {
  switch (type) {
    case Type::u8:
      return store_row<T, uint8_t>;
    case Type::i8:
      return store_row<T, int8_t>;
    case Type::u16:
      return store_row<T, uint16_t>;
    case Type::i16:
      return store_row<T, int16_t>;
    case Type::u32:
      return store_row<T, uint32_t>;
    case Type::i32:
      return store_row<T, int32_t>;
    case Type::u64:
      return store_row<T, uint64_t>;
    case Type::i64:
      return store_row<T, int64_t>;
    case Type::f16:
      return store_row<T, Half>;
    case Type::f32:
      return store_row<T, float>;
    default:
      return store_row<T, double>;
  }
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
  const RowStorer<T> storer = row_storer<T>(job.out_type);
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
