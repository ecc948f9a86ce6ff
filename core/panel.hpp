// Samples of W rows into one plane of a panel, looked at on the way, and results out of it.
//
// In a panel rows are lanes.
#pragma once

#include "pack.hpp"

namespace {

// W rows a multiple of 4 KiB apart compete for the same places in the cache: of each, this many
// vectors are read or written in a run, by way of a block whose rows do not compete.
constexpr int kChunk = 8;

IW_INLINE bool compete(int64_t lanes, int64_t bytes) { return lanes > 8 && bytes % 4096 == 0; }

// What is seen of samples on their way.
template <class T>
struct Look {
  Spread<T> spread;
  Vec<T> squares = {};

  void all(const Vec<T> (&x)[kLanes<T>]) {
    Vec<T> odd = {};
#pragma GCC unroll 8
    for (int r = 0; r < kLanes<T>; r += 2) {
      squares += x[r] * x[r];
      odd += x[r + 1] * x[r + 1];
    }
    squares += odd;
    spread.gather_all(x);
  }

  void one(Vec<T> x) {
    squares += x * x;
    spread.gather(x);
  }
};

// Vectors from v to before `end` of W rows, `Chunk` in a run. The same `ahead` elements further are
// asked for. Unless they are `All` there and alike, rows without a bit in `present` are zero, and
// those with one in `copied` lie one sample after the other.
template <Lie How, int Chunk, bool All, class T>
void whole_vectors(const T* const (&row)[kLanes<T>], unsigned present, unsigned copied, int64_t v,
                   int64_t end, int64_t ahead, Vec<T>* plane, Look<T>& seen) {
  constexpr int W = kLanes<T>;
  constexpr int64_t apart = How == Lie::single ? 1 : 2;
  Look<T> look = seen;  // a copy that can live in registers
  for (; v < end; v += Chunk) {
    Vec<T> block[W][Chunk > 1 ? Chunk + 1 : 1];
#pragma GCC unroll 16
    for (int r = 0; r < W; r++)
#pragma GCC unroll 8
      for (int c = 0; c < Chunk; c++) {
        if (!All && copied >> r & 1) {
          block[r][c] = load(row[r] + (v + c) * W);
          continue;
        }
        block[r][c] = load_as<How>(row[r], (v + c) * W);
        if constexpr (How != Lie::second)
          for (int64_t e = 0; e < apart; e++)
            __builtin_prefetch(row[r] + (v + c) * W * apart + e * W + ahead, 0, 2);
      }
    for (int c = 0; c < Chunk; c++) {
      Vec<T> x[W];
#pragma GCC unroll 16
      for (int r = 0; r < W; r++) x[r] = block[r][c];
      if constexpr (All) {
        look.all(x);
      } else {
#pragma GCC unroll 16
        for (int r = 0; r < W; r++)
          if (present >> r & 1)
            look.one(x[r]);
          else
            x[r] = Vec<T>{};
      }
      transpose(x);
#pragma GCC unroll 16
      for (int r = 0; r < W; r++) plane[2 * ((v + c) * W + r)] = x[r];
    }
  }
  seen = look;
}

// n samples of W rows into a panel of `width` vectors, zeros after them. Rows as they lie are
// `pitch` elements apart, and followed by W others. False when a sample is not finite, or so large
// that this cannot be told.
template <class T>
bool rows_to_panel(const PlaneRows<T>& rows, int64_t n, Cx<T>* panel, int64_t width, bool imag,
                   int64_t pitch, Spread<T>& spread) {
  constexpr int W = kLanes<T>;
  Vec<T>* plane = plane_of(panel, imag);
  unsigned present = 0;
  for (int r = 0; r < W; r++) present |= unsigned(rows.row[r] != nullptr) << r;
  if (!present) n = 0;
  Look<T> look{spread};
  int64_t v = 0;
  auto take = [&]<Lie How>(const T* const(&given)[W], int64_t end, int64_t ahead) {
    // In the place of rows that are not there another one is loaded once more.
    const T* row[W];
    unsigned copied = 0;
    for (int r = 0; r < W; r++) {
      const int taken = present >> r & 1 ? r : __builtin_ctz(present);
      row[r] = given[taken];
      if (How != Lie::single) copied |= (rows.copied >> taken & 1) << r;
    }
    const bool all = present == (1u << W) - 1 && !copied;
    const int64_t runs = compete(W, pitch * int64_t(sizeof(T))) ? (end - v) / kChunk : 0;
    const int64_t middle = v + most(0, runs) * kChunk;
    if (all) {
      whole_vectors<How, kChunk, true>(row, present, copied, v, middle, ahead, plane, look);
      whole_vectors<How, 1, true>(row, present, copied, middle, end, ahead, plane, look);
    } else {
      whole_vectors<How, 1, false>(row, present, copied, v, end, ahead, plane, look);
    }
    v = most(v, end);
  };
  if (n > 0) {
    const auto take_copies = [&](int64_t end) {
      take.template operator()<Lie::single>(rows.copy, end, 0);
    };
    take_copies(rows.begin / W);
    as_they_lie(rows.lie, [&]<Lie How>() {
      take.template operator()<How>(rows.row, rows.end / W, W * pitch);
    });
    take_copies((n + W - 1) / W);
  }
  for (int64_t i = n; i < width; i++) plane[2 * i] = Vec<T>{};
  spread = look.spread;
  return spread.add(look.squares, n * __builtin_popcount(present));
}

// Ask for the place of results before they are there.
template <class T>
void expect_rows(int64_t n, T* const (&row)[kLanes<T>]) {
  for (int r = 0; r < kLanes<T>; r++)
    for (int64_t i = 0; row[r] && i < n; i += 64 / int64_t(sizeof(T)))
      __builtin_prefetch(row[r] + i, 1);
}

template <int Chunk, class T>
void whole_results(const Vec<T>* plane, int64_t v, int64_t end, T* const (&row)[kLanes<T>]) {
  constexpr int W = kLanes<T>;
  for (; v < end; v += Chunk) {
    Vec<T> block[W][Chunk > 1 ? Chunk + 1 : 1];
    for (int c = 0; c < Chunk; c++) {
      Vec<T> x[W];
#pragma GCC unroll 16
      for (int r = 0; r < W; r++) x[r] = plane[2 * ((v + c) * W + r)];
      transpose(x);
#pragma GCC unroll 16
      for (int r = 0; r < W; r++) block[r][c] = x[r];
    }
#pragma GCC unroll 16
    for (int r = 0; r < W; r++)
      if (row[r])
#pragma GCC unroll 8
        for (int c = 0; c < Chunk; c++) store(row[r] + (v + c) * W, block[r][c]);
  }
}

// The first n numbers of one plane to W rows `pitch` elements apart; those to a row that is null
// are left.
template <class T>
void panel_to_rows(const Cx<T>* panel, bool imag, int64_t n, int64_t pitch,
                   T* const (&row)[kLanes<T>]) {
  constexpr int W = kLanes<T>;
  const Vec<T>* plane = imag ? &panel->im : &panel->re;
  const int64_t whole = n / W,
                chunked = compete(W, pitch * int64_t(sizeof(T))) ? whole / kChunk * kChunk : 0;
  whole_results<kChunk>(plane, 0, chunked, row);
  whole_results<1>(plane, chunked, whole, row);
  if (whole * W == n) return;
  Vec<T> x[W];
  for (int r = 0; r < W; r++) x[r] = plane[2 * (whole * W + r)];
  transpose(x);
  for (int r = 0; r < W; r++)
    if (row[r]) store_some(row[r] + whole * W, x[r], n - whole * W);
}

// Both planes as complex numbers.
template <class T>
void panel_to_pairs(const Cx<T>* panel, int64_t n, T* const (&row)[kLanes<T>]) {
  constexpr int W = kLanes<T>;
  for (int64_t v = 0; v * W < n; v++) {
    Vec<T> re[W], im[W];
    for (int r = 0; r < W; r++) re[r] = panel[v * W + r].re;
    transpose(re);
    for (int r = 0; r < W; r++) im[r] = panel[v * W + r].im;
    transpose(im);
    for (int r = 0; r < W; r++)
      if (row[r]) store_pairs(row[r] + 2 * v * W, re[r], im[r], n - v * W);
  }
}

}  // namespace
