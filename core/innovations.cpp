// Series whitened by the ARMA model phi(B) w = theta(B) e: one-step prediction errors and their
// variances, exact from the first sample on, by the fast Kalman filter.
//
// The gain K and the last change L of the state's covariance obey Schur's recursion (Morf, Sidhu
// and Kailath 1974; Pearlman 1980; Melard 1984, AS 197):
//
//   rho = L[0] / F,   F' = F - rho L[0],   K' = K - rho TL,   L' = TL - rho K,
//
// where T shifts the state and feeds its first entry back through phi. A step costs as many
// operations as the longest lag, not its square; when L is nothing beside F, the filter is the
// kernel phi / theta itself and only its few taps are left.
//
// Numbers may carry derivatives along: the same code then differentiates the likelihood exactly.
#include "kernels.hpp"
#include "vec.hpp"

namespace {

using iw::Innovations;
using iw::Services;

// A number and its derivatives in N directions.
template <int N>
struct Dual {
  typedef double Lanes __attribute__((vector_size(8 * N)));
  Lanes d;
  double v;
};

IW_INLINE double value(double a) { return a; }
template <int N>
IW_INLINE double value(const Dual<N>& a) {
  return a.v;
}

// Largest of the derivatives, the number itself included.
IW_INLINE double magnitude(double a) { return __builtin_fabs(a); }
template <int N>
IW_INLINE double magnitude(const Dual<N>& a) {
  double largest = __builtin_fabs(a.v);
  for (int i = 0; i < N; i++)
    if (__builtin_fabs(a.d[i]) > largest) largest = __builtin_fabs(a.d[i]);
  return largest;
}

IW_INLINE void add_product(double& to, double a, double b) { to += a * b; }
IW_INLINE void take_product(double& to, double a, double b) { to -= a * b; }
template <int N>
IW_INLINE void add_product(Dual<N>& to, const Dual<N>& a, const Dual<N>& b) {
  to.d += a.v * b.d + b.v * a.d;
  to.v += a.v * b.v;
}
template <int N>
IW_INLINE void take_product(Dual<N>& to, const Dual<N>& a, const Dual<N>& b) {
  to.d -= a.v * b.d + b.v * a.d;
  to.v -= a.v * b.v;
}
IW_INLINE void divide(double& a, double b) { a /= b; }
template <int N>
IW_INLINE void divide(Dual<N>& a, const Dual<N>& b) {
  a.v /= b.v;
  a.d = (a.d - a.v * b.d) / b.v;
}

IW_INLINE void set(double& to, double x) { to = x; }
template <int N>
IW_INLINE void set(Dual<N>& to, double x) {
  to.v = x;
}
IW_INLINE void add(double& to, double x) { to += x; }
template <int N>
IW_INLINE void add(Dual<N>& to, const Dual<N>& x) {
  to.v += x.v;
  to.d += x.d;
}
IW_INLINE void subtract_from(double& a, double x) { a = x - a; }
template <int N>
IW_INLINE void subtract_from(Dual<N>& a, double x) {
  a.v = x - a.v;
  a.d = -a.d;
}
IW_INLINE double root_of(double a) { return __builtin_sqrt(a); }
template <int N>
IW_INLINE Dual<N> root_of(const Dual<N>& a) {
  Dual<N> root;
  root.v = __builtin_sqrt(a.v);
  root.d = a.d * (0.5 / root.v);
  return root;
}

// Numbers and their derivatives as the caller keeps them: plane after plane.
IW_INLINE void read(double& to, const double* from, int64_t, int, int) { to = *from; }
template <int N>
IW_INLINE void read(Dual<N>& to, const double* from, int64_t plane, int first, int count) {
  to.v = *from;
  for (int i = 0; i < N; i++) to.d[i] = i < count ? from[(1 + first + i) * plane] : 0;
}
IW_INLINE void write(double a, double* to, int64_t, int, int) { *to = a; }
template <int N>
IW_INLINE void write(const Dual<N>& a, double* to, int64_t plane, int first, int count) {
  *to = a.v;
  for (int i = 0; i < count; i++) to[(1 + first + i) * plane] = a.d[i];
}

template <class S>
struct Run {
  const Innovations& job;
  const Services& services;
  const int first, count;  // derivatives of this run
  int64_t p, q, r;
  S* phi;    // at the lags of `job`
  S* theta;  // likewise

