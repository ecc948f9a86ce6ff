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

// Replace NaN and infinities by zero; say whether there were any, and whether any sample would
// overflow when multiplied by `headroom`.
template <class T>
Unusual leave_out_unusual(T* p, int64_t count, T headroom) {
  Unusual seen;
  if constexpr (T(0.5) == T(0)) return seen;
  constexpr int W = kLanes<T>;
  Vec<T> worst[4] = {};  // become NaN when anything is not finite
  T odd = 0;
  int64_t i = 0;
  for (; i + 4 * W <= count; i += 4 * W)
    for (int c = 0; c < 4; c++) worst[c] += load(p + i + c * W) * headroom * T(0);
  for (; i < count; i++) odd += p[i] * headroom * T(0);
  for (int c = 0; c < 4; c++)
    for (int l = 0; l < W; l++) odd += worst[c][l];
  if (odd == T(0)) return seen;
  for (i = 0; i < count; i++) {
    if (is_finite(p[i])) {
      seen.huge |= !is_finite(p[i] * headroom);
    } else {
      p[i] = T(0);
      seen.nonfinite = true;
    }
  }
  return seen;
}

// Replace NaN and infinities by zero; say whether there were any.
template <class T>
bool leave_out_nonfinite(T* p, int64_t count) {
  return leave_out_unusual(p, count, T(1)).nonfinite;
}

}  // namespace
