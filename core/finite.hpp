// Seeing NaN and infinities on the way in, and leaving them out.
#pragma once

#include "vec.hpp"

namespace {

template <class T>
IW_INLINE bool is_finite(T value) {
  return value - value == T(0);
}

struct Unusual {
  bool nonfinite = false, huge = false;
};

// The sum of a vector's lanes by halves: one after the other they would wait for each other.
template <class T>
IW_INLINE T sum_of_lanes(Vec<T> v) {
  T lane[kLanes<T>];
  store(lane, v);
#pragma GCC unroll 4
  for (int half = kLanes<T> / 2; half > 0; half /= 2)
#pragma GCC unroll 8
    for (int l = 0; l < half; l++) lane[l] += lane[l + half];
  return lane[0];
}

// Zero when all samples times `headroom` are finite, else NaN. The last vector may overlap the one
// before it.
template <class T>
IW_INLINE T oddness(const T* p, int64_t count, T headroom) {
  constexpr int W = kLanes<T>;
  if (count < W) {
    T odd = 0;
    for (int64_t i = 0; i < count; i++) odd += p[i] * headroom * T(0);
    return odd;
  }
  Vec<T> worst[4] = {};
  int64_t i = 0;
  for (; i + 4 * W <= count; i += 4 * W)
#pragma GCC unroll 4
    for (int c = 0; c < 4; c++) worst[c] += load(p + i + c * W) * headroom * T(0);
  for (; i + W <= count; i += W) worst[0] += load(p + i) * headroom * T(0);
  if (i < count) worst[1] += load(p + count - W) * headroom * T(0);
  return sum_of_lanes<T>((worst[0] + worst[1]) + (worst[2] + worst[3]));
}

// Replace NaN and infinities by zero; say whether there were any, and whether any sample would
// overflow when multiplied by `headroom`.
template <class T>
Unusual leave_out_unusual(T* p, int64_t count, T headroom) {
  if constexpr (T(0.5) == T(0)) return {};
  if (oddness(p, count, headroom) == T(0)) return {};
  typename BitsOf<T>::type nonfinite = 0, huge = 0;  // as wide as T: vectors
  for (int64_t i = 0; i < count; i++) {
    const T value = p[i];
    nonfinite |= !is_finite(value);
    huge |= is_finite(value) & !is_finite(value * headroom);
    p[i] = is_finite(value) ? value : T(0);
  }
  return {nonfinite != 0, huge != 0};
}

// Replace NaN and infinities by zero; say whether there were any.
template <class T>
bool leave_out_nonfinite(T* p, int64_t count) {
  return leave_out_unusual(p, count, T(1)).nonfinite;
}

}  // namespace
