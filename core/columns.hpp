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

// Outputs made at once.
constexpr int kAtOnce = 4;

// One step of a folded sum: tap j, samples j from either end. `lo` and `hi` hold four rows each,
// one of which is replaced by the row that the next step needs. U: j modulo 4.
template <class T, int U>
IW_INLINE void folded_step(Vec<T> (&acc)[4], Vec<T> (&lo)[4], Vec<T> (&hi)[4], const Rows<T>& rows,
                           const Line<T>& line, int64_t j) {
  const Vec<T> tap = splat(line.tap[j]);
#pragma GCC unroll 4
  for (int r = 0; r < 4; r++) acc[r] += tap * (lo[(r + U) & 3] + hi[(r - U) & 3]);
  lo[U] = load(rows.at(j + 4));
  hi[3 - U] = load(rows.at(line.k - 2 - j));
}

template <class T>
IW_INLINE void folded_block(const Rows<T>& rows, const Line<T>& line, T* out, int64_t pitch) {
  Vec<T> acc[4], lo[4], hi[4];
#pragma GCC unroll 4
  for (int r = 0; r < 4; r++) {
    acc[r] = Vec<T>{};
    lo[r] = load(rows.at(r));
    hi[r] = load(rows.at(line.k - 1 + r));
  }
  const int64_t half = line.k / 2;
  int64_t j = 0;
  for (; j + 4 <= half; j += 4) {
    folded_step<T, 0>(acc, lo, hi, rows, line, j);
    folded_step<T, 1>(acc, lo, hi, rows, line, j + 1);
    folded_step<T, 2>(acc, lo, hi, rows, line, j + 2);
    folded_step<T, 3>(acc, lo, hi, rows, line, j + 3);
  }
  if (j < half) folded_step<T, 0>(acc, lo, hi, rows, line, j);
  if (j + 1 < half) folded_step<T, 1>(acc, lo, hi, rows, line, j + 1);
  if (j + 2 < half) folded_step<T, 2>(acc, lo, hi, rows, line, j + 2);
  if (line.k & 1) {
    const Vec<T> tap = splat(line.tap[half]);
#pragma GCC unroll 4
    for (int r = 0; r < 4; r++) acc[r] += tap * load(rows.at(half + r));
  }
#pragma GCC unroll 4
  for (int r = 0; r < 4; r++) store(out + r * pitch, acc[r]);
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

// n outputs down every column, columns in whole vectors. Outputs may take the place of samples
// that no later output needs.
template <class T>
void undilated(const Rows<T>& rows, const Line<T>& line, int64_t n, int64_t width, T* out,
               int64_t pitch) {
  constexpr int W = kLanes<T>;
  for (int64_t left = 0; left < width; left += kColumns) {
    const int64_t right = least(left + kColumns, width);
    int64_t y = 0;
    if (line.stride == 1 && line.fold)
      for (; y + kAtOnce <= n; y += kAtOnce)
        for (int64_t x = left; x < right; x += W)
          folded_block<T>(rows.from(y, x), line, out + y * pitch + x, pitch);
    else if (line.stride == 1 && line.k >= 3)
      for (; y + kAtOnce <= n; y += kAtOnce) {
        int64_t x = left;
        for (; x + 2 * W <= right; x += 2 * W)
          plain_block<T, 2>(rows.from(y, x), line, out + y * pitch + x, pitch);
        for (; x < right; x += W)
          plain_block<T, 1>(rows.from(y, x), line, out + y * pitch + x, pitch);
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
