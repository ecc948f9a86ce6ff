// Inner loops: weighted sums of shifted rows, the taps in plain order, one fused multiply-add each.
//
// Every output is summed in the same order whichever loop computes it, so that tiles, threads and
// row ends never change a bit.
#pragma once

#include "vec.hpp"

namespace {

// A weighted sum of shifted reads: dst[x] = sum_t tap[t] * src[off[t] + x].
template <class T>
struct Shifts {
  const int64_t* off;
  const T* tap;
  int64_t count;
};

// Sums start at zero one register at a time: GCC would clear an array in memory.
template <class T, int R, int C>
IW_INLINE void clear(Vec<T> (&acc)[R][C]) {
#pragma GCC unroll 8
  for (int r = 0; r < R; r++)
#pragma GCC unroll 8
    for (int c = 0; c < C; c++) acc[r][c] = Vec<T>{};
}

// C vectors of one row: side by side, so that one address serves all their loads.
template <class T, int C>
IW_INLINE void shifts_block(const T* src, Shifts<T> s, T* dst) {
  Vec<T> acc[1][C];
  clear<T, 1, C>(acc);
  for (int64_t t = 0; t < s.count; t++) {
    const Vec<T> k = splat(s.tap[t]);
    const T* p = src + s.off[t];
#pragma GCC unroll 8
    for (int c = 0; c < C; c++) acc[0][c] += k * load(p + c * kLanes<T>);
  }
#pragma GCC unroll 8
  for (int c = 0; c < C; c++) store(dst + c * kLanes<T>, acc[0][c]);
}

// Taps on a grid of rows by columns whose rows follow each other at `pitch`: output rows then
// share the rows they read. `outer` holds the shifts of further axes.
template <class T>
struct Patch {
  const int64_t* outer;
  int64_t outers;
  int64_t rows, cols, col_step;
  const T* tap;
};

// COLS: the number of tap columns when it is known beforehand, else 0.
template <class T, int C, int COLS, int LO, int HI>
IW_INLINE void patch_row(Vec<T> (&acc)[4][C], const T* src, const T* tap, const Patch<T>& p) {
  const int64_t cols = COLS ? COLS : p.cols;
  for (int64_t j = 0; j < cols; j++) {
    Vec<T> v[C];
#pragma GCC unroll 8
    for (int c = 0; c < C; c++) {
      v[c] = load(src + j * p.col_step + c * kLanes<T>);
      pin<T>(v[c]);
    }
#pragma GCC unroll 4
    for (int r = LO; r <= HI; r++) {
      const Vec<T> k = splat(tap[j - r * cols]);
#pragma GCC unroll 8
      for (int c = 0; c < C; c++) acc[r][c] += k * v[c];
    }
  }
}

// Four output rows at once; needs at least three tap rows.
template <class T, int C, int COLS>
IW_INLINE void patch_block(const T* src, int64_t pitch, const Patch<T>& p, T* dst,
                           int64_t dst_pitch) {
  Vec<T> acc[4][C];
  clear<T, 4, C>(acc);
  for (int64_t o = 0; o < p.outers; o++) {
    const T* s = src + p.outer[o];
    const T* t = p.tap + o * p.rows * p.cols;
    const int64_t n = p.rows;
    patch_row<T, C, COLS, 0, 0>(acc, s, t, p);
    patch_row<T, C, COLS, 0, 1>(acc, s + pitch, t + p.cols, p);
    patch_row<T, C, COLS, 0, 2>(acc, s + 2 * pitch, t + 2 * p.cols, p);
    for (int64_t i = 3; i < n; i++)
      patch_row<T, C, COLS, 0, 3>(acc, s + i * pitch, t + i * p.cols, p);
    patch_row<T, C, COLS, 1, 3>(acc, s + n * pitch, t + n * p.cols, p);
    patch_row<T, C, COLS, 2, 3>(acc, s + (n + 1) * pitch, t + (n + 1) * p.cols, p);
    patch_row<T, C, COLS, 3, 3>(acc, s + (n + 2) * pitch, t + (n + 2) * p.cols, p);
  }
  for (int r = 0; r < 4; r++)
    for (int c = 0; c < C; c++) store(dst + r * dst_pitch + c * kLanes<T>, acc[r][c]);
}

// Cover `width` columns with wide blocks, then single vectors, then a vector that overlaps the
// one before. block(x, C as a constant), single(x) for rows narrower than a vector.
template <class T, int Wide, class Block, class Single>
IW_INLINE void cover(int64_t width, Block&& block, Single&& single) {
  constexpr int W = kLanes<T>;
  int64_t x = 0;
  for (; x + Wide * W <= width; x += Wide * W) block(x, true);
  for (; x + W <= width; x += W) block(x, false);
  if (x == width) return;
  if (width >= W)
    block(width - W, false);
  else
    for (; x < width; x++) single(x);
}

template <class T>
void shifts_row(const T* src, Shifts<T> s, T* dst, int64_t width) {
  cover<T, 8>(
      width,
      [&](int64_t x, bool wide) {
        if (wide)
          shifts_block<T, 8>(src + x, s, dst + x);
        else
          shifts_block<T, 1>(src + x, s, dst + x);
      },
      [&](int64_t x) {
        T sum = 0;
        for (int64_t t = 0; t < s.count; t++) sum += s.tap[t] * src[s.off[t] + x];
        dst[x] = sum;
      });
}

// All rows of a plane by shifts.
template <class T>
void shifts_plane(const T* src, int64_t row_step, Shifts<T> s, T* dst, int64_t pitch, int64_t rows,
                  int64_t width) {
  for (int64_t y = 0; y < rows; y++) shifts_row(src + y * row_step, s, dst + y * pitch, width);
}

// As many groups of four rows as there are; returns the rows done.
template <class T, int COLS>
int64_t patch_rows(const T* src, int64_t src_pitch, const Patch<T>& p, T* dst, int64_t pitch,
                   int64_t rows, int64_t width) {
  int64_t y = 0;
  for (; y + 4 <= rows; y += 4) {
    const T* s = src + y * src_pitch;
    T* d = dst + y * pitch;
    cover<T, 3>(
        width,
        [&](int64_t x, bool wide) {
          if (wide)
            patch_block<T, 3, COLS>(s + x, src_pitch, p, d + x, pitch);
          else
            patch_block<T, 1, COLS>(s + x, src_pitch, p, d + x, pitch);
        },
        [](int64_t) {});
  }
  return y;
}

// 3 x 3 taps, the commonest of all: they stay in registers, and two output rows share what they
// read. Returns the rows done.
template <class T>
int64_t patch_rows_3x3(const T* src, int64_t src_pitch, const Patch<T>& p, T* dst, int64_t pitch,
                       int64_t rows, int64_t width) {
  constexpr int W = kLanes<T>;
  Vec<T> k[9];
#pragma GCC unroll 9
  for (int t = 0; t < 9; t++) k[t] = splat(p.tap[t]);
  int64_t y = 0;
  for (; y + 2 <= rows; y += 2) {
    const T* s = src + y * src_pitch;
    T* d = dst + y * pitch;
    auto block = [&](int64_t x) __attribute__((always_inline)) {
      Vec<T> upper = {}, lower = {};
#pragma GCC unroll 4
      for (int i = 0; i < 4; i++)
#pragma GCC unroll 3
        for (int j = 0; j < 3; j++) {
          const Vec<T> v = load(s + i * src_pitch + x + j * p.col_step);
          if (i < 3) upper += k[3 * i + j] * v;
          if (i > 0) lower += k[3 * (i - 1) + j] * v;
        }
      store(d + x, upper);
      store(d + pitch + x, lower);
    };
    int64_t x = 0;
    for (; x + W <= width; x += W) block(x);
    if (x < width) block(width - W);
  }
  return y;
}

// All rows of a plane by a patch: `shifts` says the same taps, for the rows left over.
template <class T>
void patch_plane(const T* src, int64_t src_pitch, const Patch<T>& p, Shifts<T> shifts, T* dst,
                 int64_t pitch, int64_t rows, int64_t width) {
  int64_t y = 0;
  if (width >= kLanes<T> && p.rows >= 3) {
    if (p.cols == 1)
      y = patch_rows<T, 1>(src, src_pitch, p, dst, pitch, rows, width);
    else if (p.rows == 3 && p.cols == 3 && p.outers == 1)
      y = patch_rows_3x3(src + p.outer[0], src_pitch, p, dst, pitch, rows, width);
    else
      y = patch_rows<T, 0>(src, src_pitch, p, dst, pitch, rows, width);
  }
  shifts_plane(src + y * src_pitch, src_pitch, shifts, dst + y * pitch, pitch, rows - y, width);
}

}  // namespace
