// Runs of samples, near each other or apart, read as numbers of another type.
#pragma once

#include "numbers.hpp"
#include "widen.hpp"

namespace {

// A copy by vectors: libc's takes the long way (rep movsb) for rows of this length.
template <class T>
IW_INLINE void copy_run(T* dst, const char* src, int64_t count) {
  constexpr int W = kLanes<T>;
  const T* from = reinterpret_cast<const T*>(src);
  int64_t i = 0;
  for (; i + 4 * W <= count; i += 4 * W)
#pragma GCC unroll 4
    for (int c = 0; c < 4; c++) store(dst + i + c * W, load(from + i + c * W));
  for (; i + W <= count; i += W) store(dst + i, load(from + i));
  for (; i < count; i++) __builtin_memcpy(dst + i, from + i, sizeof(T));
}

// Every C-th of the samples from `from` on, as many as there are lanes.
template <int C, class T, int... E>
IW_INLINE Vec<T> every(const T* from, Sequence<E...>) {
  constexpr int W = kLanes<T>;
  const Vec<T> a = load(from), b = load(from + W), c = load(from + 2 * W);
  const Vec<T> first = __builtin_shufflevector(a, b, (C * E < 2 * W ? C * E : 0)...);
  if constexpr (C == 3) {
    return __builtin_shufflevector(first, c, (C * E < 2 * W ? E : C * E - W)...);
  } else {
    const Vec<T> d = load(from + 3 * W);
    const Vec<T> second = __builtin_shufflevector(c, d, (C * E < 2 * W ? 0 : C * E - 2 * W)...);
    return __builtin_shufflevector(first, second, (C * E < 2 * W ? E : W + E)...);
  }
}

// The same as long as all that is loaded lies before the last of `count` samples.
template <int C, class T>
IW_INLINE int64_t read_every(T* dst, const T* from, int64_t count) {
  constexpr int W = kLanes<T>;
  int64_t i = 0;
  for (; i + W < count; i += W) store(dst + i, every<C>(from + C * i, typename CountTo<W>::type{}));
  return i;
}

// Places `pace` bytes apart, and `c` samples of each, `gap` bytes apart. (One address at a time:
// GCC would make vectors of them, which takes it long and brings little.)
template <class T, class S>
IW_APART void read_places(T* dst, const char* src, int64_t pace, int64_t places, int64_t gap,
                          int64_t c) {
  constexpr int64_t size = sizeof(S);
  for (int64_t i = 0; i < places; i++, src += pace, dst += c) {
    asm("" : "+r"(src));
    if (c == 3 && gap == size) {
      for (int j = 0; j < 3; j++) dst[j] = read_as<T, S>(src + j * size);
      continue;
    }
    const char* from = src;
    for (int64_t j = 0; j < c; j++, from += gap) {
      asm("" : "+r"(from));
      dst[j] = read_as<T, S>(from);
    }
  }
}

// The same samples as they are, from the last to the first.
template <class T>
IW_INLINE void copy_backwards(T* dst, const T* last, int64_t count) {
  constexpr int W = kLanes<T>;
  int64_t i = 0;
  for (; i + W <= count; i += W)
    store(dst + i, reversed<T>(load(last - i - (W - 1)), typename CountTo<W>::type{}));
  for (; i < count; i++) dst[i] = last[-i];
}

template <class T, class S>
IW_INLINE void read_run(T* dst, const char* src, int64_t stride, int64_t count) {
  constexpr int64_t size = sizeof(S);
  int64_t i = 0;
  if (stride == size) {
    if constexpr (__is_same(T, S)) return copy_run(dst, src, count);
    if constexpr (__is_same(T, float) && sizeof(S) <= 2 && !__is_class(S))
      i = widen(dst, reinterpret_cast<const S*>(src), count);
    for (; i < count; i++) dst[i] = read_as<T, S>(src + i * size);
    return;
  }
  if (stride == 2 * size) {  // planes of complex numbers
    for (; i < count; i++) dst[i] = read_as<T, S>(src + i * 2 * size);
    return;
  }
  if constexpr (__is_same(T, S)) {
    const T* const from = reinterpret_cast<const T*>(src);
    if (stride == -size) return copy_backwards(dst, from, count);
    if (stride == 3 * size) i = read_every<3>(dst, from, count);  // one of three or four channels
    if (stride == 4 * size) i = read_every<4>(dst, from, count);
    for (; i < count; i++) dst[i] = read_as<T, S>(src + i * stride);
  } else {
    read_places<T, S>(dst, src, stride, count, size, 1);
  }
}

}  // namespace
