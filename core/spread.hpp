// How unlike in size the samples of a tile are: whether a transform would drown some in others.
#pragma once

#include <math.h>

#include "finite.hpp"

namespace {

// How far the mean size of samples may exceed that of the smallest neighbourhood, and the largest
// sample the mean when some neighbourhoods are zero, before a tile goes the careful way.
constexpr double kMostSpread = 128;

// How unlike in size the samples of a tile are, gathered row by row in neighbourhoods of eight.
template <class T>
struct Spread {
  Vec<T> largest = {}, smallest = splat(T(__builtin_inff())), zeros = {}, group = {};
  double squares = 0;
  int64_t count = 0;
  int gathered = 0;  // samples so far in each lane's neighbourhood

  void gather(Vec<T> v) {
    const Vec<T> size = v < -v ? -v : v;
    group = group < size ? size : group;
    if (++gathered == 8) close();
  }

  // N vectors, as `gather` would one after the other.
  template <int N>
  void gather_all(const Vec<T> (&v)[N]) {
    if (N % 8 || gathered) {
      for (int i = 0; i < N; i++) gather(v[i]);
      return;
    }
    for (int i = 0; i < N; i += 8) {
#pragma GCC unroll 8
      for (int j = i; j < i + 8; j++) {
        const Vec<T> size = v[j] < -v[j] ? -v[j] : v[j];
        group = group < size ? size : group;
      }
      close();
    }
  }

  // The sum of squares of `n` samples, lane by lane; whether it is finite.
  bool add(Vec<T> sum, int64_t n) {
    const T all = sum_of_lanes<T>(sum);
    squares += double(all);
    count += n;
    return is_finite(all);
  }

  void close() {
    largest = largest < group ? group : largest;
    const Vec<T> absent = group == T(0) ? splat(T(1)) : Vec<T>{};
    zeros += absent;
    const Vec<T> present = absent != T(0) ? splat(T(__builtin_inff())) : group;
    smallest = present < smallest ? present : smallest;
    group = Vec<T>{};
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

  bool wide() const {
    double most = 0, least = HUGE_VAL, none = 0;
    for (int l = 0; l < kLanes<T>; l++) {
      most = double(largest[l]) > most ? double(largest[l]) : most;
      least = double(smallest[l]) < least ? double(smallest[l]) : least;
      none += double(zeros[l]);
    }
    if (most == 0) return false;
    const double mean = sqrt(squares / double(count));
    // Squares that overflow or vanish tell nothing: be careful.
    if (!(mean < HUGE_VAL) || mean < most * 1e-15) return true;
    return mean > kMostSpread * least || (none > 0 && most > kMostSpread * mean);
  }
};

}  // namespace
