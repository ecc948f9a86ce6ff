// Binomial numbers: how many of n things go one way when each goes there with chance p.
//
// Exact in double precision for n up to 2^53. Few expected: the sum of chances is followed until it
// passes a random number (inversion). Many: Hörmann's transformed rejection, "The generation of
// binomial random variates", J. Stat. Comput. Simul. 46 (1993), algorithm BTRS. Chances are
// compared as Loader computes them, "Fast and accurate computation of binomial probabilities"
// (2000): the logarithms of factorials of 1e9 would cancel, deviances do not.
#pragma once

#include <math.h>

namespace {

// log(n!) less Stirling's formula for it.
inline double stirling_error(double n) {
  static constexpr double factorial[] = {1, 1, 2, 6, 24, 120, 720, 5040, 40320, 362880};
  constexpr double half_log_two_pi = 0.91893853320467274178;
  if (n < 0.5) return 0;  // never asked
  if (n < 9.5) return log(factorial[int(n)]) - (n + 0.5) * log(n) + n - half_log_two_pi;
  const double s = 1 / (n * n);
  return (1. / 12 - s * (1. / 360 - s * (1. / 1260 - s * (1. / 1680 - s / 1188)))) / n;
}

// x log(x / mean) + mean - x, without cancellation.
inline double deviance(double x, double mean) {
  const double off = x - mean;
  if (fabs(off) >= 0.1 * (x + mean)) return x * log(x / mean) - off;
  const double v = off / (x + mean), square = v * v;
  double sum = off * v, term = 2 * x * v;
  for (int j = 3;; j += 2) {
    term *= square;
    const double next = sum + term / j;
    if (next == sum) return sum;
    sum = next;
  }
}

// The logarithm of the chance that k of n go there, less a term without k.
inline double log_chance(double k, double n, double p) {
  if (k == 0) return n * log1p(-p) - stirling_error(n) - 0.5 * log(n / (2 * M_PI));
  if (k == n) return n * log(p) - stirling_error(n) - 0.5 * log(n / (2 * M_PI));
  return -stirling_error(k) - stirling_error(n - k) - deviance(k, n * p) -
         deviance(n - k, n * (1 - p)) - 0.5 * log(k) - 0.5 * log(n - k);
}

template <class Uniform>
int64_t binomial_by_inversion(double n, double p, Uniform& uniform) {
  const double odds = p / (1 - p), none = exp(n * log1p(-p));
  for (;;) {
    double u = uniform(), chance = none;
    // With at most ten expected, more than 200 are the rounding of a number next to 1.
    for (double k = 0; k <= n && k < 200; k++) {
      if (u <= chance) return int64_t(k);
      u -= chance;
      chance *= (n - k) / (k + 1) * odds;
    }
  }
}

// For p up to 1/2 and at least ten expected.
template <class Uniform>
int64_t binomial_by_rejection(double n, double p, Uniform& uniform) {
  const double sd = sqrt(n * p * (1 - p)), b = 1.15 + 2.53 * sd;
  const double a = -0.0873 + 0.0248 * b + 0.01 * p, centre = n * p + 0.5;
  const double sure = 0.92 - 4.2 / b, alpha = (2.83 + 5.1 / b) * sd;
  const double most = log_chance(floor((n + 1) * p), n, p);
  for (;;) {
    const double u = uniform() - 0.5, v = uniform(), rest = 0.5 - fabs(u);
    const double k = floor((2 * a / rest + b) * u + centre);
    if (rest >= 0.07 && v <= sure) return int64_t(k);
    if (k < 0 || k > n) continue;
    if (log(v * alpha / (a / (rest * rest) + b)) <= log_chance(k, n, p) - most) return int64_t(k);
  }
}

template <class Uniform>
int64_t binomial(int64_t n, double p, Uniform& uniform) {
  if (p >= 1) return n;
  if (p <= 0 || n == 0) return 0;
  if (p > 0.5) return n - binomial(n, 1 - p, uniform);
  return double(n) * p < 10 ? binomial_by_inversion(double(n), p, uniform)
                            : binomial_by_rejection(double(n), p, uniform);
}

}  // namespace
