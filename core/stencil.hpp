// Inner loops of direct convolution: weighted sums of samples in rows that may lie anywhere.
//
// `rows[i] + x` is where the first tap of output x finds its sample in row i. Every output is
// summed in the same order whichever loop computes it, one fused multiply-add a tap, so that
// tiles, threads and row ends never change a bit.
#pragma once

#include "span.hpp"
#include "vec.hpp"

namespace {

// Taps on a grid of rows by columns: neighbouring output rows share the rows they read. `outer`
// says how many rows further down the taps of the axes before are found.
template <class T>
struct Stencil {
  const int64_t* outer;
  int64_t outers;
  int64_t rows, cols, col_step;
  const T* tap;
};

// Output rows computed together, and those of 3 x 3 taps.
constexpr int kGroup = 4, kGroup3x3 = 3;

// Visit blocks of `block` columns that cover `width`, which is no less; `aligned` is where the
// second begins. The last overlaps the one before it.
template <class Visit>
IW_INLINE void cover(int64_t width, int64_t block, int64_t aligned, Visit&& visit) {
  const int64_t last = width - block;
  int64_t x = 0, next = aligned ? aligned : block;
  for (;;) {
    visit(x);
    if (x == last) return;
    x = least(next, last);
    next = x + block;
  }
}

// How many columns behind `dst` vectors are aligned, when they then are so in all rows.
template <class T>
IW_INLINE int64_t to_aligned(const T* dst, int64_t pitch) {
  if (pitch * int64_t(sizeof(T)) % kVectorBytes) return 0;
  return int64_t(-reinterpret_cast<uintptr_t>(dst) % kVectorBytes / sizeof(T));
}

// One column of taps on one row of samples, for output rows LO to HI. (Within the loop of
// `tap_row` GCC would keep `v` in memory.)
template <class T, int C, int LO, int HI>
IW_INLINE void tap_column(Vec<T> (&acc)[kGroup][C], const T* src, const T* tap, int64_t cols) {
  Vec<T> v[C];
#pragma GCC unroll 8
  for (int c = 0; c < C; c++) {
    v[c] = load(src + c * kLanes<T>);
    pin<T>(v[c]);
  }
#pragma GCC unroll 4
  for (int r = LO; r <= HI; r++) {
    const Vec<T> k = splat(tap[-r * cols]);
#pragma GCC unroll 8
    for (int c = 0; c < C; c++) acc[r][c] += k * v[c];
  }
}

// One row of taps. COLS: how many there are when it is known beforehand, else 0.
template <class T, int C, int COLS, int LO, int HI>
IW_INLINE void tap_row(Vec<T> (&acc)[kGroup][C], const T* src, const T* tap, const Stencil<T>& s) {
  const int64_t cols = COLS ? COLS : s.cols;
#pragma GCC unroll 1  // unrolled, it takes more registers than there are
  for (int64_t j = 0; j < cols; j++, src += s.col_step)
    tap_column<T, C, LO, HI>(acc, src, tap + j, cols);
}

// Sums start at zero one register at a time: GCC would clear an array in memory.
template <class T, int R, int C>
IW_INLINE void clear(Vec<T> (&acc)[R][C]) {
#pragma GCC unroll 8
  for (int r = 0; r < R; r++)
#pragma GCC unroll 16
    for (int c = 0; c < C; c++) acc[r][c] = Vec<T>{};
}

// Four output rows by C vectors; needs at least three tap rows.
template <class T, int C, int COLS>
IW_INLINE void stencil_block(const T* const* rows, int64_t x, const Stencil<T>& s, T* dst,
                             int64_t pitch, Seen<T>* seen) {
  Vec<T> acc[kGroup][C];
  clear<T, kGroup, C>(acc);
  const int64_t cols = COLS ? COLS : s.cols, n = s.rows;
  for (int64_t o = 0; o < s.outers; o++) {
    const T* const* r = rows + s.outer[o];
    const T* t = s.tap + o * n * cols;
    tap_row<T, C, COLS, 0, 0>(acc, r[0] + x, t, s);
    tap_row<T, C, COLS, 0, 1>(acc, r[1] + x, t + cols, s);
    tap_row<T, C, COLS, 0, 2>(acc, r[2] + x, t + 2 * cols, s);
    for (int64_t i = 3; i < n; i++) tap_row<T, C, COLS, 0, 3>(acc, r[i] + x, t + i * cols, s);
    tap_row<T, C, COLS, 1, 3>(acc, r[n] + x, t + n * cols, s);
    tap_row<T, C, COLS, 2, 3>(acc, r[n + 1] + x, t + (n + 1) * cols, s);
    tap_row<T, C, COLS, 3, 3>(acc, r[n + 2] + x, t + (n + 2) * cols, s);
  }
#pragma GCC unroll 4
  for (int r = 0; r < kGroup; r++)
#pragma GCC unroll 8
    for (int c = 0; c < C; c++) store(dst + r * pitch + x + c * kLanes<T>, acc[r][c]);
  if (seen) seen->template vectors<kGroup, C>(acc);
}

// Rows that will be loaded next are asked for while the sums run, so that loading them does not
// wait for memory.
struct Ahead {
  static constexpr int64_t kMost = 6;
  const char* row[kMost];
  int64_t count = 0, size = 0;  // rows, bytes of a sample
  // Rows that these sums will be written to from where they are.
  const char* to[kMost];
  int64_t writes = 0, to_size = 0;

