// How unlike in size the samples of a tile are: whether a transform would drown some in others.
#pragma once

#include <math.h>

#include "vec.hpp"

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

  void see(const T* row, int64_t n) {
    constexpr int W = kLanes<T>;
    Vec<T> sum = {};
    int64_t i = 0;
    for (; i + W <= n; i += W) {
      const Vec<T> v = load(row + i);
      gather(v);
      sum += v * v;
    }
    for (int l = 0; l < W; l++) squares += double(sum[l]);
    if (i < n) {  // the row's end: the last samples once more, so that every lane holds one
      Vec<T> v;
      for (int l = 0; l < W; l++) v[l] = row[n - 1 - l < 0 ? 0 : n - 1 - l];
      gather(v);
    }
    for (; i < n; i++) squares += double(row[i]) * double(row[i]);
    count += n;
  }

  void gather(Vec<T> v) {
    const Vec<T> size = v < -v ? -v : v;
    group = group < size ? size : group;
    if (++gathered == 8) close();
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

  // Ask once all rows were seen.
  bool wide() {
    // A last neighbourhood of few samples tells little, unless it is all there is.
    largest = largest < group ? group : largest;
    if (gathered >= 4 || count < 8 * kLanes<T>) close();
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
