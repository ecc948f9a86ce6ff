// Where a border finds the samples that lie outside the data.
#pragma once

#include "job.hpp"
#include "vec.hpp"

namespace {

using iw::Axis;
using iw::Border;

// Where position i of an axis of n samples is found; -1 when nothing is there. The first copy of
// the data beyond each end is what kernels nearly always meet: it is found without a division.
IW_INLINE int64_t fold(int64_t i, int64_t n, Border border) {
  if (i >= 0 && i < n) return i;
  int64_t period, r;
  switch (border) {
    case Border::nearest:
      return i < 0 ? 0 : n - 1;
    case Border::wrap:
      r = i < 0 ? i + n : i - n;
      if (r >= 0 && r < n) return r;
      r = i % n;
      return r < 0 ? r + n : r;
    case Border::symmetric:
      r = i < 0 ? -1 - i : 2 * n - 1 - i;
      if (r >= 0 && r < n) return r;
      period = 2 * n;
      r = i % period;
      if (r < 0) r += period;
      return r < n ? r : period - 1 - r;
    case Border::mirror:
      r = i < 0 ? -i : 2 * n - 2 - i;
      if (r >= 0 && r < n) return r;
      if (n == 1) return 0;
      period = 2 * n - 2;
      r = i % period;
      if (r < 0) r += period;
      return r < n ? r : period - r;
    default:
      return -1;
  }
}

}  // namespace