  __attribute__((always_inline)) void ask(int64_t x, int64_t columns) const {
    for (int64_t r = 0; r < count; r++)
      for (int64_t b = 0; b < columns * size; b += 64) __builtin_prefetch(row[r] + x * size + b);
    ask_lines<1>(to, writes, to_size, x, columns);
  }

  bool asks() const { return count || writes; }

  // The same for a few columns: only lines that begin among them.
  __attribute__((always_inline)) void ask_few(int64_t x, int64_t columns) const {
    ask_lines<0>(row, count, size, x, columns);
    ask_lines<1>(to, writes, to_size, x, columns);
  }

 private:
  template <int Write>
  IW_INLINE void ask_lines(const char* const* rows, int64_t n, int64_t bytes, int64_t x,
                           int64_t columns) {
    for (int64_t r = 0; r < n; r++) {
      const char *const p = rows[r] + x * bytes, *const end = p + columns * bytes;
      for (const char* line = p + (-uintptr_t(p) & 63); line < end; line += 64)
        __builtin_prefetch(line, Write);
    }
  }
};

template <class T, int COLS>
IW_APART void stencil_of_columns(const T* const* rows, const Stencil<T>& s, T* dst, int64_t pitch,
                                 int64_t width, const Ahead& ahead, Seen<T>* seen) {
  constexpr int W = kLanes<T>;
  if (width >= 3 * W)
    cover(width, 3 * W, 0, [&](int64_t x) __attribute__((always_inline)) {
      ahead.ask(x, 3 * W);
      stencil_block<T, 3, COLS>(rows, x, s, dst, pitch, seen);
    });
  else
    cover(width, W, 0, [&](int64_t x) __attribute__((always_inline)) {
      stencil_block<T, 1, COLS>(rows, x, s, dst, pitch, seen);
    });
}

// 3 x 3 taps, the commonest of all: they stay in registers beside the sums of three rows.
// Whether results are shown to `seen`, and whether lines are asked for, is known to the compiler:
// sums of nine are so quick that a question a vector costs a tenth.
template <class T, bool Looks, bool Asks>
IW_APART void stencil_3x3(const T* const* rows, const Stencil<T>& s, T* dst, int64_t pitch,
                          int64_t width, const Ahead& ahead, Seen<T>* seen) {
  Seen<T> results;  // in registers: memory would take as long as the sums
  Vec<T> k[9];
#pragma GCC unroll 9
  for (int t = 0; t < 9; t++) k[t] = splat(s.tap[t]);
  const T* const row[5] = {rows[0], rows[1], rows[2], rows[3], rows[4]};
  const int64_t step = s.col_step;
  cover(width, kLanes<T>, to_aligned(dst, pitch), [&](int64_t x) __attribute__((always_inline)) {
    if constexpr (Asks) ahead.ask_few(x, kLanes<T>);
    Vec<T> acc[kGroup3x3][1];
    clear<T, kGroup3x3, 1>(acc);
#pragma GCC unroll 5
    for (int i = 0; i < 5; i++)
#pragma GCC unroll 3
      for (int j = 0; j < 3; j++) {
        Vec<T> v = load(row[i] + x + j * step);
        pin<T>(v);
#pragma GCC unroll 3
        for (int r = 0; r < kGroup3x3; r++)
          if (i >= r && i < r + 3) acc[r][0] += k[3 * (i - r) + j] * v;
      }
#pragma GCC unroll 3
    for (int r = 0; r < kGroup3x3; r++) store(dst + r * pitch + x, acc[r][0]);
#pragma GCC unroll 3
    for (int r = 0; Looks && r < kGroup3x3; r++) results.vector(acc[r][0]);
  });
  if constexpr (Looks) seen->join(results);
}

template <class T>
IW_INLINE bool is_3x3(const Stencil<T>& s) {
  return s.rows == 3 && s.cols == 3 && s.outers == 1;
}

// How many output rows `stencil` computes together; 0 when it cannot.
template <class T>
IW_INLINE int64_t group_of(const Stencil<T>& s) {
  return s.rows < 3 ? 0 : is_3x3(s) ? kGroup3x3 : kGroup;
}

// One group of output rows, at least a vector wide. Loops over a known number of columns are a
// little faster, but for a single one, and where multiplications take the time; larger sizes are
// for other methods. What is summed is shown to `seen`, if there is one.
template <class T>
void stencil(const T* const* rows, const Stencil<T>& s, T* dst, int64_t pitch, int64_t width,
             const Ahead& ahead, Seen<T>* seen) {
  if (is_3x3(s)) {
    const auto sums = ahead.asks()
                          ? (seen ? stencil_3x3<T, true, true> : stencil_3x3<T, false, true>)
                          : (seen ? stencil_3x3<T, true, false> : stencil_3x3<T, false, false>);
    return sums(rows + s.outer[0], s, dst, pitch, width, ahead, seen);
  }
  switch (kPinned<T> ? s.cols : 0) {
    case 3:
      return stencil_of_columns<T, 3>(rows, s, dst, pitch, width, ahead, seen);
    case 5:
      return stencil_of_columns<T, 5>(rows, s, dst, pitch, width, ahead, seen);
    case 7:
      return stencil_of_columns<T, 7>(rows, s, dst, pitch, width, ahead, seen);
    case 9:
      return stencil_of_columns<T, 9>(rows, s, dst, pitch, width, ahead, seen);
    case 11:
      return stencil_of_columns<T, 11>(rows, s, dst, pitch, width, ahead, seen);
    default:
      return stencil_of_columns<T, 0>(rows, s, dst, pitch, width, ahead, seen);
  }
}

}  // namespace
