// One row filtered by theta(B) / phi(B), eight results at once. What theta and phi's long lags say
// of them is known beforehand, u; phi's short lags, which tie them to each other, have an answer of
// their own:
//
//   y[t .. t+7] = H u + G (y[t-1], y[t-2], ...),
//
// with the response of 1 / phi in the columns of H, and what each earlier result leaves behind in
// those of G. So a recursion waits for itself once in eight samples.
#pragma once

#include "kernels.hpp"
#include "vec.hpp"

namespace {

using iw::RationalFilter;
using iw::Services;

constexpr int W = 8;
constexpr int64_t kBetween = 1 << 16;  // samples between two looks at signals
typedef double V __attribute__((vector_size(8 * W)));

IW_INLINE V load8(const double* p) {
  V v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

struct RowFilter {
  const RationalFilter& job;
  const Services& services;
  int64_t reach = 0;  // the longest lag
  int64_t near = 0;   // lags of phi shorter than W
  int last = 0;       // the longest of them
  V h[W], g[W];       // g[j]: of y[t - 1 - j]

  RowFilter(const RationalFilter& j, const Services& s) : job(j), services(s) {
    if (job.ma_count) reach = job.ma_lag[job.ma_count - 1];
    if (job.ar_count) reach = most(reach, job.ar_lag[job.ar_count - 1]);
    while (near < job.ar_count && job.ar_lag[near] < W) last = int(job.ar_lag[near++]);
    double response[W] = {1};
    for (int t = 1; t < W; t++)
      for (int64_t i = 0; i < near && job.ar_lag[i] <= t; i++)
        response[t] += job.ar[i] * response[t - job.ar_lag[i]];
    for (int c = 0; c < W; c++)
      for (int t = 0; t < W; t++) h[c][t] = t < c ? 0 : response[t - c];
    for (int j = 0; j < W; j++) {
      g[j] = V{};
      for (int64_t i = 0; i < near; i++)
        for (int t = 0; t < W; t++) {
          const int64_t at = job.ar_lag[i] - 1 - j;  // y[t-1-j] reaches the result at `at`
          if (at >= 0 && at <= t) g[j][t] += job.ar[i] * response[t - at];
        }
    }
  }

  double one(const double* x, const double* y, int64_t t) const {
    double sum = x[t];
    for (int64_t i = 0; i < job.ma_count && job.ma_lag[i] <= t; i++)
      sum += job.ma[i] * x[t - job.ma_lag[i]];
    for (int64_t i = 0; i < job.ar_count && job.ar_lag[i] <= t; i++)
      sum += job.ar[i] * y[t - job.ar_lag[i]];
    return sum;
  }

  template <int Last>
  int64_t blocks(const double* x, double* y, int64_t t, int64_t n) const {
    V hh[W], gg[Last + 1];
    for (int c = 0; c < W; c++) hh[c] = h[c];
    for (int j = 0; j < Last; j++) gg[j] = g[j];
    const auto solve = [&](const V& u, const double* before) __attribute__((always_inline)) {
      if constexpr (Last == 0) return u;
      V even = u[0] * hh[0], odd = u[1] * hh[1];
#pragma GCC unroll 8
      for (int c = 2; c < W; c += 2) even += u[c] * hh[c], odd += u[c + 1] * hh[c + 1];
      V result = even + odd;
#pragma GCC unroll 8
      for (int j = Last - 1; j >= 0; j--) result += before[-1 - j] * gg[j];
      return result;
    };
    for (; t + W <= n; t += W) {
      V u = load8(x + t);
      for (int64_t i = 0; i < job.ma_count; i++) u += job.ma[i] * load8(x + t - job.ma_lag[i]);
      for (int64_t i = near; i < job.ar_count; i++) u += job.ar[i] * load8(y + t - job.ar_lag[i]);
      V result = solve(u, y + t);
      const V none = result - result;  // not 0 where one is NaN or infinite
      double sum = 0;
#pragma GCC unroll 8
      for (int i = 0; i < W; i++) sum += none[i];
      if (__builtin_expect(sum != 0, 0)) {
        // Zeros of H times NaN would reach back: results before the first keep every bit.
        int first = 0;
        while (first < W && u[first] - u[first] == 0) first++;
        for (int i = first; i < W; i++) u[i] = 0;
        result = solve(u, y + t);
        __builtin_memcpy(y + t, &result, sizeof result);
        for (int i = 0; i < W; i++)
          if (i >= first || result[i] - result[i] != 0) y[t + i] = one(x, y, t + i);
        continue;
      }
      __builtin_memcpy(y + t, &result, sizeof result);
    }
    return t;
  }

  int64_t some_blocks(const double* x, double* y, int64_t t, int64_t n) const {
    switch (last) {
      case 0:
        return blocks<0>(x, y, t, n);
      case 1:
        return blocks<1>(x, y, t, n);
      case 2:
        return blocks<2>(x, y, t, n);
      case 3:
        return blocks<3>(x, y, t, n);
      default:
        return blocks<W - 1>(x, y, t, n);
    }
  }

  // Results `begin` to `end` of a row, those before them being there.
  void some(const double* x, double* y, int64_t begin, int64_t end) const {
    int64_t t = begin;
    const int64_t start = most(reach, W);
    for (; t < least(start, end); t++) y[t] = one(x, y, t);
    while (t + W <= end) {
      t = some_blocks(x, y, t, least(end, t + kBetween));
      services.check_interrupt();
    }
    for (; t < end; t++) y[t] = one(x, y, t);
  }
};

}  // namespace
