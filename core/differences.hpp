// Sums whose taps sum to zero, as weights times differences of two samples: where all samples of a
// window are equal the result is zero, exactly.
//
// Fused multiply-adds do not round products, so that `t * x - t * x` need not vanish. A difference
// that is not finite says nothing about the plain sum: such results are those of the plain sum.
#pragma once

#include "chains.hpp"
#include "finite.hpp"

namespace {

// Differences that several rows of outputs share: those of columns that are opposite to each other,
// and those from the sample in the middle. Of 3 x 3 taps those of opposite rows, too.
enum class Shared { none, columns, rows, middle };

// Which these are, by `pairs` of taps, those of zero last but for `middle`.
template <class T>
Shared shared_differences(const int64_t* pairs, int64_t count, const T* weight,
                          const Stencil<T>& s) {
  const int64_t taps = s.outers * s.rows * s.cols;
  bool columns = true, rows = is_3x3(s), middle = count == taps - 1;
  for (int64_t i = 0; i < count; i++) {
    const int64_t a = pairs[2 * i], b = pairs[2 * i + 1], opposite = s.cols - 1 - a % s.cols;
    columns = columns && (weight[i] == T(0) || b == a - a % s.cols + opposite);
    rows = rows && (weight[i] == T(0) ? a / 3 == 1 : a == 6 + i && b == i);
    middle = middle && a == i + (i >= taps / 2) && b == taps / 2;
  }
  return columns ? Shared::columns : rows ? Shared::rows : middle ? Shared::middle : Shared::none;
}

// One vector of each of three output rows; sums in the order of `sum_of_differences`.
template <class T, Shared How>
IW_INLINE void differences_of_three(Vec<T> (&acc)[kGroup3x3][1], const T* const (&row)[5],
                                    int64_t step, const Vec<T> (&k)[9]) {
  if constexpr (How == Shared::columns) {
#pragma GCC unroll 5
    for (int i = 0; i < 5; i++) {
      const Vec<T> d = load(row[i] + 2 * step) - load(row[i]);
      const Vec<T> unseen = load(row[i] + step) * T(0);
#pragma GCC unroll 3
      for (int r = 0; r < kGroup3x3; r++)
        if (i >= r && i < r + 3) {
          acc[r][0] += k[3 * (i - r) + 2] * d;
          acc[r][0] += unseen;
        }
    }
  } else if constexpr (How == Shared::rows) {
#pragma GCC unroll 3
    for (int j = 0; j < 3; j++) {
      Vec<T> v[5];
#pragma GCC unroll 5
      for (int i = 0; i < 5; i++) v[i] = load(row[i] + j * step);
#pragma GCC unroll 3
      for (int r = 0; r < kGroup3x3; r++) {
        acc[r][0] += k[6 + j] * (v[r + 2] - v[r]);
        acc[r][0] += k[3] * v[r + 1];
      }
    }
  } else {
    Vec<T> middle[kGroup3x3];
#pragma GCC unroll 3
    for (int r = 0; r < kGroup3x3; r++) middle[r] = load(row[r + 1] + step);
#pragma GCC unroll 5
    for (int i = 0; i < 5; i++)
#pragma GCC unroll 3
      for (int j = 0; j < 3; j++) {
        Vec<T> v = load(row[i] + j * step);
        pin<T>(v);
#pragma GCC unroll 3
        for (int r = 0; r < kGroup3x3; r++)
          if (i >= r && i < r + 3 && (i != r + 1 || j != 1))
            acc[r][0] += k[3 * (i - r) + j] * (v - middle[r]);
      }
  }
}

// Three output rows of 3 x 3 taps; whether all results are finite.
template <class T, Shared How, bool Asks>
IW_APART bool differences_3x3(const T* const* rows, const Stencil<T>& s, T* dst, int64_t pitch,
                              int64_t width, const Ahead& ahead) {
  Vec<T> k[9], odd = {};
#pragma GCC unroll 9
  for (int t = 0; t < 9; t++) k[t] = splat(s.tap[t]);
  const int64_t step = s.col_step;
  cover(width, kLanes<T>, to_aligned(dst, pitch), [&](int64_t x) __attribute__((always_inline)) {
    if constexpr (Asks) ahead.ask_few(x, kLanes<T>);
    Vec<T> acc[kGroup3x3][1];
    clear<T, kGroup3x3, 1>(acc);
    const T* const row[5] = {rows[0] + x, rows[1] + x, rows[2] + x, rows[3] + x, rows[4] + x};
    differences_of_three<T, How>(acc, row, step, k);
#pragma GCC unroll 3
    for (int r = 0; r < kGroup3x3; r++) {
      store(dst + r * pitch + x, acc[r][0]);
      odd += acc[r][0] * T(0);
    }
  });
  return sum_of_lanes<T>(odd) == T(0);
}

template <class T, bool Asks>
bool differences_3x3(Shared how, const T* const* rows, const Stencil<T>& s, T* dst, int64_t pitch,
                     int64_t width, const Ahead& ahead) {
  if (how == Shared::columns)
    return differences_3x3<T, Shared::columns, Asks>(rows, s, dst, pitch, width, ahead);
  if (how == Shared::rows)
    return differences_3x3<T, Shared::rows, Asks>(rows, s, dst, pitch, width, ahead);
  return differences_3x3<T, Shared::middle, Asks>(rows, s, dst, pitch, width, ahead);
}

// One row of samples for output rows LO to HI of four: as it is less `middle`, or its columns less
// their opposites.
template <class T, int C, Shared How, int LO, int HI>
IW_INLINE void less_row(Vec<T> (&acc)[kGroup][C], const Vec<T> (&middle)[kGroup][C], const T* src,
                        const T* tap, const Stencil<T>& s) {
  const int64_t cols = s.cols, step = s.col_step;
#pragma GCC unroll 1
  for (int64_t j = How == Shared::columns ? cols / 2 : 0; j < cols; j++) {
    Vec<T> v[C];
#pragma GCC unroll 4
    for (int c = 0; c < C; c++) {
      v[c] = load(src + j * step + c * kLanes<T>);
      if (How == Shared::columns) v[c] -= load(src + (cols - 1 - j) * step + c * kLanes<T>);
      pin<T>(v[c]);
    }
#pragma GCC unroll 4
    for (int r = LO; r <= HI; r++) {
      const Vec<T> k = splat(tap[j - r * cols]);
#pragma GCC unroll 4
      for (int c = 0; c < C; c++)
        acc[r][c] += k * (How == Shared::columns ? v[c] : v[c] - middle[r][c]);
    }
  }
}

// Four output rows by C vectors; needs at least three tap rows.
template <class T, int C, Shared How>
IW_INLINE void differences_of_four(const T* const* rows, int64_t x, const Stencil<T>& s, T* dst,
                                   int64_t pitch, Vec<T>& odd) {
  Vec<T> acc[kGroup][C], middle[kGroup][C];
  clear<T, kGroup, C>(acc);
  const int64_t cols = s.cols, n = s.rows;
#pragma GCC unroll 4
  for (int r = 0; r < kGroup; r++)
#pragma GCC unroll 4
    for (int c = 0; c < C; c++)
      middle[r][c] =
          load(rows[s.outer[s.outers / 2] + n / 2 + r] + x + cols / 2 * s.col_step + c * kLanes<T>);
  for (int64_t o = 0; o < s.outers; o++) {
    const T* const* r = rows + s.outer[o];
    const T* t = s.tap + o * n * cols;
    less_row<T, C, How, 0, 0>(acc, middle, r[0] + x, t, s);
    less_row<T, C, How, 0, 1>(acc, middle, r[1] + x, t + cols, s);
    less_row<T, C, How, 0, 2>(acc, middle, r[2] + x, t + 2 * cols, s);
    for (int64_t i = 3; i < n; i++)
      less_row<T, C, How, 0, 3>(acc, middle, r[i] + x, t + i * cols, s);
    less_row<T, C, How, 1, 3>(acc, middle, r[n] + x, t + n * cols, s);
    less_row<T, C, How, 2, 3>(acc, middle, r[n + 1] + x, t + (n + 1) * cols, s);
    less_row<T, C, How, 3, 3>(acc, middle, r[n + 2] + x, t + (n + 2) * cols, s);
  }
#pragma GCC unroll 4
  for (int r = 0; r < kGroup; r++)
#pragma GCC unroll 4
    for (int c = 0; c < C; c++) {
      store(dst + r * pitch + x + c * kLanes<T>, acc[r][c]);
      odd += acc[r][c] * T(0);
    }
}

template <class T, Shared How>
IW_APART bool stencil_of_differences(const T* const* rows, const Stencil<T>& s, T* dst,
                                     int64_t pitch, int64_t width, const Ahead& ahead) {
  constexpr int W = kLanes<T>;
  Vec<T> odd = {};
  if (width >= 2 * W)
    cover(width, 2 * W, 0, [&](int64_t x) __attribute__((always_inline)) {
      ahead.ask(x, 2 * W);
      differences_of_four<T, 2, How>(rows, x, s, dst, pitch, odd);
    });
  else
    cover(width, W, 0, [&](int64_t x) __attribute__((always_inline)) {
      differences_of_four<T, 1, How>(rows, x, s, dst, pitch, odd);
    });
  return sum_of_lanes<T>(odd) == T(0);
}

// A group of output rows; whether all results are finite.
template <class T>
bool stencil_of_differences(Shared how, const T* const* rows, const Stencil<T>& s, T* dst,
                            int64_t pitch, int64_t width, const Ahead& ahead) {
  if (is_3x3(s)) {
    const auto sums = ahead.asks() ? differences_3x3<T, true> : differences_3x3<T, false>;
    return sums(how, rows + s.outer[0], s, dst, pitch, width, ahead);
  }
  const auto sums = how == Shared::columns ? stencil_of_differences<T, Shared::columns>
                                           : stencil_of_differences<T, Shared::middle>;
  return sums(rows, s, dst, pitch, width, ahead);
}

// Where the two samples are: rows of the list, and elements along them.
template <class T>
struct Difference {
  int64_t row[2], off[2];
  T weight;
};

template <class T>
struct Differences {
  const Difference<T>* each;
  int64_t count;
};

// C vectors of outputs from x on. `odd` turns to NaN where any is not finite.
template <class T, int C>
IW_INLINE void differences_block(const T* const* rows, int64_t x, const Differences<T>& sum, T* dst,
                                 Short<T>& odd) {
  Short<T> acc[C];
#pragma GCC unroll 4
  for (int c = 0; c < C; c++) acc[c] = Short<T>{};
#pragma GCC unroll 1
  for (int64_t i = 0; i < sum.count; i++) {
    const Difference<T>& d = sum.each[i];
    const T *const from = rows[d.row[0]] + d.off[0] + x, *const less =
                                                             rows[d.row[1]] + d.off[1] + x;
    const Short<T> weight = d.weight - Short<T>{};
#pragma GCC unroll 4
    for (int c = 0; c < C; c++) {
      Short<T> a, b;
      __builtin_memcpy(&a, from + c * kShort<T>, kShortBytes);
      __builtin_memcpy(&b, less + c * kShort<T>, kShortBytes);
      acc[c] += weight * (a - b);
    }
  }
#pragma GCC unroll 4
  for (int c = 0; c < C; c++) {
    odd += acc[c] - acc[c];
    __builtin_memcpy(dst + x + c * kShort<T>, &acc[c], kShortBytes);
  }
}

// One output row; whether all its results are finite.
template <class T>
IW_APART bool sum_of_differences(const T* const* rows, const Differences<T>& sum, T* dst,
                                 int64_t width) {
  if (width < kShort<T>) {
    T odd = 0;
    for (int64_t x = 0; x < width; x++) {
      T acc = 0;
      for (int64_t i = 0; i < sum.count; i++) {
        const Difference<T>& d = sum.each[i];
        acc += d.weight * (rows[d.row[0]][d.off[0] + x] - rows[d.row[1]][d.off[1] + x]);
      }
      odd += acc - acc;
      dst[x] = acc;
    }
    return odd == T(0);
  }
  Short<T> odd = {};
  const Differences<T> own = sum;  // no result can change them
  const int64_t x = blocks<T, 4>(
      0, 0, width, [&](int64_t at) { differences_block<T, 4>(rows, at, own, dst, odd); });
  blocks<T, 1>(x, 0, width, [&](int64_t at) { differences_block<T, 1>(rows, at, own, dst, odd); });
  T sums = 0;
  for (int l = 0; l < kShort<T>; l++) sums += odd[l];
  return sums == T(0);
}

// The results that are not finite replaced by those of the plain sum; `space` holds a row.
template <class T>
[[gnu::noinline]] void sum_plainly(const T* const* rows, const Taps<T>& taps, T* dst, int64_t width,
                                   T* space) {
  sum_of_taps(rows, taps, space, width);
  for (int64_t x = 0; x < width; x++)
    if (!is_finite(dst[x])) dst[x] = space[x];
}

}  // namespace
