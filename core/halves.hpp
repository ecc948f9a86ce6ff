// Whole numbers cut in two, so that a transform in float64 tells every sum of them.
//
// A sample is high * 2^bits + low, both near zero. The halves travel as the real and the imaginary
// part of one tile. Each sum of either is rounded to the whole number that it is; the two are put
// together modulo 2^64, within which the result lies.
#pragma once

#include "band.hpp"
#include "kernels.hpp"

namespace {

// What is added to a number so that its last digit is a multiple of 2^0; |x| is at most 2^51.
constexpr double kToWhole = 0x1.8p52;

// In place of n whole numbers and of those up to a whole vector: their high or their low halves.
void take_half(double* row, int64_t n, int bits, bool low) {
  constexpr int W = kLanes<double>;
  const double unit = double(int64_t(1) << bits), up = kToWhole * unit, down = 1 / unit;
  for (int64_t i = 0; i < n; i += W) {
    const Vec<double> x = load(row + i), high = (x + up) - up;
    store(row + i, low ? x - high : high * down);
  }
}

// The whole number nearest to x.
IW_INLINE uint64_t nearest_whole(double x) {
  constexpr double zero = kToWhole;
  x += zero;
  return __builtin_bit_cast(uint64_t, x) - __builtin_bit_cast(uint64_t, zero);
}

// Every `step`-th of both halves' sums, together in the place of the cut, written to 64-bit
// integers or added to them: what wraps on the way wraps back.
void store_halves(const Job& job, const double* high, const double* low, int64_t step, int64_t len,
                  iw::Cut cut, char* out) {
  const int64_t gap = job.out_stride[job.nd - 1];
  const auto put = [=]<bool Add>(int64_t step, int64_t gap) {
    for (int64_t i = 0; i < len; i++) {
      uint64_t sum = (nearest_whole(high[i * step]) << cut.bits) + nearest_whole(low[i * step]);
      uint64_t before = 0;
      if constexpr (Add) __builtin_memcpy(&before, out + i * gap, 8);
      sum = (sum << cut.place) + before;
      __builtin_memcpy(out + i * gap, &sum, 8);
    }
  };
  if (job.add)
    put.template operator()<true>(step, gap);
  else if (step == 1 && gap == 8)
    put.template operator()<false>(1, 8);
  else
    put.template operator()<false>(step, gap);
}

}  // namespace
