// Weighted sums down columns: what every pass of a separable kernel comes to once rows are lanes.
//
// A kernel that is its own mirror image adds the two samples under equal taps before it multiplies:
// half the multiplications, and additions have units of their own. Outputs are made a few at a
// time, so that a row is read once or twice for all of them and not once for each tap. One that is
// opposite to its mirror image takes the difference: of equal samples that is zero, exactly.
#pragma once

#include "aside.hpp"
#include "vec.hpp"

namespace {

// Rows at a fixed distance.
template <class T>
struct Rows {
  const T* first;
  int64_t pitch;
  const T* at(int64_t i) const { return first + i * pitch; }
  Rows from(int64_t i, int64_t x) const { return {first + i * pitch + x, pitch}; }
  void next() { step(pitch); }
  void back() { step(-pitch); }
  void step(int64_t by) {
    first += by;
    asm("" : "+r"(first));  // one addition at a time: GCC would keep many addresses
  }
  Rows each(int64_t p, int64_t step) const { return {first + p * pitch, pitch * step}; }
};

// Rows that lie anywhere. Where every d-th is wanted, those follow each other in the list: first
// rows 0, d, 2 d, .., then rows 1, d + 1, ..
template <class T>
struct Listed {
  const char* const* list;
  int64_t count, x;
  const T* at(int64_t i) const { return reinterpret_cast<const T*>(list[i]) + x; }
  Listed from(int64_t i, int64_t dx) const { return {list + i, count, x + dx}; }
  void next() { list++; }
  void back() { list--; }
  Listed each(int64_t p, int64_t d) const { return {list + place(p, d, count), count, x}; }
  static int64_t place(int64_t i, int64_t d, int64_t count) {
    return i % d * (count / d) + least(i % d, count % d) + i / d;
  }
};

template <class T>
struct Line {  // the taps along one axis
  const T* tap;
  int64_t k, stride, dilation;
  bool fold;  // equal or opposite to its mirror image, and no sum of two samples can overflow
  bool minus = false;  // opposite
};

// Whether taps are opposite to their mirror image.
template <class T>
bool are_opposite(const T* tap, int64_t k) {
  bool some = false;
  for (int64_t j = 0; j < (k + 1) / 2; j++) {
    if (tap[j] != -tap[k - 1 - j]) return false;
    some = some || tap[j] != T(0);
  }
  return some;
}

constexpr int64_t kColumns = 64;  // columns taken down together: the rows in use stay near

// Outputs made at once: their sums, and as many samples from either end, stay in registers.
#if defined(__AVX512F__) && !defined(IW_SHORT_VECTORS)
constexpr int kAtOnce = 8;
#else
constexpr int kAtOnce = 4;
#endif

// Keep a few additions ahead of the multiplications that need them: Zen 4 runs four of the ones and
// four of the others in four cycles, in turns it takes five.
template <class T>
IW_INLINE void together([[maybe_unused]] Vec<T> (&v)[4]) {
#if defined(__AVX512F__)
  if constexpr (T(0.5) != T(0)) asm("" : "+v"(v[0]), "+v"(v[1]), "+v"(v[2]), "+v"(v[3]));
#endif
}
template <class T>
IW_INLINE void together([[maybe_unused]] Vec<T> (&v)[2]) {
#if defined(__AVX512F__)
  if constexpr (T(0.5) != T(0)) asm("" : "+v"(v[0]), "+v"(v[1]));
#elif defined(__x86_64__)
  if constexpr (T(0.5) != T(0)) asm("" : "+x"(v[0]), "+x"(v[1]));
#endif
}

// One step of R folded sums: tap j, samples j from either end. `lo` and `hi` hold R rows each, one
// of which is replaced by the row that the next step needs. U: j modulo R.
template <class T, int R, bool Minus, int U, class From>
IW_INLINE void folded_step(Vec<T> (&acc)[R], Vec<T> (&lo)[R], Vec<T> (&hi)[R], From& next,
                           From& back, const T* tap_at) {
  const Vec<T> tap = splat(tap_at[U]);
  constexpr int G = R > 4 ? 4 : 2;
#pragma GCC unroll 8
  for (int r = 0; r < R; r += G) {
    Vec<T> sum[G];
#pragma GCC unroll 4
    for (int g = 0; g < G; g++) {
      const Vec<T> a = lo[(r + g + U) % R], b = hi[(r + g - U + R) % R];
      sum[g] = Minus ? a - b : a + b;
    }
    together<T>(sum);
#pragma GCC unroll 4
    for (int g = 0; g < G; g++) acc[r + g] += tap * sum[g];
  }
  lo[U] = load(next.at(0));
  hi[R - 1 - U] = load(back.at(0));
  next.next();
  back.back();
}

// R steps, from one where j is a multiple of R.
template <class T, int R, bool Minus, int U = 0, class From>
IW_INLINE void folded_round(Vec<T> (&acc)[R], Vec<T> (&lo)[R], Vec<T> (&hi)[R], From& next,
                            From& back, const T* tap) {
  if constexpr (U < R) {
    folded_step<T, R, Minus, U>(acc, lo, hi, next, back, tap);
    folded_round<T, R, Minus, U + 1>(acc, lo, hi, next, back, tap);
  }
}

// The steps that remain, `left` < R, and the tap in the middle if there is one.
template <class T, int R, bool Minus, int U = 0, class From>
IW_INLINE void folded_end(Vec<T> (&acc)[R], Vec<T> (&lo)[R], Vec<T> (&hi)[R], From& next,
                          From& back, const T* tap_at, int64_t left, bool middle) {
  if constexpr (U + 1 < R) {
    if (U < left) {
      folded_step<T, R, Minus, U>(acc, lo, hi, next, back, tap_at);
      return folded_end<T, R, Minus, U + 1>(acc, lo, hi, next, back, tap_at, left, middle);
    }
  }
  if (!middle) return;
  const Vec<T> tap = splat(tap_at[U]);
#pragma GCC unroll 8
  for (int r = 0; r < R; r++) acc[r] += tap * lo[(r + U) % R];
}

template <class T, int R, bool Minus, class From>
IW_APART void folded_block(const From& rows, const Line<T>& line, T* out, int64_t pitch) {
  Vec<T> acc[R], lo[R], hi[R];
#pragma GCC unroll 8
  for (int r = 0; r < R; r++) {
    acc[r] = Vec<T>{};
    lo[r] = load(rows.at(r));
    hi[r] = load(rows.at(line.k - 1 + r));
  }
  From next = rows.from(R, 0), back = rows.from(line.k - 2, 0);
  const T* tap = line.tap;
  int64_t left = line.k / 2;
  for (; left >= R; left -= R, tap += R) folded_round<T, R, Minus>(acc, lo, hi, next, back, tap);
  folded_end<T, R, Minus>(acc, lo, hi, next, back, tap, left, line.k % 2);
#pragma GCC unroll 8
  for (int r = 0; r < R; r++) store(out + r * pitch, acc[r]);
}

// Outputs FROM .. TO of four take row i of the samples, C vectors of it.
template <class T, int C, int FROM, int TO, class From>
IW_INLINE void plain_row(Vec<T> (&acc)[4][C], const From& rows, const T* tap, int64_t i) {
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

template <class T, int C, class From>
IW_INLINE void plain_block(const From& rows, const Line<T>& line, T* out, int64_t pitch) {
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
template <class T, class From>
IW_INLINE Vec<T> single(const From& rows, int64_t step, const Line<T>& line) {
  Vec<T> acc = {};
  const int64_t half = line.fold ? line.k / 2 : 0;
  for (int64_t j = 0; j < half; j++) {
    const Vec<T> a = load(rows.at(j * step)), b = load(rows.at((line.k - 1 - j) * step));
    acc += splat(line.tap[j]) * (line.minus ? a - b : a + b);
  }
  for (int64_t j = half; j < line.k - half; j++)
    acc += splat(line.tap[j]) * load(rows.at(j * step));
  return acc;
}

// Outputs from y on, R at once, as far as there are so many; how far they came.
template <class T, int R, class From>
IW_INLINE int64_t folded_blocks(const From& rows, const Line<T>& line, int64_t y, int64_t n,
                                int64_t left, int64_t right, T* out, int64_t pitch,
                                Aside<T>& aside) {
  for (; y + R <= n; y += R)
    for (int64_t x = left; x < right; x += kLanes<T>) {
      if (line.minus)
        folded_block<T, R, true>(rows.from(y, x), line, out + y * pitch + x, pitch);
      else
        folded_block<T, R, false>(rows.from(y, x), line, out + y * pitch + x, pitch);
      aside.some();
    }
  return y;
}

// n outputs down every column, columns in whole vectors. Outputs may take the place of samples
// that no later output needs.
template <class T, class From>
void undilated(const From& rows, const Line<T>& line, int64_t n, int64_t width, T* out,
               int64_t pitch, Aside<T>& aside) {
  constexpr int W = kLanes<T>;
  for (int64_t left = 0; left < width; left += kColumns) {
    const int64_t right = least(left + kColumns, width);
    int64_t y = 0;
    if (line.stride == 1 && line.fold) {
      y = folded_blocks<T, kAtOnce>(rows, line, y, n, left, right, out, pitch, aside);
      if (kAtOnce > 4) y = folded_blocks<T, 4>(rows, line, y, n, left, right, out, pitch, aside);
    } else if (line.stride == 1 && line.k >= 3) {
      for (; y + 4 <= n; y += 4) {
        int64_t x = left;
        for (; x + 2 * W <= right; x += 2 * W) {
          plain_block<T, 2>(rows.from(y, x), line, out + y * pitch + x, pitch);
          aside.some();
        }
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
template <class T, class From>
void columns(const From& rows, const Line<T>& line, int64_t n, int64_t width, T* out, int64_t pitch,
             Aside<T>& aside) {
  if (line.stride > 1 || line.dilation == 1) {
    undilated(rows, line, n, width, out, pitch, aside);
    return;
  }
  Line<T> dense = line;
  dense.dilation = 1;
  for (int64_t p = 0; p < least(line.dilation, n); p++)
    undilated(rows.each(p, line.dilation), dense, (n - p + line.dilation - 1) / line.dilation,
              width, out + p * pitch, pitch * line.dilation, aside);
}

}  // namespace
