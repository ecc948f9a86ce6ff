// Seeing NaN and infinities on the way in, and leaving them out.
#pragma once

#include "vec.hpp"

namespace {

template <class T>
IW_INLINE bool is_finite(T value) {
  return value - value == T(0);
}

// Replace NaN and infinities by zero; say whether there were any.
template <class T>
bool leave_out_nonfinite(T* p, int64_t count) {
  if constexpr (T(0.5) == T(0)) return false;
  constexpr int W = kLanes<T>;
  Vec<T> worst = {};  // becomes NaN when anything is not finite
  T odd = 0;
  int64_t i = 0;
  for (; i + W <= count; i += W) worst += load(p + i) * T(0);
  for (; i < count; i++) odd += p[i] * T(0);
  for (int l = 0; l < W; l++) odd += worst[l];
  if (odd == T(0)) return false;
  for (i = 0; i < count; i++)
    if (!is_finite(p[i])) p[i] = T(0);
  return true;
}

}  // namespace
