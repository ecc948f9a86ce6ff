// Sums of bytes over an odd number of samples, as means that are bytes: the nearest whole numbers.
//
// Odd numbers have no halves: the mean of n samples is floor((s + n / 2) / n), and a multiplication
// by a rounded-up 2^k / n gives the quotient as long as that rounding, times the sum, stays below
// 2^k (Granlund and Montgomery 1994, theorem 4.2).
#pragma once

#include "vec.hpp"

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace {

struct Means {
  bool exact = false;  // whether this gives the nearest numbers
  uint16_t half = 0, factor = 0;
  int shift = 0;  // beyond the 16 bits of a product that are dropped anyway

  // The sums of `taps` samples, each `largest` at the most, times `weight`.
  void look(double weight, int64_t taps, int64_t largest) {
    const double off = weight * double(taps) - 1;
    if (off > 0x1p-49 || off < -0x1p-49 || taps % 2 == 0 || taps < 3) return;
    const int64_t most_summed = taps * largest + taps / 2;
    if (most_summed >= 1 << 16) return;
    while (int64_t(2) << shift <= taps) shift++;
    const int64_t power = int64_t(1) << (16 + shift), up = (power + taps - 1) / taps;
    half = uint16_t(taps / 2);
    factor = uint16_t(up);
    exact = up < 1 << 16 && most_summed * (up * taps - power) < power;
  }

  IW_INLINE uint8_t one(uint16_t sum, uint16_t half, uint16_t factor, int shift) {
    return uint8_t((uint32_t(uint16_t(sum + half)) * factor >> 16) >> shift);
  }

  void run(const uint16_t* sums, uint8_t* out, int64_t n) const {
    int64_t i = 0;
#if defined(__AVX2__)
    const __m256i add = _mm256_set1_epi16(int16_t(half)),
                  times = _mm256_set1_epi16(int16_t(factor));
    const __m128i by = _mm_cvtsi32_si128(shift);
    const auto sixteen = [&](const uint16_t* p) __attribute__((always_inline)) {
      const __m256i s = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
      return _mm256_srl_epi16(_mm256_mulhi_epu16(_mm256_add_epi16(s, add), times), by);
    };
    for (; i + 32 <= n; i += 32) {
      const __m256i v = _mm256_packus_epi16(sixteen(sums + i), sixteen(sums + i + 16));
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + i), _mm256_permute4x64_epi64(v, 0xd8));
    }
#endif
    for (; i < n; i++) out[i] = one(sums[i], half, factor, shift);
  }
};

}  // namespace
