// Particles that move: each cell's counts are shared out among the cells that the taps lead to.
#pragma once

#include "job.hpp"

namespace iw {

// So many things are told apart by doubles.
constexpr int64_t kMostMoved = int64_t(1) << 53;

struct Scatter {
  int nd;
  int64_t n[kMaxDims];  // cells along each axis
  // Along each axis a run of places: what moves from i by step j arrives at place i + j of it,
  // counted in cells of the whole array; -1 where it is lost.
  const int64_t* arrive[kMaxDims];
  int64_t taps;
  const int64_t* step;    // of each tap along each axis (taps x nd), likeliest tap first
  const double* share;    // chance of each tap among those not tried before it; the last is 1
  const double* sum;      // chances of all taps up to each; the last is 1
  const int64_t* counts;  // C order, none negative
  int64_t* out;           // what arrives is added
  uint64_t seed;
  uint32_t draw;
  int64_t first, count;  // cells whose counts move
  int threads;
};

// False when a count was negative or too large: it stays.
bool scatter(const Scatter& work, const Services& services);

}  // namespace iw