  S* space(int slot, int64_t n) const {
    S* made = static_cast<S*>(services.scratch(slot, (n + 1) * int64_t(sizeof(S))));
    __builtin_memset(made, 0, size_t(n + 1) * sizeof(S));
    return made;
  }

  Run(const Innovations& j, const Services& s, int f, int c)
      : job(j), services(s), first(f), count(c) {
    p = job.ar_count ? job.ar_lag[job.ar_count - 1] : 0;
    q = job.ma_count ? job.ma_lag[job.ma_count - 1] : 0;
    r = most(p, q);
    phi = space(0, job.ar_count + job.ma_count);
    theta = phi + job.ar_count;
    for (int64_t i = 0; i < job.ar_count; i++) read(phi[i], job.ar + i, job.ar_count, first, count);
    for (int64_t i = 0; i < job.ma_count; i++)
      read(theta[i], job.ma + i, job.ma_count, first, count);
  }

  // Autocovariances 0 .. lags-1 of 1 / phi: down to the partial correlations and up again
  // (Levinson and Durbin). False where phi has a root inside or on the unit circle.
  bool autocovariances(S* gamma, int64_t lags) const {
    S* const a = space(2, 2 * p + 2);
    S* const k = a + p + 1;
    for (int64_t i = 0; i < job.ar_count; i++) a[job.ar_lag[i]] = phi[i];
    S one{}, variance{};
    set(one, 1), set(variance, 1);
    for (int64_t m = p; m >= 1; m--) {
      k[m] = a[m];
      if (!(value(k[m]) * value(k[m]) < 1)) return false;
      S rest = one;
      take_product(rest, k[m], k[m]);
      divide(variance, rest);
      for (int64_t i = 1; i <= m / 2; i++) {
        S low = a[i], high = a[m - i];
        add_product(low, k[m], a[m - i]);
        add_product(high, k[m], a[i]);
        divide(low, rest), divide(high, rest);
        a[i] = low, a[m - i] = high;
      }
      if (!(m & 127)) services.check_interrupt();
    }
    gamma[0] = variance;
    S left = variance;  // variance of prediction from m samples
    for (int64_t m = 1; m <= least(p, lags - 1); m++) {
      gamma[m] = S{};
      add_product(gamma[m], k[m], left);
      for (int64_t i = 1; i < m; i++) add_product(gamma[m], a[i], gamma[m - i]);
      for (int64_t i = 1; i <= (m - 1) / 2; i++) {
        const S low = a[i], high = a[m - i];
        take_product(a[i], k[m], high);
        take_product(a[m - i], k[m], low);
      }
      if (m > 1 && m % 2 == 0) {
        const S middle = a[m / 2];
        take_product(a[m / 2], k[m], middle);
      }
      a[m] = k[m];
      S rest = one;
      take_product(rest, k[m], k[m]);
      S next{};
      add_product(next, left, rest);
      left = next;
      if (!(m & 127)) services.check_interrupt();
    }
    for (int64_t m = p + 1; m < lags; m++) {
      gamma[m] = S{};
      for (int64_t i = 0; i < job.ar_count; i++)
        add_product(gamma[m], phi[i], gamma[m - job.ar_lag[i]]);
    }
    return true;
  }

  // F and K before the first sample: K[i] = sum over lags beyond i of phi gamma + theta psi.
  bool start(S& variance, S* gain) const {
    const int64_t lags = most(p, 1);
    S* const plain = space(1, lags + q + 1);
    if (!autocovariances(plain, lags + q)) return false;
    S* const gamma = space(2, lags + q + 1);
    S* const psi = gamma + lags;
    S one{};
    set(one, 1);
    for (int64_t i = -1; i < job.ma_count; i++)
      for (int64_t j = -1; j < job.ma_count; j++) {
        const S &a = i < 0 ? one : theta[i], &b = j < 0 ? one : theta[j];
        S product{};
        add_product(product, a, b);
        const int64_t shift = (i < 0 ? 0 : job.ma_lag[i]) - (j < 0 ? 0 : job.ma_lag[j]);
        for (int64_t m = 0; m < lags; m++) {
          const int64_t at = m + shift;
          add_product(gamma[m], product, plain[at < 0 ? -at : at]);
        }
      }
    variance = gamma[0];
    if (q) psi[0] = one;
    for (int64_t j = 0; j < job.ma_count; j++)
      if (job.ma_lag[j] < q) psi[job.ma_lag[j]] = theta[j];
    for (int64_t m = 1; m < q; m++)
      for (int64_t i = 0; i < job.ar_count && job.ar_lag[i] <= m; i++)
        add_product(psi[m], phi[i], psi[m - job.ar_lag[i]]);
    for (int64_t i = 0; i < job.ar_count; i++)
      for (int64_t m = 0; m < job.ar_lag[i]; m++)
        add_product(gain[m], phi[i], gamma[job.ar_lag[i] - 1 - m]);
    for (int64_t j = 0; j < job.ma_count; j++)
      for (int64_t m = 0; m < job.ma_lag[j]; m++)
        add_product(gain[m], theta[j], psi[job.ma_lag[j] - 1 - m]);
    return true;
  }

