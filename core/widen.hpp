// Small integers to float, in runs, or to wider ones. Left to itself GCC widens them step by step,
// which takes longer than the filtering of 3 x 3 taps.
#pragma once

#include "vec.hpp"

#if defined(__SSE2__)
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

#if defined(__AVX512F__)
// All lanes: without this mask GCC 12 warns of registers that it leaves undefined.
constexpr __mmask16 kAll = 0xffff;

IW_INLINE __m256i thirty_two_bytes(const void* p) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(p));
}
IW_INLINE __m512i widened_twice(const uint8_t* p) {
  return _mm512_maskz_cvtepu8_epi32(kAll, sixteen_bytes(p));
}
IW_INLINE __m512i widened_twice(const int8_t* p) {
  return _mm512_maskz_cvtepi8_epi32(kAll, sixteen_bytes(p));
}
IW_INLINE __m512i widened_twice(const uint16_t* p) {
  return _mm512_maskz_cvtepu16_epi32(kAll, thirty_two_bytes(p));
}
IW_INLINE __m512i widened_twice(const int16_t* p) {
  return _mm512_maskz_cvtepi16_epi32(kAll, thirty_two_bytes(p));
}
#endif

// As many of `count` as fill whole vectors; returns how many.
template <class S>
IW_INLINE int64_t widen(float* dst, const S* src, int64_t count) {
  int64_t i = 0;
#if defined(__AVX512F__)
  for (; i + 16 <= count; i += 16)
    _mm512_storeu_ps(dst + i, _mm512_maskz_cvtepi32_ps(kAll, widened_twice(src + i)));
#endif
  for (; i + 8 <= count; i += 8) _mm256_storeu_ps(dst + i, _mm256_cvtepi32_ps(widened(src + i)));
  return i;
}

#else

template <class S>
IW_INLINE int64_t widen(float*, const S*, int64_t) {
  return 0;
}

#endif

// Vectors of 8- or 16-bit samples as numbers of A.
template <class A, class S>
IW_INLINE Vec<A> widened_to(const S* p) {
#if defined(__AVX2__)
  if constexpr (sizeof(A) == 4) return Vec<A>(widened(p));
  if constexpr (sizeof(A) == 2 && S(-1) > S(0))
    return Vec<A>(_mm256_cvtepu8_epi16(sixteen_bytes(p)));
  if constexpr (sizeof(A) == 2) return Vec<A>(_mm256_cvtepi8_epi16(sixteen_bytes(p)));
#elif defined(__SSE2__)
  // Each sample beside itself until it fills a number, from whose top it is then shifted down.
  __m128i v;
  if constexpr (kLanes<A> * sizeof(S) == 4) {
    int four;
    __builtin_memcpy(&four, p, sizeof four);
    v = _mm_cvtsi32_si128(four);
  } else {
    v = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p));
  }
  if (sizeof(S) == 1) v = _mm_unpacklo_epi8(v, v);
  if (sizeof(A) == 4) v = _mm_unpacklo_epi16(v, v);
  constexpr int down = 8 * (sizeof(A) - sizeof(S));
  if constexpr (sizeof(A) == 2)
    return Vec<A>(S(-1) < S(0) ? _mm_srai_epi16(v, down) : _mm_srli_epi16(v, down));
  else
    return Vec<A>(S(-1) < S(0) ? _mm_srai_epi32(v, down) : _mm_srli_epi32(v, down));
#else
  typedef S Few __attribute__((vector_size(kLanes<A> * sizeof(S))));
  Few few;
  __builtin_memcpy(&few, p, sizeof few);
  return __builtin_convertvector(few, Vec<A>);
#endif
}

}  // namespace
