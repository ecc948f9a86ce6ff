// Sums of 16 bits that are times a power of two: back to their size, halves to even.
#pragma once

#include "vec.hpp"

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace {

// In place. Sums with a sign are moved up, so that all are positive, and down again. They must
// leave room for half a unit above.
IW_APART void halve(uint16_t* sums, int64_t count, int times, bool negative) {
  const uint16_t up = negative ? 1 << 15 : 0, down = uint16_t(up >> times);
  const uint16_t below = uint16_t((1 << times) / 2 - 1);
  int64_t i = 0;
#if defined(__AVX2__)
  const auto all = [](uint16_t v) { return _mm256_set1_epi16(int16_t(v)); };
  const __m256i lift = all(up), drop = all(down), half = all(below), one = all(1);
  const __m128i by = _mm_cvtsi32_si128(times);
  for (; i + 16 <= count; i += 16) {
    __m256i* const p = reinterpret_cast<__m256i*>(sums + i);
    const __m256i v = _mm256_add_epi16(_mm256_loadu_si256(p), lift);
    const __m256i odd = _mm256_and_si256(_mm256_srl_epi16(v, by), one);
    const __m256i near = _mm256_add_epi16(v, _mm256_add_epi16(half, odd));
    _mm256_storeu_si256(p, _mm256_sub_epi16(_mm256_srl_epi16(near, by), drop));
  }
#endif
  for (; i < count; i++) {
    const int v = uint16_t(sums[i] + up);
    sums[i] = uint16_t(((v + below + (v >> times & 1)) >> times) - down);
  }
}

}  // namespace