  // One step of F, K and L, whose shift is left to the caller's pointer.
  void step(S& variance, S* __restrict gain, S* __restrict change) const {
    S rho = change[0];
    divide(rho, variance);
    take_product(variance, rho, change[0]);
    for (int64_t i = 0; i < job.ar_count; i++)
      add_product(change[job.ar_lag[i]], phi[i], change[0]);
    for (int64_t i = 0; i < r; i++) {
      const S shifted = change[i + 1], before = gain[i];
      take_product(gain[i], rho, shifted);
      take_product(change[i + 1], rho, before);
    }
  }

  bool vanished(const S& variance, const S* change) const {
    double largest = 0;
    for (int64_t i = 0; i < r; i++) {
      const double size = magnitude(change[i]);
      if (!(size <= largest)) largest = size;
    }
    return largest < 1e-17 * value(variance);
  }

  // Errors of one series at one sample, and what they and the sample mean for the next ones.
  void take(int64_t c, int64_t t, const S& inverse, const S& root, const S* __restrict gain,
            S* __restrict state, bool sparse) const {
    const S predicted = state[0];
    S error = predicted, white{}, sample{};
    const double x = job.x[c * job.n + t];
    if (job.colour) {
      set(white, x);
      error = S{};
      add_product(error, white, root);
      sample = predicted;
      add(sample, error);
    } else {
      subtract_from(error, x);
      white = error;
      divide(white, root);
      set(sample, x);
    }
    write(job.colour ? sample : white, job.out + c * job.n + t, job.columns * job.n, first, count);
    S* const next = state + 1;
    if (sparse) {
      for (int64_t i = 0; i < job.ma_count; i++)
        add_product(next[job.ma_lag[i] - 1], theta[i], error);
      for (int64_t i = 0; i < job.ar_count; i++)
        add_product(next[job.ar_lag[i] - 1], phi[i], sample);
      return;
    }
    S scaled{};
    add_product(scaled, error, inverse);
    for (int64_t i = 0; i < r; i++) add_product(next[i], gain[i], scaled);
    for (int64_t i = 0; i < job.ar_count; i++)
      add_product(next[job.ar_lag[i] - 1], phi[i], predicted);
  }

  // False where the model is not stationary.
  bool run() const {
    const int64_t n = job.n, span = n + job.ahead + r + 1;
    S* gain = space(3, r);
    S* change = space(4, span);
    S variance{};
    if (!start(variance, gain)) return false;
    for (int64_t i = 0; i < r; i++) change[i] = gain[i];
    S* const states = space(5, span * job.columns);
    // Columns say nothing before their first sample that is not 0: that of a gap's impulse.
    int64_t* const begins = static_cast<int64_t*>(services.scratch(6, job.columns * 8));
    for (int64_t c = 0; c < job.columns; c++) {
      begins[c] = 0;
      while (begins[c] < n && job.x[c * n + begins[c]] == 0) begins[c]++;
    }
    S one{};
    set(one, 1);
    bool moving = r > 0, sparse = r == 0;
    for (int64_t t = 0; t < n; t++) {
      S inverse = one;
      divide(inverse, variance);
      const S root = root_of(variance);
      write(variance, job.variance + t, n, first, count);
      for (int64_t c = 0; c < job.columns; c++)
        if (t < begins[c])
          write(S{}, job.out + c * n + t, job.columns * n, first, count);
        else
          take(c, t, inverse, root, gain, states + c * span + t, sparse);
      if (moving) {
        step(variance, gain, change++);
        // Errors are never smaller than those given all of the past: here digits were lost.
        if (!(value(variance) > 1 - 1e-6)) return false;
        if (t % 16 == 15 && vanished(variance, change)) {
          moving = false;
          sparse = __builtin_fabs(value(variance) - 1) < 1e-13;
        }
      }
      if (!(t & 255)) services.check_interrupt();
    }
    if (job.ahead) {
      forecast(states, span);
      keep(variance, gain, change, moving);
    }
    return true;
  }

