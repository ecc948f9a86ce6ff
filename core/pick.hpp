// A number that is known only now, as one that the compiler knows.
#pragma once

#include "vec.hpp"

namespace {

template <int N>
struct Number {
  static constexpr int value = N;
};

// Call body(Number<n>) for the n given: of 1, 2, 4 .. Most, or of 0 .. Most.
template <int Most, class F>
IW_INLINE void pick_power(int64_t n, const F& body) {
  if constexpr (Most > 1) {
    if (n < Most) return pick_power<Most / 2>(n, body);
  }
  body(Number<Most>{});
}

template <int Most, class F>
IW_INLINE void pick(int64_t n, const F& body) {
  if constexpr (Most > 0) {
    if (n < Most) return pick<Most - 1>(n, body);
  }
  body(Number<Most>{});
}

}  // namespace
