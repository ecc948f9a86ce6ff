// Rows of real samples into one plane of a tile's rows, looked at on the way, and results out.
#pragma once

#include "spread.hpp"
#include "tile.hpp"

namespace {

// Vectors of one plane lie two apart.
template <class T>
IW_INLINE Vec<T>* plane_of(Cx<T>* row, bool imag) {
  return imag ? &row->im : &row->re;
}

// Write n samples into one plane of a row of `vectors`, zeros after them. False when a sample is
// not finite, or so large that this cannot be told.
template <class T>
bool pack(const T* samples, int64_t n, Vec<T>* plane, int64_t vectors, Spread<T>& spread) {
  constexpr int W = kLanes<T>;
  Spread<T> seen = spread;  // a copy that can live in registers
  Vec<T> squares = {};
  int64_t v = 0;
  for (; (v + 1) * W <= n; v++) {
    const Vec<T> x = load(samples + v * W);
    plane[2 * v] = x;
    squares += x * x;
    seen.gather(x);
  }
  if (v * W < n) {  // the last sample once more in the other lanes, so that each lane holds one
    Vec<T> x = {}, filled = splat(samples[n - 1]);
    for (int64_t l = 0; l < n - v * W; l++) filled[l] = x[l] = samples[v * W + l];
    plane[2 * v++] = x;
    squares += x * x;
    seen.gather(filled);
  }
  for (; v < vectors; v++) plane[2 * v] = Vec<T>{};
  T sum = 0;
  for (int l = 0; l < W; l++) sum += squares[l];
  seen.squares += double(sum);
  seen.count += n;
  spread = seen;
  return sum - sum == T(0);
}

template <class T>
IW_INLINE void clear_plane(Vec<T>* plane, int64_t vectors) {
  for (int64_t v = 0; v < vectors; v++) plane[2 * v] = Vec<T>{};
}

template <class T>
IW_INLINE void unpack(const Vec<T>* plane, int64_t n, T* row) {
  constexpr int W = kLanes<T>;
  int64_t v = 0;
  for (; (v + 1) * W <= n; v++) store(row + v * W, plane[2 * v]);
  for (int64_t l = 0; l < n - v * W; l++) row[v * W + l] = plane[2 * v][l];
}

template <class T, int... E>
IW_INLINE void store_alternating(T* p, Vec<T> a, Vec<T> b, Sequence<E...>) {
  constexpr int W = kLanes<T>;
  store(p, Vec<T>(__builtin_shufflevector(a, b, (E / 2 + E % 2 * W)...)));
  store(p + W, Vec<T>(__builtin_shufflevector(a, b, (W / 2 + E / 2 + E % 2 * W)...)));
}

// Both planes as complex numbers, real and imaginary parts in turn.
template <class T>
IW_INLINE void unpack_complex(const Cx<T>* row, int64_t n, T* out) {
  constexpr int W = kLanes<T>;
  int64_t v = 0;
  for (; (v + 1) * W <= n; v++)
    store_alternating(out + 2 * v * W, row[v].re, row[v].im, typename CountTo<W>::type{});
  for (int64_t l = 0; l < n - v * W; l++) {
    out[2 * (v * W + l)] = row[v].re[l];
    out[2 * (v * W + l) + 1] = row[v].im[l];
  }
}

// Row `at` of a tile as its caller counts rows: several when its long rows are cut.
template <class T>
bool pack_row(const Tile<T>& t, Cx<T>* tile, int64_t at, const T* samples, int64_t n, bool imag,
              Spread<T>& spread) {
  const int64_t parts = t.cut ? t.dim[t.dims - 1] : 1;
  bool finite = true;
  for (int64_t part = 0; part < parts; part++) {
    Vec<T>* plane = plane_of(tile + (at * parts + part) * t.pitch, imag);
    const int64_t from = part * t.width, count = least(n - from, t.width);
    if (count <= 0)
      clear_plane<T>(plane, t.width / kLanes<T>);
    else
      finite &= pack(samples + from, count, plane, t.width / kLanes<T>, spread);
  }
  return finite;
}

template <class T>
void unpack_row(const Tile<T>& t, Cx<T>* tile, int64_t at, int64_t n, bool imag, T* row) {
  if (t.cut) at *= t.dim[t.dims - 1];
  for (int64_t from = 0; from < n; from += t.width, at++)
    unpack(plane_of(tile + at * t.pitch, imag), least(n - from, t.width), row + from);
}

template <class T>
void unpack_complex_row(const Tile<T>& t, Cx<T>* tile, int64_t at, int64_t n, T* out) {
  if (t.cut) at *= t.dim[t.dims - 1];
  for (int64_t from = 0; from < n; from += t.width, at++)
    unpack_complex(tile + at * t.pitch, least(n - from, t.width), out + 2 * from);
}

}  // namespace
