// Runs of small integers to float. Left to itself GCC widens them step by step, which takes longer
// than the filtering of 3 x 3 taps.
#pragma once

#include "vec.hpp"

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace {

#if defined(__AVX2__)

IW_INLINE __m128i eight_bytes(const void* p) {
  return _mm_loadl_epi64(static_cast<const __m128i*>(p));
}
IW_INLINE __m128i sixteen_bytes(const void* p) {
  return _mm_loadu_si128(static_cast<const __m128i*>(p));
}
IW_INLINE __m256i widened(const uint8_t* p) { return _mm256_cvtepu8_epi32(eight_bytes(p)); }
IW_INLINE __m256i widened(const int8_t* p) { return _mm256_cvtepi8_epi32(eight_bytes(p)); }
IW_INLINE __m256i widened(const uint16_t* p) { return _mm256_cvtepu16_epi32(sixteen_bytes(p)); }
IW_INLINE __m256i widened(const int16_t* p) { return _mm256_cvtepi16_epi32(sixteen_bytes(p)); }

// As many of `count` as fill whole vectors; returns how many.
template <class S>
IW_INLINE int64_t widen(float* dst, const S* src, int64_t count) {
  int64_t i = 0;
  for (; i + 8 <= count; i += 8) _mm256_storeu_ps(dst + i, _mm256_cvtepi32_ps(widened(src + i)));
  return i;
}

#else

template <class S>
IW_INLINE int64_t widen(float*, const S*, int64_t) {
  return 0;
}

#endif

}  // namespace
