// Weighted sums of rows by themselves: no other rows of outputs share the samples they read.
//
// Loads are the limit there: nearly every one crosses a cache line and counts twice. But where taps
// follow each other along a row, those whole vectors apart read the same vectors, for neighbouring
// outputs. A chain of such taps loads each vector once: four taps take 13 loads instead of 40.
#pragma once

#include "stencil.hpp"

namespace {

// Of 32 bytes even where 64 exist: of longer vectors fewer taps make longer chains, and some
// processors multiply 64 bytes in two halves anyway.
constexpr int kShortBytes = kVectorBytes < 32 ? kVectorBytes : 32;
template <class T>
struct ShortOf {
  typedef T type __attribute__((vector_size(kShortBytes)));
};
template <class T>
using Short = typename ShortOf<T>::type;
template <class T>
constexpr int kShort = kShortBytes / int(sizeof(T));  // lanes

// Taps of a chain at most, and vectors of outputs at once: with one for the samples, 15 registers.
constexpr int kLinks = 4, kChained = 10, kFewChained = 4;

// So many taps of one row stay in registers while it is summed.
constexpr int kFewTaps = 8;

// Neighbouring chains of one row: the next begins `step` further, in the samples, and its taps
// follow. The taps of a chain find their samples vectors apart.
struct Chains {
  int64_t row, off, count, step;
  int links;
};

// A weighted sum of single samples, chain after chain.
template <class T>
struct Taps {
  const Chains* chains;
  int64_t count;
  const T* tap;
};

// How many `Chains` there are for each row of taps, at most.
template <class T>
int64_t chains_of(const Stencil<T>& s) {
  constexpr int64_t block = kLinks * kShort<T>;
  return 2 * (s.cols / block + 1);
}

// The taps of a stencil one by one, its rows `dilation` apart. They keep their order if there may
// be groups of rows too, which are summed in that order.
template <class T>
Taps<T> one_by_one(const Stencil<T>& s, int64_t dilation, Chains* chains, T* tap) {
  constexpr int64_t W = kShort<T>;
  const bool chained = s.col_step == 1 && !group_of(s);
  Chains* next = chains;
  const T* from = s.tap;
  T* to = tap;
  for (int64_t r = 0; r < s.outers * s.rows; r++, from += s.cols) {
    const int64_t row = s.outer[r / s.rows] + r % s.rows * dilation;
    const auto add = [&](int64_t first, int64_t count, int64_t links) {
      if (!count) return;
      *next++ = {row, first * s.col_step, count, s.col_step, int(links)};
      for (int64_t c = first; c < first + count; c++)
        for (int64_t l = 0; l < links; l++) *to++ = from[c + l * W];
    };
    for (int64_t j = 0, n; j < s.cols; j += n) {
      n = chained ? least(kLinks * W, s.cols - j) : s.cols;
      const int64_t links = chained ? (n + W - 1) / W : 1;
      const int64_t longer = n - (links - 1) * W;  // chains that have so many
      add(j, longer, links);
      add(j + longer, links > 1 ? W - longer : 0, links - 1);
    }
  }
  return {chains, next - chains, tap};
}

// Chains of L taps for C vectors of outputs. Vector m of the samples is where tap l of output
// m - l finds its own.
template <class T, int C, int L>
IW_INLINE const T* chains_of_links(Short<T> (&acc)[C], const T* src, const Chains& chains,
                                   const T* tap) {
#pragma GCC unroll 1
  for (int64_t i = 0; i < chains.count; i++, src += chains.step, tap += L) {
    Short<T> k[L];
#pragma GCC unroll 4
    for (int l = 0; l < L; l++) k[l] = tap[l] - Short<T>{};
#pragma GCC unroll 16
    for (int m = 0; m < C + L - 1; m++) {
      Short<T> v;
      __builtin_memcpy(&v, src + m * kShort<T>, sizeof v);
      if constexpr (L > 1) pin<T>(v);
#pragma GCC unroll 4
      for (int l = 0; l < L; l++)
        if (m - l >= 0 && m - l < C) acc[m - l] += k[l] * v;
    }
  }
  return tap;
}

template <class T, int C>
IW_INLINE void chains_block(const T* const* rows, int64_t x, const Taps<T>& taps, T* dst) {
  Short<T> acc[C];
#pragma GCC unroll 16
  for (int c = 0; c < C; c++) acc[c] = Short<T>{};
  const T* tap = taps.tap;
  for (int64_t i = 0; i < taps.count; i++) {
    const Chains& chains = taps.chains[i];
    const T* const src = rows[chains.row] + chains.off + x;
    switch (chains.links) {
      case 1:
        tap = chains_of_links<T, C, 1>(acc, src, chains, tap);
        break;
      case 2:
        tap = chains_of_links<T, C, 2>(acc, src, chains, tap);
        break;
      case 3:
        tap = chains_of_links<T, C, 3>(acc, src, chains, tap);
        break;
      default:
        tap = chains_of_links<T, C, kLinks>(acc, src, chains, tap);
    }
  }
#pragma GCC unroll 16
  for (int c = 0; c < C; c++) __builtin_memcpy(dst + x + c * kShort<T>, &acc[c], kShortBytes);
}

// N outputs of a row that fills no vector: side by side their sums do not wait for each other.
template <class T, int N>
IW_APART void narrow_sums(const T* const* rows, const Taps<T>& taps, T* dst) {
  using Sum = decltype(T(0) + 0u);  // 16 bits would turn to signed numbers, which overflow
  Sum acc[N] = {};
  const T* tap = taps.tap;
  for (int64_t i = 0; i < taps.count; i++) {
    const Chains chains = taps.chains[i];
    const T* src = rows[chains.row] + chains.off;
    for (int64_t c = 0; c < chains.count; c++, src += chains.step)
      for (int l = 0; l < chains.links; l++, tap++)
#pragma GCC unroll 16
        for (int n = 0; n < N; n++) acc[n] += Sum(*tap) * Sum(src[n + l * kShort<T>]);
  }
  for (int n = 0; n < N; n++) dst[n] = T(acc[n]);
}

template <class T, int Most>
IW_INLINE void narrow_row(const T* const* rows, const Taps<T>& taps, T* dst, int64_t width) {
  if constexpr (Most > 1) {
    if (width < Most) return narrow_row<T, Most - 1>(rows, taps, dst, width);
  }
  narrow_sums<T, Most>(rows, taps, dst);
}

// Blocks of C vectors from x on, while more than `left` outputs remain; the last may overlap the
// one before it.
template <class T, int C, class Block>
IW_INLINE int64_t blocks(int64_t x, int64_t left, int64_t width, const Block& block) {
  constexpr int64_t size = C * kShort<T>;
  if (width >= size)
    for (; width - x > left; x += size) block(least(x, width - size));
  return x;
}

template <class T, int C>
IW_APART int64_t chains_blocks(const T* const* rows, int64_t x, int64_t left, int64_t width,
                               const Taps<T>& taps, T* dst) {
  constexpr int64_t size = C * kShort<T>;
  const Taps<T> own = taps;  // no result can change them
  if (width >= size)
    for (; width - x > left; x += size) chains_block<T, C>(rows, least(x, width - size), own, dst);
  return x;
}

// Taps of one row, so few that they stay in registers, N of them.
template <class T, int N, int C>
IW_INLINE void few_block(const T* src, int64_t step, const Short<T> (&k)[N], T* dst) {
  Short<T> acc[C];
#pragma GCC unroll 4
  for (int c = 0; c < C; c++) acc[c] = Short<T>{};
#pragma GCC unroll 8
  for (int j = 0; j < N; j++)
#pragma GCC unroll 4
    for (int c = 0; c < C; c++) {
      Short<T> v;
      __builtin_memcpy(&v, src + j * step + c * kShort<T>, sizeof v);
      acc[c] += k[j] * v;
    }
#pragma GCC unroll 4
  for (int c = 0; c < C; c++) __builtin_memcpy(dst + c * kShort<T>, &acc[c], kShortBytes);
}

template <class T, int N>
IW_APART void few_taps(const T* src, int64_t step, const T* tap, T* dst, int64_t width) {
  Short<T> k[N];
#pragma GCC unroll 8
  for (int j = 0; j < N; j++) k[j] = tap[j] - Short<T>{};
  const int64_t x = blocks<T, kFewChained>(
      0, 0, width, [&](int64_t at) { few_block<T, N, kFewChained>(src + at, step, k, dst + at); });
  blocks<T, 1>(x, 0, width, [&](int64_t at) { few_block<T, N, 1>(src + at, step, k, dst + at); });
}

template <class T, int Most>
IW_INLINE void up_to_taps(int64_t n, const T* src, int64_t step, const T* tap, T* dst,
                          int64_t width) {
  if constexpr (Most > 1) {
    if (n < Most) return up_to_taps<T, Most - 1>(n, src, step, tap, dst, width);
  }
  return few_taps<T, Most>(src, step, tap, dst, width);
}

// One output row.
template <class T>
void sum_of_taps(const T* const* rows, const Taps<T>& taps, T* dst, int64_t width) {
  if (width < kShort<T>) return narrow_row<T, kShort<T> - 1>(rows, taps, dst, width);
  const Chains& first = taps.chains[0];
  if (taps.count == 1 && first.links == 1 && first.count <= kFewTaps)
    return up_to_taps<T, kFewTaps>(first.count, rows[first.row] + first.off, first.step, taps.tap,
                                   dst, width);
  int64_t x = chains_blocks<T, kChained>(rows, 0, kFewChained * kShort<T>, width, taps, dst);
  x = chains_blocks<T, kFewChained>(rows, x, 0, width, taps, dst);
  chains_blocks<T, 1>(rows, x, 0, width, taps, dst);
}

}  // namespace
