// Runs of sums to integers of 8 and 16 bits: rounded to the nearest, halves to even, and clipped.
#pragma once

#include "job.hpp"
#include "numbers.hpp"
#include "stream.hpp"
#include "widen.hpp"

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace {

#if defined(__AVX2__)

// Eight sums as whole numbers. What lies beyond `high` must be clipped before it is converted; what
// lies below the least number is so when numbers are packed.
template <class S>
IW_INLINE __m256i whole_numbers(const float* p) {
  __m256 v = _mm256_loadu_ps(p);
  if constexpr (kLow<S> == 0)
    v = _mm256_max_ps(v, _mm256_setzero_ps());  // the second where one is NaN
  else
    v = _mm256_and_ps(v, _mm256_cmp_ps(v, v, _CMP_ORD_Q));
  return _mm256_cvtps_epi32(_mm256_min_ps(v, _mm256_set1_ps(float(kHigh<S>))));
}

template <class S>
IW_INLINE __m128i four_whole_numbers(const double* p) {
  __m256d v = _mm256_loadu_pd(p);
  v = _mm256_and_pd(v, _mm256_cmp_pd(v, v, _CMP_ORD_Q));
  return _mm256_cvtpd_epi32(_mm256_min_pd(v, _mm256_set1_pd(double(kHigh<S>))));
}
template <class S>
IW_INLINE __m256i whole_numbers(const double* p) {
  return _mm256_set_m128i(four_whole_numbers<S>(p + 4), four_whole_numbers<S>(p));
}

// Sixteen sums as numbers of 16 bits, the halves of each eight in turns.
template <class S, class T>
IW_INLINE __m256i short_numbers(const T* p) {
  const __m256i a = whole_numbers<S>(p), b = whole_numbers<S>(p + 8);
  if constexpr (kLow<S> == 0 && sizeof(S) == 2)
    return _mm256_packus_epi32(a, b);
  else
    return _mm256_packs_epi32(a, b);
}

template <class S>
IW_INLINE __m256i bytes(__m256i a, __m256i b) {
  return kLow<S> == 0 ? _mm256_packus_epi16(a, b) : _mm256_packs_epi16(a, b);
}

IW_INLINE void store_all(void* p, __m256i v) { _mm256_storeu_si256(static_cast<__m256i*>(p), v); }

#if defined(__AVX512F__)
// Sixteen sums at a time: what lies beyond a type without signs becomes the largest of 32 bits.
template <class S>
IW_INLINE void narrow_sixteen(S* dst, const float* p) {
  const __m512 v = _mm512_loadu_ps(p);
  __m512i whole;
  if constexpr (kLow<S> == 0) {
    whole = _mm512_maskz_cvtps_epu32(kAll, _mm512_maskz_max_ps(kAll, v, _mm512_setzero_ps()));
  } else {
    const __m512 there = _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(v, v, _CMP_ORD_Q), v);
    whole = _mm512_maskz_cvtps_epi32(
        kAll, _mm512_maskz_min_ps(kAll, there, _mm512_set1_ps(float(kHigh<S>))));
  }
  if constexpr (sizeof(S) == 1) {
    const __m128i few = kLow<S> ? _mm512_maskz_cvtsepi32_epi8(kAll, whole)
                                : _mm512_maskz_cvtusepi32_epi8(kAll, whole);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(dst), few);
  } else {
    store_all(dst, kLow<S> ? _mm512_maskz_cvtsepi32_epi16(kAll, whole)
                           : _mm512_maskz_cvtusepi32_epi16(kAll, whole));
  }
}
#endif

// As many of `count` as fill whole vectors; returns how many.
template <class S, class T>
IW_INLINE int64_t narrow_run(S* dst, const T* src, int64_t count) {
  constexpr int64_t each = 32 / int64_t(sizeof(S));
  int64_t i = 0;
#if defined(__AVX512F__)
  if constexpr (__is_same(T, float))
    for (; i + 16 <= count; i += 16) narrow_sixteen(dst + i, src + i);
#endif
  if constexpr (sizeof(T) == 2) {  // 16 bits that have a sign
    for (; i + each <= count; i += each) {
      const __m256i* const p = reinterpret_cast<const __m256i*>(src + i);
      const __m256i v = bytes<S>(_mm256_loadu_si256(p), _mm256_loadu_si256(p + 1));
      store_all(dst + i, _mm256_permute4x64_epi64(v, 0xd8));
    }
  } else if constexpr (sizeof(S) == 2) {
    for (; i + each <= count; i += each)
      store_all(dst + i, _mm256_permute4x64_epi64(short_numbers<S>(src + i), 0xd8));
  } else {
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    for (; i + each <= count; i += each) {
      const __m256i v = bytes<S>(short_numbers<S>(src + i), short_numbers<S>(src + i + 16));
      store_all(dst + i, _mm256_permutevar8x32_epi32(v, order));
    }
  }
  return i;
}

#else

template <class S, class T>
IW_INLINE int64_t narrow_run(S*, const T*, int64_t) {
  return 0;
}

#endif

// Whether numbers of T become integers of fewer bits by `narrow_run`.
template <class S, class T>
constexpr bool kNarrows = kNarrow<S> && sizeof(S) < sizeof(T) && (sizeof(T) == 2 || T(0.5) != T(0));

// Whether results of so many bytes are more than the caches nearby hold.
IW_INLINE bool bytes_go_past(const iw::Job& job, int64_t size) {
  constexpr int64_t kNearBytes = 16 << 20;
  int64_t bytes = size * job.inner * job.kernels;
  for (int a = 0; a < job.nd; a++) bytes *= job.axis[a].m;
  return bytes > kNearBytes;
}

// The same run past the caches; the pool's threads wait for such stores when they end their work.
template <class S, class T>
void narrow_past(S* dst, const T* src, int64_t count) {
  constexpr int64_t kBlock = 2048;
  alignas(64) S block[kBlock];
  for (int64_t i = 0; i < count; i += kBlock) {
    const int64_t n = least(kBlock, count - i);
    for (int64_t e = narrow_run(block, src + i, n); e < n; e++)
      block[e] = convert_to<S>(src[i + e]);
    stream_run(dst + i, block, n);
  }
}

}  // namespace