  // Errors are 0 from now on.
  void forecast(S* states, int64_t span) const {
    for (int64_t c = 0; c < job.columns; c++)
      for (int64_t t = 0; t < job.ahead; t++) {
        S* const state = states + c * span + job.n + t;
        job.forecast[c * job.ahead + t] = value(state[0]);
        for (int64_t i = 0; i < job.ar_count; i++)
          add_product(state[job.ar_lag[i]], phi[i], state[0]);
      }
  }

  void keep(const S& variance, const S* gain, const S* change, bool moving) const {
    job.state[0] = value(variance);
    for (int64_t i = 0; i < r; i++) {
      job.state[1 + i] = value(gain[i]);
      job.state[1 + r + i] = moving ? value(change[i]) : 0;
    }
  }
};

}  // namespace

namespace iw::IW_LEVEL {

bool innovations(const Innovations& job, const Services& services) {
  if (!job.derivatives) return Run<double>(job, services, 0, 0).run();
  for (int done = 0; done < job.derivatives;) {
    const int left = job.derivatives - done;
    if (left <= 2) {
      if (!Run<Dual<2>>(job, services, done, left).run()) return false;
      done += 2;
    } else if (left <= 4) {
      if (!Run<Dual<4>>(job, services, done, left).run()) return false;
      done += 4;
    } else {
      if (!Run<Dual<8>>(job, services, done, left < 8 ? left : 8).run()) return false;
      done += 8;
    }
  }
  return true;
}

// Variances of forecasts of the series that `full`, the model's phi times differences, makes:
// each coming error, with the gain of its time, through 1 / full.
void forecast_variance(const Spread& job, const Services& services) {
  const int64_t r = job.r, h = job.ahead;
  auto space = [&](int slot, int64_t n) {
    return static_cast<double*>(services.scratch(slot, (n + 1) * 8));
  };
  double* const gain = space(0, r);
  double* change = space(1, r + h + 1);
  double* const response = space(2, h);
  double variance = job.state[0];
  for (int64_t i = 0; i < r; i++) gain[i] = job.state[1 + i], change[i] = job.state[1 + r + i];
  for (int64_t i = r; i < r + h + 1; i++) change[i] = 0;
  for (int64_t i = 0; i < h; i++) job.out[i] = 0;
  bool fresh = true;
  for (int64_t j = 0; j < h; j++) {
    if (fresh) {
      response[0] = 1;
      for (int64_t i = 1; i < h - j; i++) response[i] = i <= r ? gain[i - 1] / variance : 0;
      for (int64_t i = 0; i < job.ar_count; i++)
        if (job.ar_lag[i] < h - j) response[job.ar_lag[i]] -= job.ar[i];
      for (int64_t i = 1; i < h - j; i++)
        for (int64_t k = 0; k < job.full_count && job.full_lag[k] <= i; k++)
          response[i] += job.full[k] * response[i - job.full_lag[k]];
    }
    for (int64_t i = 0; i < h - j; i++) job.out[j + i] += variance * response[i] * response[i];
    double largest = 0;
    for (int64_t i = 0; i < r; i++)
      if (__builtin_fabs(change[i]) > largest) largest = __builtin_fabs(change[i]);
    fresh = largest > 1e-17 * variance;
    if (fresh) {
      const double rho = change[0] / variance;
      variance -= rho * change[0];
      for (int64_t i = 0; i < job.ar_count; i++) change[job.ar_lag[i]] += job.ar[i] * change[0];
      for (int64_t i = 0; i < r; i++) {
        const double shifted = change[i + 1], before = gain[i];
        gain[i] -= rho * shifted;
        change[i + 1] -= rho * before;
      }
      change++;
    }
    services.check_interrupt();
  }
}

}  // namespace iw::IW_LEVEL
