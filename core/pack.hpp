// Rows of samples into one plane of a tile's rows, looked at on the way, and results out: for tiles
// whose last axis is not transformed, or is cut.
#pragma once

#include "finite.hpp"
#include "lanes.hpp"
#include "spread.hpp"
#include "tile.hpp"

namespace {

// Vectors of one plane lie two apart.
template <class T>
IW_INLINE Vec<T>* plane_of(Cx<T>* row, bool imag) {
  return imag ? &row->im : &row->re;
}

template <class T, int... E>
IW_INLINE Vec<T> lane_numbers(Sequence<E...>) {
  return Vec<T>{T(E)...};
}

// The first `count` lanes, the others zero.
template <class T>
IW_INLINE Vec<T> first_lanes(Vec<T> x, int64_t count) {
  return lane_numbers<T>(typename CountTo<kLanes<T>>::type{}) < splat(T(count)) ? x : Vec<T>{};
}

template <class T>
IW_INLINE void store_some(T* p, Vec<T> x, int64_t count) {
  for (int64_t l = 0; l < count; l++) p[l] = x[l];
}

// How the samples of a plane lie in their row: one after the other, or as the first or the second
// numbers of pairs.
enum class Lie { single, first, second };

// Sample i and those behind it, as many as there are lanes.
template <Lie How, class T, int... E>
IW_INLINE Vec<T> load_as(const T* row, int64_t i, Sequence<E...>) {
  if constexpr (How == Lie::single) return load(row + i);
  const Vec<T> low = load(row + 2 * i), high = load(row + 2 * i + kLanes<T>);
  return __builtin_shufflevector(low, high, (2 * E + (How == Lie::second))...);
}

template <Lie How, class T>
IW_INLINE Vec<T> load_as(const T* row, int64_t i) {
  return load_as<How>(row, i, typename CountTo<kLanes<T>>::type{});
}

// Call body.template operator()<How>().
template <class F>
IW_INLINE auto as_they_lie(Lie how, const F& body) {
  if (how == Lie::first) return body.template operator()<Lie::first>();
  if (how == Lie::second) return body.template operator()<Lie::second>();
  return body.template operator()<Lie::single>();
}

// Up to W rows of n samples: where they lie from `begin` to before `end`, whole vectors, and copies
// of what a border made and of the last vector that is not whole, which the last sample fills.
// Rows that are null are not there. The samples of copies lie one after the other.
template <class T>
struct PlaneRows {
  static constexpr int W = kLanes<T>;
  const T *row[W], *copy[W];
  int64_t begin, end;
  Lie lie;
  unsigned copied;  // a bit for each row that is all copy
  // Samples before `first` and from `past` on repeat others, or one of them: their sizes tell
  // nothing.
  int64_t first = 0, past = INT64_MAX;

  Lie lie_of(int64_t r) const { return copied >> r & 1 ? Lie::single : lie; }

  void take_copy(int64_t r, const T* all) {
    row[r] = copy[r] = all;
    copied |= 1u << r;
  }

  // Set the range for rows whose samples from `first` to before `past` lie as they are; whether any
  // vector does.
  bool lie_between(int64_t first, int64_t past, int64_t n) {
    begin = round_up(most(0, first), W);
    end = least(past, n) / W * W;
    if (begin < end) return true;
    begin = end = 0;  // all of them are copies
    return false;
  }

  static void fill_last(T* copy, int64_t n) {
    for (int64_t i = n; i < round_up(n, W); i++) copy[i] = copy[n - 1];
  }
};

template <Lie How, class T>
bool pack_as(const PlaneRows<T>& rows, int64_t r, int64_t begin, int64_t end, int64_t below,
             Vec<T>* plane, int64_t vectors, Spread<T>& spread) {
  constexpr int W = kLanes<T>;
  constexpr int64_t apart = How == Lie::single ? 1 : 2;
  Spread<T> seen = spread;  // a copy that can live in registers
  Vec<T> squares = {};
  const int64_t n = rows.row[r] ? most(0, end - begin) : 0;
  int64_t v = 0;
  for (; (v + 1) * W <= n; v++) {
    const int64_t i = begin + v * W;
    const bool there = i >= rows.begin && i < rows.end;
    const Vec<T> x = there ? load_as<How>(rows.row[r], i) : load(rows.copy[r] + i);
    if constexpr (How != Lie::second)
      for (int64_t e = 0; e < apart; e++)
        __builtin_prefetch(rows.row[r] + i * apart + e * W + below, 0, 2);
    plane[2 * v] = x;
    squares += x * x;
    if (i + W > rows.first && i < rows.past) seen.gather(x);
  }
  if (v * W < n) {  // other lanes hold the last sample once more
    const Vec<T> x = load(rows.copy[r] + begin + v * W);
    plane[2 * v] = first_lanes<T>(x, n - v * W);
    squares += x * x;
    v++;
    seen.gather(x);
  }
  for (; v < vectors; v++) plane[2 * v] = Vec<T>{};
  spread = seen;
  return spread.add(squares, n);
}

// Write samples of row r from `begin` to before `end` into one plane of a row of `vectors`, zeros
// after them. The same samples `below` elements further are asked for. False when a sample is not
// finite, or so large that this cannot be told.
template <class T>
bool pack(const PlaneRows<T>& rows, int64_t r, int64_t begin, int64_t end, int64_t below,
          Vec<T>* plane, int64_t vectors, Spread<T>& spread) {
  return as_they_lie(rows.lie_of(r), [&]<Lie How>() {
    return pack_as<How>(rows, r, begin, end, below, plane, vectors, spread);
  });
}

template <class T>
IW_INLINE void unpack(const Vec<T>* plane, int64_t n, T* row) {
  constexpr int W = kLanes<T>;
  int64_t v = 0;
  for (; (v + 1) * W <= n; v++) store(row + v * W, plane[2 * v]);
  if (v * W < n) store_some(row + v * W, plane[2 * v], n - v * W);
}

template <class T, int... E>
IW_INLINE void alternate(Vec<T> a, Vec<T> b, Vec<T>& low, Vec<T>& high, Sequence<E...>) {
  constexpr int W = kLanes<T>;
  low = __builtin_shufflevector(a, b, (E / 2 + E % 2 * W)...);
  high = __builtin_shufflevector(a, b, (W / 2 + E / 2 + E % 2 * W)...);
}

// Up to W complex numbers, real and imaginary parts in turn.
template <class T>
IW_INLINE void store_pairs(T* p, Vec<T> re, Vec<T> im, int64_t count) {
  constexpr int W = kLanes<T>;
  Vec<T> low, high;
  alternate<T>(re, im, low, high, typename CountTo<W>::type{});
  if (count >= W) {
    store(p, low);
    store(p + W, high);
  } else {
    store_some(p, low, least(W, 2 * count));
    store_some(p + W, high, 2 * count - W);
  }
}

// Both planes as complex numbers.
template <class T>
IW_INLINE void unpack_pairs(const Cx<T>* row, int64_t n, T* out) {
  constexpr int W = kLanes<T>;
  for (int64_t v = 0; v * W < n; v++) store_pairs(out + 2 * v * W, row[v].re, row[v].im, n - v * W);
}

}  // namespace
