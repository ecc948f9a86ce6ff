// Windows along a row by running totals, whole vectors at a time.
//
// Totals within a vector take a few shuffles and additions that wait for nobody. Only the total of
// all vectors before is a chain, of one addition for each.
#pragma once

#include "vec.hpp"

namespace {

// Lane e takes lane e - S, or e + S if `Back`; zero where there is none.
template <class T, int S, bool Back, int... E>
IW_INLINE Vec<T> moved(Vec<T> v, Sequence<E...>) {
  constexpr int W = kLanes<T>;
  return __builtin_shufflevector(v, Vec<T>{}, (Back ? E + S : E < S ? W + E : E - S)...);
}

// What lies in a lane and before it, or in it and after it if `Back`.
template <class T, bool Back, int S = 1>
IW_INLINE Vec<T> totals(Vec<T> v) {
  if constexpr (S < kLanes<T>)
    return totals<T, Back, 2 * S>(v + moved<T, S, Back>(v, typename CountTo<kLanes<T>>::type{}));
  else
    return v;
}

template <class T, int Lane, int... E>
IW_INLINE Vec<T> everywhere(Vec<T> v, Sequence<E...>) {
  return __builtin_shufflevector(v, v, (0 * E + Lane)...);
}

// Sums of `k` neighbours: n samples become n - k + 1 sums, in place. The row is cut into blocks of
// `k`; a window is the end of one and the beginning of the next.
template <class T>
void sums_of_row(T* p, int64_t n, int64_t k) {
  constexpr int W = kLanes<T>;
  using Lanes = typename CountTo<W>::type;
  for (int64_t block = 0; block + k <= n; block += k) {
    Vec<T> sum{};
    int64_t i = block + k;
    for (; i - W >= block; i -= W) {
      const Vec<T> t = totals<T, true>(load(p + i - W));
      store(p + i - W, t + sum);
      sum += everywhere<T, 0>(t, Lanes{});
    }
    T rest = sum[0];
    while (i-- > block) p[i] = rest += p[i];
    sum = Vec<T>{};
    const int64_t end = least(block + k, n - k + 1);
    for (i = block + 1; i + W <= end; i += W) {
      const Vec<T> t = totals<T, false>(load(p + i + k - 1));
      store(p + i, load(p + i) + (t + sum));
      sum += everywhere<T, W - 1>(t, Lanes{});
    }
    for (rest = sum[0]; i < end; i++) p[i] += rest += p[i + k - 1];
  }
}

}  // namespace
