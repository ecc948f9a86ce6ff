// Samples of W rows into one plane of a panel, looked at on the way, and results out of it.
//
// In a panel rows are lanes. Rows of samples are turned into lanes here; of a row that is cut,
// W neighbouring samples are lanes as they lie.
#pragma once

#include "pack.hpp"

namespace {

// Vectors of one row that are read and written together: rows a multiple of 4 KiB apart compete for
// the same places in the cache.
constexpr int kChunk = 4;

// n samples of W rows into a panel of `width` vectors, zeros after them. Rows as they lie are
// followed by others `ahead` elements further, which are asked for. False when a sample is not
// finite, or so large that this cannot be told.
template <class T>
bool rows_to_panel(const Rows<T>& rows, int64_t n, Cx<T>* panel, int64_t width, bool imag,
                   int64_t ahead, Spread<T>& spread) {
  constexpr int W = kLanes<T>;
  Vec<T>* plane = plane_of(panel, imag);
  Spread<T> seen = spread;  // a copy that can live in registers
  Vec<T> squares = {}, block[kChunk][W];
  int64_t present = 0, v = 0;
  for (int r = 0; r < W; r++) present += rows.row[r] != nullptr;
  auto watch = [&](Vec<T> (&x)[W]) {
#pragma GCC unroll 16
    for (int r = 0; r < W; r++) squares += x[r] * x[r];
    seen.template gather_all<W>(x);
  };
  auto turn = [&](Vec<T> (&x)[W]) {
    transpose<T>(x);
#pragma GCC unroll 16
    for (int r = 0; r < W; r++) plane[2 * (v * W + r)] = x[r];
  };
  const int64_t whole = present == W ? n / W : 0;
  while (v < whole) {
    const int64_t count = least(kChunk, whole - v);
    const T* const* from[kChunk];
    for (int c = 0; c < count; c++) from[c] = rows.at((v + c) * W);
    for (int r = 0; r < W; r++)
      for (int c = 0; c < count; c++) {
        const int64_t i = (v + c) * W;
        block[c][r] = load(from[c][r] + i);
        if (ahead) __builtin_prefetch(rows.row[r] + i + ahead, 0, 2);
      }
    for (int c = 0; c < count; c++, v++) {
      watch(block[c]);
      turn(block[c]);
    }
  }
  for (; v * W < n && present; v++) {
    for (int r = 0; r < W; r++) {
      block[0][r] = Vec<T>{};
      if (!rows.row[r]) continue;
      Vec<T> all;
      block[0][r] = load_some(rows.at(v * W)[r] + v * W, least(W, n - v * W), all);
      squares += block[0][r] * block[0][r];
      seen.gather(all);
    }
    turn(block[0]);
  }
  for (int64_t i = v * W; i < width; i++) plane[2 * i] = Vec<T>{};
  spread = seen;
  return spread.add(squares, present * n);
}

// n samples of the first row, each `step`-th from `at` on with its neighbours, into a panel.
template <class T>
bool strip_to_panel(const Rows<T>& rows, int64_t at, int64_t n, int64_t step, Cx<T>* panel,
                    int64_t width, bool imag, Spread<T>& spread) {
  constexpr int W = kLanes<T>;
  constexpr int64_t kAhead = 8;
  Vec<T>* plane = plane_of(panel, imag);
  Spread<T> seen = spread;
  Vec<T> squares = {};
  int64_t v = 0, i = at, count = 0;
  if (!rows.row[0]) n = 0;
  for (; v < width && i + W <= n; v++, i += step) {
    const Vec<T> x = load(rows.at(i)[0] + i);
    __builtin_prefetch(rows.row[0] + i + kAhead * step);
    plane[2 * v] = x;
    squares += x * x;
    seen.gather(x);
  }
  count = v * W;
  if (v < width && i < n) {
    Vec<T> all;
    const Vec<T> x = load_some(rows.at(i)[0] + i, n - i, all);
    plane[2 * v++] = x;
    squares += x * x;
    seen.gather(all);
    count += n - i;
  }
  for (; v < width; v++) plane[2 * v] = Vec<T>{};
  spread = seen;
  return spread.add(squares, count);
}

// The first n numbers of one plane to W rows; those to a row that is null are left.
template <class T>
void panel_to_rows(const Cx<T>* panel, bool imag, int64_t n, T* const (&row)[kLanes<T>]) {
  constexpr int W = kLanes<T>;
  const Vec<T>* plane = imag ? &panel->im : &panel->re;
  Vec<T> block[kChunk][W];
  for (int64_t v = 0; v * W < n; v += kChunk) {
    const int64_t left = n - v * W;
    for (int64_t c = 0; c < kChunk && c * W < left; c++) {
#pragma GCC unroll 16
      for (int r = 0; r < W; r++) block[c][r] = plane[2 * ((v + c) * W + r)];
      transpose<T>(block[c]);
    }
    for (int r = 0; r < W; r++)
      for (int64_t c = 0; row[r] && c < kChunk && c * W < left; c++) {
        T* const to = row[r] + (v + c) * W;
        if ((c + 1) * W <= left)
          store(to, block[c][r]);
        else
          store_some(to, block[c][r], left - c * W);
      }
  }
}

template <class T>
void panel_to_strip(const Cx<T>* panel, bool imag, int64_t at, int64_t n, int64_t step,
                    int64_t width, T* row) {
  constexpr int W = kLanes<T>;
  const Vec<T>* plane = imag ? &panel->im : &panel->re;
  int64_t v = 0, i = at;
  for (; v < width && i + W <= n; v++, i += step) store(row + i, plane[2 * v]);
  if (v < width && i < n) store_some(row + i, plane[2 * v], n - i);
}

// Both planes as complex numbers.
template <class T>
void panel_to_pairs(const Cx<T>* panel, int64_t n, T* const (&row)[kLanes<T>]) {
  constexpr int W = kLanes<T>;
  for (int64_t v = 0; v * W < n; v++) {
    Vec<T> re[W], im[W];
    for (int r = 0; r < W; r++) re[r] = panel[v * W + r].re;
    transpose<T>(re);
    for (int r = 0; r < W; r++) im[r] = panel[v * W + r].im;
    transpose<T>(im);
    for (int r = 0; r < W; r++)
      if (row[r]) store_pairs(row[r] + 2 * v * W, re[r], im[r], n - v * W);
  }
}

template <class T>
void strip_to_pairs(const Cx<T>* panel, int64_t at, int64_t n, int64_t step, int64_t width,
                    T* row) {
  for (int64_t v = 0, i = at; v < width && i < n; v++, i += step)
    store_pairs(row + 2 * i, panel[v].re, panel[v].im, n - i);
}

}  // namespace
