// One number of any type, read as another or written as one: half precision is converted by hand.
#pragma once

#include "vec.hpp"

namespace {

struct Half {
  uint16_t bits;
};

IW_INLINE float from_half(Half h) {
  // Shift the exponent and mantissa into place, then scale by 2^112, which also makes
  // subnormals right; an exponent of all ones stays one.
  uint32_t sign = uint32_t(h.bits & 0x8000u) << 16, rest = uint32_t(h.bits & 0x7fffu) << 13;
  float scaled, scale = 0x1p112f;
  __builtin_memcpy(&scaled, &rest, 4);
  scaled *= scale;
  uint32_t bits;
  __builtin_memcpy(&bits, &scaled, 4);
  if (rest >= 0x0f800000u) bits = 0x7f800000u | rest;  // infinity or NaN
  bits |= sign;
  float f;
  __builtin_memcpy(&f, &bits, 4);
  return f;
}

IW_INLINE Half to_half(float f) {
  uint32_t bits;
  __builtin_memcpy(&bits, &f, 4);
  uint32_t sign = (bits >> 16) & 0x8000u, rest = bits & 0x7fffffffu;
  if (rest > 0x7f800000u) return Half{uint16_t(sign | 0x7e00u)};   // NaN
  if (rest >= 0x477ff000u) return Half{uint16_t(sign | 0x7c00u)};  // rounds to infinity
  if (rest < 0x38800000u) {
    // Subnormal: adding 0.5 leaves the mantissa, rounded to even, in the lowest bits.
    float magnitude, half = 0.5f;
    __builtin_memcpy(&magnitude, &rest, 4);
    magnitude += half;
    __builtin_memcpy(&rest, &magnitude, 4);
    return Half{uint16_t(sign | (rest - 0x3f000000u))};
  }
  rest += 0xfffu + ((rest >> 13) & 1u);  // round half to even
  return Half{uint16_t(sign | ((rest - 0x38000000u) >> 13))};
}

template <class T, class S>
IW_INLINE T read_as(const char* p) {
  S s;
  __builtin_memcpy(&s, p, sizeof s);
  if constexpr (sizeof(S) == 2 && __is_class(S))
    return T(from_half(s));
  else
    return T(s);
}

// Whether a type is an integer of 8 or 16 bits, and the least and the largest of them.
template <class S>
constexpr bool kNarrow = sizeof(S) <= 2 && !__is_class(S);
template <class S>
constexpr int kLow = S(-1) < S(0) ? -(1 << (8 * sizeof(S) - 1)) : 0;
template <class S>
constexpr int kHigh = kLow<S> + (1 << (8 * sizeof(S))) - 1;

// The nearest of the integers from `low` to `high`, halves to even; 0 for NaN.
template <class T>
IW_INLINE int clipped(T value, int low, int high) {
  if constexpr (T(0.5) == T(0)) return int(value < low ? low : value > high ? high : value);
  const T within = value < T(low) ? T(low) : value > T(high) ? T(high) : value;
  return within == within
             ? int(sizeof(T) == 4 ? __builtin_rintf(float(within)) : __builtin_rint(within))
             : 0;
}

template <class S, class T>
IW_INLINE S convert_to(T value) {
  if constexpr (__is_class(S))
    return to_half(float(value));
  else if constexpr (kNarrow<S> && sizeof(T) > 2)
    return S(clipped(value, kLow<S>, kHigh<S>));
  else if constexpr (sizeof(S) == 1 && sizeof(T) == 2)  // 16 bits that have a sign
    return S(clipped(int16_t(value), kLow<S>, kHigh<S>));
  else if constexpr (S(0.5) == S(0) && sizeof(T) == 4)  // real to integer: exact but for rounding
    return S(int32_t(__builtin_rintf(value)));          // float32 sums integers up to 2^24
  else if constexpr (S(0.5) == S(0) && T(0.5) != T(0))
    return S(int64_t(__builtin_rint(value)));
  else
    return S(value);
}

}  // namespace
