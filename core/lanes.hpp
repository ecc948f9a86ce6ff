// Rows as lanes: a square of vectors turned over its diagonal, and panels of a few rows side by
// side, so that what runs along rows needs no unaligned loads.
#pragma once

#include "finite.hpp"
#include "vec.hpp"

namespace {

template <int S, class V, int... E>
IW_INLINE void swap_blocks(V& a, V& b, Sequence<E...>) {
  constexpr int W = sizeof...(E);
  V low = __builtin_shufflevector(a, b, ((E & S) ? W + E - S : E)...);
  b = __builtin_shufflevector(a, b, ((E & S) ? W + E : E + S)...);
  a = low;
}

// A square of W vectors of W lanes.
template <int S = 1, class V, int W>
IW_INLINE void transpose(V (&v)[W]) {
  if constexpr (S < W) {
#pragma GCC unroll 16
    for (int i = 0; i < W; i++)
      if (!(i & S)) swap_blocks<S>(v[i], v[i + S], typename CountTo<W>::type{});
    transpose<2 * S>(v);
  }
}

// The first `n` elements of W rows into a panel: element i of all rows is the vector at
// panel + i * step. Reads and writes whole squares.
template <class T>
void rows_to_lanes(const T* const* rows, int64_t n, T* panel, int64_t step) {
  constexpr int W = kLanes<T>;
  for (int64_t i = 0; i < n; i += W) {
    Vec<T> v[W];
#pragma GCC unroll 16
    for (int r = 0; r < W; r++) v[r] = load(rows[r] + i);
    transpose(v);
#pragma GCC unroll 16
    for (int r = 0; r < W; r++) store(panel + (i + r) * step, v[r]);
  }
}

// The same into a panel of whole vectors. Whether any of those elements, multiplied by `headroom`,
// is not finite: while they are in registers the look costs little.
template <class T>
bool rows_to_lanes_seen(const T* const* rows, int64_t n, T* panel, T headroom) {
  constexpr int W = kLanes<T>;
  Vec<T> odd[2] = {};  // zeros, or NaN
  const int64_t whole = n / W * W;
  for (int64_t i = 0; i < whole; i += W) {
    Vec<T> v[W];
#pragma GCC unroll 16
    for (int r = 0; r < W; r++) {
      v[r] = load(rows[r] + i);
      if constexpr (T(0.5) != T(0)) odd[r & 1] += v[r] * headroom * T(0);
    }
    transpose(v);
#pragma GCC unroll 16
    for (int r = 0; r < W; r++) store(panel + (i + r) * W, v[r]);
  }
  if (whole < n) {
    const T* rest[W];
    for (int r = 0; r < W; r++) rest[r] = rows[r] + whole;
    rows_to_lanes<T>(rest, n - whole, panel + whole * W, W);
    for (int64_t i = whole; i < n; i++) odd[0] += load(panel + i * W) * headroom * T(0);
  }
  return sum_of_lanes<T>(odd[0] + odd[1]) != T(0);
}

// The same for n of a vector or more, and nothing read beyond: the last square may overlap the one
// before it.
template <class T>
bool rows_to_lanes_within(const T* const* rows, int64_t n, T* panel, T headroom) {
  constexpr int W = kLanes<T>;
  if (rows_to_lanes_seen(rows, n / W * W, panel, headroom)) return true;
  if (n % W == 0) return false;
  const T* rest[W];
  for (int r = 0; r < W; r++) rest[r] = rows[r] + n - W;
  return rows_to_lanes_seen(rest, W, panel + (n - W) * W, headroom);
}

// One square, its rows `pitch` apart, into a panel. `odd` is no longer zero once any element,
// multiplied by `headroom`, is not finite.
template <class T>
IW_INLINE void square_to_lanes(const T* square, int64_t pitch, T* panel, T headroom, Vec<T>& odd) {
  constexpr int W = kLanes<T>;
  Vec<T> v[W];
#pragma GCC unroll 16
  for (int r = 0; r < W; r++) {
    v[r] = load(square + r * pitch);
    if constexpr (T(0.5) != T(0)) odd += v[r] * headroom * T(0);
  }
  transpose(v);
#pragma GCC unroll 16
  for (int r = 0; r < W; r++) store(panel + r * W, v[r]);
}

// The way back.
template <class T>
void lanes_to_rows(const T* panel, int64_t step, int64_t n, T* const* rows) {
  constexpr int W = kLanes<T>;
  for (int64_t i = 0; i < n; i += W) {
    Vec<T> v[W];
#pragma GCC unroll 16
    for (int r = 0; r < W; r++) v[r] = load(panel + (i + r) * step);
    transpose(v);
#pragma GCC unroll 16
    for (int r = 0; r < W; r++) store(rows[r] + i, v[r]);
  }
}

}  // namespace
