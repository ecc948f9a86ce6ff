// Windows along a row of whole numbers, the sums down its columns: lanes lie along the row.
//
// First come sums of four at every place. From them short windows are put together plainly; long
// ones move on, as many samples at once as make the step whole vectors: plus the few sums that come
// in, less the few that go out, each lane for itself.
#pragma once

#include "pick.hpp"
#include "weigh.hpp"

namespace {

// A row of sums down the columns, and of four of these at every place.
// They are held as C, and windows of them summed as A.
template <class A, class C>
struct SumRow {
  const C *sums, *four;
  int64_t inner, wide;
  int64_t fours;  // that a window of `wide` is put together from, and samples

  IW_INLINE Vec<A> at(const C* p) {
    if constexpr (sizeof(A) == sizeof(C))
      return load(p);
    else
      return widened_to<A>(p);
  }
  // The window that begins at x, and its neighbours.
  [[gnu::always_inline]] Vec<A> whole(int64_t x) const {
    Vec<A> sum{};
    for (int64_t i = 0; i < fours; i++) sum += at(four + x + 4 * i * inner);
    for (int64_t i = 4 * fours; i < wide; i++) sum += at(sums + x + i * inner);
    return sum;
  }
  // What a window gains and loses that moves on by `Few` samples from x on.
  template <int Few>
  [[gnu::always_inline]] Vec<A> change(int64_t x) const {
    return some<Few>(x + wide * inner) - some<Few>(x);
  }
  template <int Few>
  [[gnu::always_inline]] Vec<A> some(int64_t x) const {
    if (Few == 1) return at(sums + x);
    if (Few == 2) return at(sums + x) + at(sums + x + inner);
    Vec<A> sum = at(four + x);
#pragma GCC unroll 4
    for (int i = 4; i < Few; i += 4) sum += at(four + x + i * inner);
    return sum;
  }
};

template <class C>
IW_APART void add_fours(const C* sums, C* four, int64_t n, int64_t inner) {
  for (int64_t x = 0; x < n; x += kLanes<C>) {
    const C* p = sums + x;
    store(four + x, (load(p) + load(p + inner)) + (load(p + 2 * inner) + load(p + 3 * inner)));
  }
}

// Windows put together each by itself, some vectors at a time; the last of these overlap others.
template <class A, class C, class O>
IW_APART void each_window(const SumRow<A, C>& windows, int64_t n, const Weigh& weights, O* out) {
  const SumRow<A, C> line = windows;  // of our own: no result can change them
  const Weigh weigh = weights;
  constexpr int64_t W = kLanes<A>, V = 4;
  for (int64_t x = 0; x < n; x += V * W) {
    const int64_t at = n < V * W ? x : least(x, n - V * W);
    Vec<A> sum[V];
#pragma GCC unroll 4
    for (int v = 0; v < V; v++) sum[v] = Vec<A>{};
    for (int64_t i = 0; i < line.fours; i++)
#pragma GCC unroll 4
      for (int v = 0; v < V; v++) sum[v] += line.at(line.four + at + v * W + 4 * i * line.inner);
    for (int64_t i = 4 * line.fours; i < line.wide; i++)
#pragma GCC unroll 4
      for (int v = 0; v < V; v++) sum[v] += line.at(line.sums + at + v * W + i * line.inner);
#pragma GCC unroll 4
    for (int v = 0; v < V; v++) weigh.template write<A>(sum[v], out + at + v * W);
  }
}

// Long windows that move on by `Few` samples, one vector of them after the other.
template <int Few, class A, class C, class O>
IW_APART void move_on(const SumRow<A, C>& windows, int64_t n, const Weigh& weights, O* out) {
  const SumRow<A, C> line = windows;  // of our own: no result can change them
  const Weigh weigh = weights;
  constexpr int W = kLanes<A>;
  const int64_t step = Few * line.inner;
  for (int64_t lane = 0; lane < step; lane += W) {
    Vec<A> sum = line.whole(lane);
    for (int64_t x = lane; x + W <= n; x += step) {
      weigh.template write<A>(sum, out + x);
      sum += line.template change<Few>(x);
    }
  }
  if (n % W) {
    const int64_t at = most(n - W, 0);
    weigh.template write<A>(line.whole(at), out + at);
  }
}

// The same for three channels, whose vectors move on together.
template <class A, class C, class O>
IW_APART void move_three_on(const SumRow<A, C>& windows, int64_t n, const Weigh& weights, O* out) {
  const SumRow<A, C> line = windows;  // of our own: no result can change them
  const Weigh weigh = weights;
  constexpr int W = kLanes<A>, V = 3;
  Vec<A> sum[V];
#pragma GCC unroll 3
  for (int v = 0; v < V; v++) sum[v] = line.whole(v * W);
  int64_t x = 0;
  for (; x + V * W <= n; x += V * W)
#pragma GCC unroll 3
    for (int v = 0; v < V; v++) {
      weigh.template write<A>(sum[v], out + x + v * W);
      sum[v] += line.template change<W>(x + v * W);
    }
  for (; x < n; x += W) {
    const int64_t at = most(least(x, n - W), 0);
    weigh.template write<A>(line.whole(at), out + at);
  }
}

// Windows along a row: short ones each by itself, long ones by moving on `few` samples.
template <class A, class C, class O>
IW_APART void windows_along(const SumRow<A, C>& line, int64_t few, bool each, int64_t n,
                            const Weigh& weigh, O* out) {
  constexpr int W = kLanes<A>;
  if (each) return each_window(line, n, weigh, out);
  if (few == W && line.inner == 3) return move_three_on(line, n, weigh, out);
  pick_power<W>(few, [&](auto number) { move_on<number.value>(line, n, weigh, out); });
}

}  // namespace
