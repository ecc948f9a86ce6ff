// How unlike in size the samples of a tile are: whether a transform would drown some in others.
//
// A transform's rounding is spread evenly over its tile, at about epsilon of the mean size.
#pragma once

#include <math.h>

#include "finite.hpp"

namespace {

// The sizes of numbers: without their sign bits.
template <class T>
IW_INLINE Vec<T> size_of(Vec<T> v) {
  using Bits = Vec<typename BitsOf<T>::type>;
  return (Vec<T>)((Bits)v & ~(Bits)splat(T(-0.0)));
}

// How far the mean size of samples may exceed that of the smallest neighbourhood that is not zero:
// sums over quiet samples keep five digits of float32, nine of float64. Bytes never differ so much.
template <class T>
constexpr double kMostSpread = sizeof(T) == 4 ? 256 : 1 << 20;

// A neighbourhood of some zeros may be so much smaller. At an edge with zeros beyond it may hold
// one sample, and one of noise is often small.
constexpr int kPartly = 256;

// How far the largest sample may exceed the mean size where neighbourhoods are zero. Beyond, few
// samples are not, and small ones may hide in the neighbourhoods of large ones.
constexpr double kMostSparse = 128;

enum class Sizes { alike, unlike, sparse };

// How unlike in size the samples of a tile are, gathered row by row in neighbourhoods of twice
// eight.
template <class T>
struct Spread {
  Vec<T> largest = {}, smallest = splat(T(__builtin_inff())), zeros = {};
  Vec<T> group = {}, group_least = splat(T(__builtin_inff()));
  double squares = 0;
  int64_t count = 0;
  int gathered = 0;  // samples so far in each lane's neighbourhood

  void gather(Vec<T> v) {
    const Vec<T> size = size_of<T>(v);
    group = group < size ? size : group;
    group_least = size < group_least ? size : group_least;
    if (++gathered == 8) close();
  }

  // Neighbourhoods of eight of as many vectors as there are lanes.
  void gather_all(const Vec<T> (&v)[kLanes<T>]) {
    if constexpr (kLanes<T> % 8) {
#pragma GCC unroll 4
      for (int i = 0; i < kLanes<T>; i++) gather(v[i]);
    } else {
#pragma GCC unroll 2
      for (int i = 0; i < kLanes<T>; i += 8) {
        // By halves: one after the other they would wait for each other.
        Vec<T> size[8];
#pragma GCC unroll 8
        for (int j = 0; j < 8; j++) {
          size[j] = size_of<T>(v[i + j]);
          pin<T>(size[j]);
        }
        Vec<T> least[4];
#pragma GCC unroll 4
        for (int j = 0; j < 4; j++) {
          least[j] = size[j] < size[j + 4] ? size[j] : size[j + 4];
          size[j] = size[j] < size[j + 4] ? size[j + 4] : size[j];
        }
#pragma GCC unroll 2
        for (int half = 2; half > 0; half /= 2)
#pragma GCC unroll 2
          for (int j = 0; j < half; j++) {
            least[j] = least[j] < least[j + half] ? least[j] : least[j + half];
            size[j] = size[j] < size[j + half] ? size[j + half] : size[j];
          }
        take(size[0], least[0]);
      }
    }
  }

  // The sum of squares of `n` samples, lane by lane; whether it is finite.
  bool add(Vec<T> sum, int64_t n) {
    const T all = sum_of_lanes<T>(sum);
    squares += double(all);
    count += n;
    return is_finite(all);
  }

  // The largest and the smallest of one neighbourhood in each lane, joined with that of the lane at
  // the other end: where 'nearest' repeats a row, a lane holds one sample.
  void take(Vec<T> most, Vec<T> least) {
    const auto lanes = typename CountTo<kLanes<T>>::type{};
    const Vec<T> other = reversed<T>(most, lanes), other_least = reversed<T>(least, lanes);
    most = most < other ? other : most;
    least = other_least < least ? other_least : least;
    largest = largest < most ? most : largest;
    const Vec<T> absent = most == T(0) ? splat(T(1)) : Vec<T>{};
    zeros += absent;
    const Vec<T> scaled = least == T(0) ? most * T(kPartly) : most;
    const Vec<T> present = absent != T(0) ? splat(T(__builtin_inff())) : scaled;
    smallest = present < smallest ? present : smallest;
  }

  void close() {
    take(group, group_least);
    group = Vec<T>{};
    group_least = splat(T(__builtin_inff()));
    gathered = 0;
  }

  // Once all rows were seen. A last neighbourhood of few samples tells little, unless it is all
  // there is.
  void finish() {
    largest = largest < group ? group : largest;
    if (gathered >= 4 || (gathered && count < 8 * kLanes<T>)) close();
  }

  // Another part of the same tile, finished too.
  void join(const Spread& other) {
    largest = largest < other.largest ? other.largest : largest;
    smallest = other.smallest < smallest ? other.smallest : smallest;
    zeros += other.zeros;
    squares += other.squares;
    count += other.count;
  }

  Sizes sizes() const {
    double most = 0, least = HUGE_VAL, none = 0;
    for (int l = 0; l < kLanes<T>; l++) {
      most = double(largest[l]) > most ? double(largest[l]) : most;
      least = double(smallest[l]) < least ? double(smallest[l]) : least;
      none += double(zeros[l]);
    }
    if (most == 0) return Sizes::alike;
    const double mean = sqrt(squares / double(count));
    // Squares that overflow or vanish tell nothing: be careful.
    if (!(mean < HUGE_VAL) || mean < most * 1e-15) return Sizes::unlike;
    if (none > 0 && most > kMostSparse * mean) return Sizes::sparse;
    return mean > kMostSpread<T> * least ? Sizes::unlike : Sizes::alike;
  }
};

}  // namespace
