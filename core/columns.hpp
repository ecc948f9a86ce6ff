// Weighted sums down columns: what every pass of a separable kernel comes to once rows are lanes.
//
// A kernel that is its own mirror image adds the two samples under equal taps before it multiplies:
// half the multiplications, and additions have units of their own. Outputs are made a few at a
// time, so that a row is read once or twice for all of them and not once for each tap.
#pragma once

#include "vec.hpp"

namespace {

// Rows at a fixed distance.
template <class T>
struct Rows {
  const T* first;
  int64_t pitch;
  const T* at(int64_t i) const { return first + i * pitch; }
  Rows from(int64_t i, int64_t x) const { return {first + i * pitch + x, pitch}; }
  Rows each(int64_t p, int64_t step) const { return {first + p * pitch, pitch * step}; }
};

template <class T>
struct Line {  // the taps along one axis
  const T* tap;
  int64_t k, stride, dilation;
  bool fold;  // equal to its mirror image, and no sum of two samples can overflow
};

constexpr int64_t kColumns = 64;  // columns taken down together: the rows in use stay near

// Outputs made at once: their sums, and as many samples from either end, stay in registers.
#if defined(__AVX512F__) && !defined(IW_SHORT_VECTORS)
constexpr int kAtOnce = 8;
#else
constexpr int kAtOnce = 4;
#endif

// One step of R folded sums: tap j, samples j from either end. `lo` and `hi` hold R rows each, one
// of which is replaced by the row that the next step needs. U: j modulo R.
template <class T, int R, int U>
IW_INLINE void folded_step(Vec<T> (&acc)[R], Vec<T> (&lo)[R], Vec<T> (&hi)[R], const Rows<T>& rows,
                           const Line<T>& line, int64_t j) {
  const Vec<T> tap = splat(line.tap[j]);
#pragma GCC unroll 8
  for (int r = 0; r < R; r++) acc[r] += tap * (lo[(r + U) % R] + hi[(r - U + R) % R]);
  lo[U] = load(rows.at(j + R));
  hi[R - 1 - U] = load(rows.at(line.k - 2 - j));
}

// R steps, from one where j is a multiple of R.
template <class T, int R, int U = 0>
IW_INLINE void folded_round(Vec<T> (&acc)[R], Vec<T> (&lo)[R], Vec<T> (&hi)[R], const Rows<T>& rows,
                            const Line<T>& line, int64_t j) {
  if constexpr (U < R) {
    folded_step<T, R, U>(acc, lo, hi, rows, line, j + U);
    folded_round<T, R, U + 1>(acc, lo, hi, rows, line, j);
  }
}

// The steps that remain, less than R, and the tap in the middle.
template <class T, int R, int U = 0>
IW_INLINE void folded_end(Vec<T> (&acc)[R], Vec<T> (&lo)[R], Vec<T> (&hi)[R], const Rows<T>& rows,
                          const Line<T>& line, int64_t j) {
  if constexpr (U + 1 < R) {
    if (j < line.k / 2) {
      folded_step<T, R, U>(acc, lo, hi, rows, line, j);
      return folded_end<T, R, U + 1>(acc, lo, hi, rows, line, j + 1);
    }
  }
  if (line.k % 2 == 0) return;
  const Vec<T> tap = splat(line.tap[j]);
#pragma GCC unroll 8
  for (int r = 0; r < R; r++) acc[r] += tap * lo[(r + U) % R];
}

template <class T, int R>
IW_INLINE void folded_block(const Rows<T>& rows, const Line<T>& line, T* out, int64_t pitch) {
  Vec<T> acc[R], lo[R], hi[R];
#pragma GCC unroll 8
  for (int r = 0; r < R; r++) {
    acc[r] = Vec<T>{};
    lo[r] = load(rows.at(r));
    hi[r] = load(rows.at(line.k - 1 + r));
  }
  int64_t j = 0;
  for (; j + R <= line.k / 2; j += R) folded_round<T, R>(acc, lo, hi, rows, line, j);
  folded_end<T, R>(acc, lo, hi, rows, line, j);
#pragma GCC unroll 8
  for (int r = 0; r < R; r++) store(out + r * pitch, acc[r]);
}

// Outputs FROM .. TO of four take row i of the samples, C vectors of it.
template <class T, int C, int FROM, int TO>
IW_INLINE void plain_row(Vec<T> (&acc)[4][C], const Rows<T>& rows, const T* tap, int64_t i) {
  const T* row = rows.at(i);
  Vec<T> v[C];
#pragma GCC unroll 4
  for (int c = 0; c < C; c++) {
    v[c] = load(row + c * kLanes<T>);
    pin<T>(v[c]);
  }
#pragma GCC unroll 4
  for (int r = FROM; r <= TO; r++) {
    const Vec<T> k = splat(tap[i - r]);
#pragma GCC unroll 4
    for (int c = 0; c < C; c++) acc[r][c] += k * v[c];
  }
}

template <class T, int C>
IW_INLINE void plain_block(const Rows<T>& rows, const Line<T>& line, T* out, int64_t pitch) {
  Vec<T> acc[4][C];
#pragma GCC unroll 4
  for (int r = 0; r < 4; r++)
#pragma GCC unroll 4
    for (int c = 0; c < C; c++) acc[r][c] = Vec<T>{};
  const int64_t k = line.k;
  plain_row<T, C, 0, 0>(acc, rows, line.tap, 0);
  plain_row<T, C, 0, 1>(acc, rows, line.tap, 1);
  plain_row<T, C, 0, 2>(acc, rows, line.tap, 2);
  for (int64_t i = 3; i < k; i++) plain_row<T, C, 0, 3>(acc, rows, line.tap, i);
  plain_row<T, C, 1, 3>(acc, rows, line.tap, k);
  plain_row<T, C, 2, 3>(acc, rows, line.tap, k + 1);
  plain_row<T, C, 3, 3>(acc, rows, line.tap, k + 2);
#pragma GCC unroll 4
  for (int r = 0; r < 4; r++)
#pragma GCC unroll 4
    for (int c = 0; c < C; c++) store(out + r * pitch + c * kLanes<T>, acc[r][c]);
}

// One output vector, in the same order of sums as above; taps `step` rows apart.
template <class T>
IW_INLINE Vec<T> single(const Rows<T>& rows, int64_t step, const Line<T>& line) {
  Vec<T> acc = {};
  const int64_t half = line.fold ? line.k / 2 : 0;
  for (int64_t j = 0; j < half; j++)
    acc += splat(line.tap[j]) * (load(rows.at(j * step)) + load(rows.at((line.k - 1 - j) * step)));
  for (int64_t j = half; j < line.k - half; j++)
    acc += splat(line.tap[j]) * load(rows.at(j * step));
  return acc;
}

// Outputs from y on, R at once, as far as there are so many; how far they came.
template <class T, int R>
IW_INLINE int64_t folded_blocks(const Rows<T>& rows, const Line<T>& line, int64_t y, int64_t n,
                                int64_t left, int64_t right, T* out, int64_t pitch) {
  for (; y + R <= n; y += R)
    for (int64_t x = left; x < right; x += kLanes<T>)
      folded_block<T, R>(rows.from(y, x), line, out + y * pitch + x, pitch);
  return y;
}

// n outputs down every column, columns in whole vectors. Outputs may take the place of samples
// that no later output needs.
template <class T>
void undilated(const Rows<T>& rows, const Line<T>& line, int64_t n, int64_t width, T* out,
               int64_t pitch) {
  constexpr int W = kLanes<T>;
  for (int64_t left = 0; left < width; left += kColumns) {
    const int64_t right = least(left + kColumns, width);
    int64_t y = 0;
    if (line.stride == 1 && line.fold) {
      y = folded_blocks<T, kAtOnce>(rows, line, y, n, left, right, out, pitch);
      if (kAtOnce > 4) y = folded_blocks<T, 4>(rows, line, y, n, left, right, out, pitch);
    } else if (line.stride == 1 && line.k >= 3) {
      for (; y + 4 <= n; y += 4) {
        int64_t x = left;
        for (; x + 2 * W <= right; x += 2 * W)
          plain_block<T, 2>(rows.from(y, x), line, out + y * pitch + x, pitch);
        for (; x < right; x += W)
          plain_block<T, 1>(rows.from(y, x), line, out + y * pitch + x, pitch);
      }
    }
    for (; y < n; y++)
      for (int64_t x = left; x < right; x += W)
        store(out + y * pitch + x, single<T>(rows.from(y * line.stride, x), line.dilation, line));
  }
}

// With dilation d the outputs fall into d series that have nothing to do with each other.
template <class T>
void columns(const Rows<T>& rows, const Line<T>& line, int64_t n, int64_t width, T* out,
             int64_t pitch) {
  if (line.stride > 1 || line.dilation == 1) {
    undilated(rows, line, n, width, out, pitch);
    return;
  }
  Line<T> dense = line;
  dense.dilation = 1;
  for (int64_t p = 0; p < least(line.dilation, n); p++)
    undilated(rows.each(p, line.dilation), dense, (n - p + line.dilation - 1) / line.dilation,
              width, out + p * pitch, pitch * line.dilation);
}

}  // namespace
