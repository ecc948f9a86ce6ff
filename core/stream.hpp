// Results written past the caches: of an array that outgrows them nobody reads a line before it is
// gone again, and a line that is written whole need not be fetched first.
#pragma once

#include "vec.hpp"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace {

constexpr int64_t kPastBytes = 32 << 20;  // of an array whose results go past the caches

// One vector to a place that is a whole vector's.
template <class T>
IW_INLINE void stream(T* p, Vec<T> v) {
#if defined(__AVX512F__) && !defined(IW_SHORT_VECTORS)
  _mm512_stream_si512(reinterpret_cast<__m512i*>(p), __m512i(v));
#elif defined(__AVX2__)
  _mm256_stream_si256(reinterpret_cast<__m256i*>(p), __m256i(v));
#elif defined(__SSE2__)
  _mm_stream_si128(reinterpret_cast<__m128i*>(p), __m128i(v));
#else
  store(p, v);
#endif
}

// A run of results; what does not fill a cache line at its ends is written as usual.
template <class T>
IW_APART void stream_run(T* to, const T* from, int64_t count) {
  constexpr int64_t W = kLanes<T>, line = 64 / sizeof(T);
  int64_t i = 0;
  while (i < count && (uintptr_t(to + i) & 63)) to[i] = from[i], i++;
  for (; i + line <= count; i += line)
    for (int64_t e = i; e < i + line; e += W) stream(to + e, load(from + e));
  for (; i < count; i++) to[i] = from[i];
}

// Before others are told that the results are there.
IW_INLINE void end_streams() {
#if defined(__SSE2__)
  _mm_sfence();
#endif
}

}  // namespace
