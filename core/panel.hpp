// Samples of W rows into one plane of a panel, looked at on the way, and results out of it.
//
// In a panel rows are lanes. Rows of samples are turned into lanes here; of a row that is cut,
// W neighbouring samples are lanes as they lie.
#pragma once

#include "pack.hpp"

namespace {

// n samples of W rows, zeros after them; a row that is null is all zeros. The same samples `ahead`
// elements further are asked for. False when a sample is not finite, or so large that this cannot
// be told.
template <class T>
bool rows_to_panel(const T* const (&row)[kLanes<T>], int64_t n, Cx<T>* panel, int64_t width,
                   bool imag, int64_t ahead, Spread<T>& spread) {
  constexpr int W = kLanes<T>;
  Vec<T>* plane = plane_of(panel, imag);
  Spread<T> seen = spread;  // a copy that can live in registers
  Vec<T> squares = {};
  int64_t present = 0, v = 0;
  for (int r = 0; r < W; r++) present += row[r] != nullptr;
  for (; (v + 1) * W <= n && present == W; v++) {
    Vec<T> x[W];
#pragma GCC unroll 16
    for (int r = 0; r < W; r++) {
      x[r] = load(row[r] + v * W);
      squares += x[r] * x[r];
      __builtin_prefetch(row[r] + v * W + ahead, 0, 2);
    }
    seen.template gather_all<W>(x);
    transpose<T>(x);
#pragma GCC unroll 16
    for (int r = 0; r < W; r++) plane[2 * (v * W + r)] = x[r];
  }
  for (; v * W < n && present; v++) {
    Vec<T> x[W];
    for (int r = 0; r < W; r++) {
      x[r] = Vec<T>{};
      if (!row[r]) continue;
      Vec<T> all;
      x[r] = load_some(row[r] + v * W, least(W, n - v * W), all);
      squares += x[r] * x[r];
      seen.gather(all);
    }
    transpose<T>(x);
    for (int r = 0; r < W; r++) plane[2 * (v * W + r)] = x[r];
  }
  for (int64_t i = v * W; i < width; i++) plane[2 * i] = Vec<T>{};
  spread = seen;
  return spread.add(squares, present * n);
}

// n samples from `row` on, each `step`-th with its neighbours: `width` vectors.
template <class T>
bool strip_to_panel(const T* row, int64_t n, int64_t step, Cx<T>* panel, int64_t width, bool imag,
                    Spread<T>& spread) {
  constexpr int W = kLanes<T>;
  constexpr int64_t kAhead = 8;
  Vec<T>* plane = plane_of(panel, imag);
  Spread<T> seen = spread;
  Vec<T> squares = {};
  int64_t i = 0;
  for (; row && i < width && i * step + W <= n; i++) {
    const Vec<T> x = load(row + i * step);
    __builtin_prefetch(row + (i + kAhead) * step);
    plane[2 * i] = x;
    squares += x * x;
    seen.gather(x);
  }
  int64_t count = i * W;
  if (row && i < width && i * step < n) {
    Vec<T> all;
    const Vec<T> x = load_some(row + i * step, n - i * step, all);
    plane[2 * i++] = x;
    squares += x * x;
    seen.gather(all);
    count += n - (i - 1) * step;
  }
  for (; i < width; i++) plane[2 * i] = Vec<T>{};
  spread = seen;
  return spread.add(squares, count);
}

// The first n numbers of one plane to W rows; those to a row that is null are left.
template <class T>
void panel_to_rows(const Cx<T>* panel, bool imag, int64_t n, T* const (&row)[kLanes<T>]) {
  constexpr int W = kLanes<T>;
  const Vec<T>* plane = imag ? &panel->im : &panel->re;
  for (int64_t v = 0; v * W < n; v++) {
    Vec<T> x[W];
#pragma GCC unroll 16
    for (int r = 0; r < W; r++) x[r] = plane[2 * (v * W + r)];
    transpose<T>(x);
    const int64_t left = n - v * W;
#pragma GCC unroll 16
    for (int r = 0; r < W; r++) {
      if (!row[r]) continue;
      if (left >= W)
        store(row[r] + v * W, x[r]);
      else
        store_some(row[r] + v * W, x[r], left);
    }
  }
}

template <class T>
void panel_to_strip(const Cx<T>* panel, bool imag, int64_t n, int64_t step, int64_t width, T* row) {
  constexpr int W = kLanes<T>;
  const Vec<T>* plane = imag ? &panel->im : &panel->re;
  int64_t i = 0;
  for (; i < width && i * step + W <= n; i++) store(row + i * step, plane[2 * i]);
  if (i < width && i * step < n) store_some(row + i * step, plane[2 * i], n - i * step);
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
void strip_to_pairs(const Cx<T>* panel, int64_t n, int64_t step, int64_t width, T* row) {
  for (int64_t i = 0; i < width && i * step < n; i++)
    store_pairs(row + 2 * i * step, panel[i].re, panel[i].im, n - i * step);
}

}  // namespace
