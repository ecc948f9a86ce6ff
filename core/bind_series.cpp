// The binding of series: rational kernels as filters, and the exact likelihood of their models.
#include <nanobind/nanobind.h>

#include "buffers.hpp"
#include "dispatch.hpp"
#include "pool.hpp"
#include "unlocked.hpp"

namespace nb = nanobind;
using namespace iw;

namespace {

const Kernels* kernels;

using Ints = std::vector<int64_t>;

// Lags and taps, copied: they are checked and used although somebody else may change them.
struct Taps {
  Ints ar_lag, ma_lag;
  std::vector<double> ar, ma;

  Taps(nb::handle ar_lag_, nb::handle ar_, nb::handle ma_lag_, nb::handle ma_, size_t planes)
      : ar_lag(lags(ar_lag_)),
        ma_lag(lags(ma_lag_)),
        ar(Plain<const double>(ar_, "ar").copied()),
        ma(Plain<const double>(ma_, "ma").copied()) {
    if (ar.size() != planes * ar_lag.size() || ma.size() != planes * ma_lag.size())
      refuse("taps: sizes differ");
  }

  static Ints lags(nb::handle from) {
    Ints lags = Plain<const int64_t>(from, "lags").copied();
    int64_t before = 0;
    for (int64_t lag : lags) {
      if (lag <= before || lag > kLongest) refuse("lags: must rise from 1");
      before = lag;
    }
    return lags;
  }

  void show(Arma& arma) const {
    arma.ar_count = int64_t(ar_lag.size());
    arma.ma_count = int64_t(ma_lag.size());
    arma.ar_lag = ar_lag.data();
    arma.ma_lag = ma_lag.data();
    arma.ar = ar.data();
    arma.ma = ma.data();
  }

  int64_t reach() const {
    return std::max(ar_lag.empty() ? 0 : ar_lag.back(), ma_lag.empty() ? 0 : ma_lag.back());
  }

  static constexpr int64_t kLongest = 1 << 24;
};

// `x` has columns x n numbers; `out` and `variance` a plane more for each derivative. `forecast`
// and `state` are empty, or take columns x ahead and 1 + 2 reach numbers.
bool innovations(nb::handle x_, nb::handle ar_lag, nb::handle ar, nb::handle ma_lag, nb::handle ma,
                 int derivatives, nb::handle out_, nb::handle variance_, nb::handle forecast_,
                 nb::handle state_, bool colour) {
  if (derivatives < 0 || derivatives > 1 << 12) refuse("derivatives: out of range");
  const size_t planes = size_t(derivatives) + 1;
  const Taps taps(ar_lag, ar, ma_lag, ma, planes);
  const Plain<const double> x(x_, "x");
  const Plain<double> out(out_, "out"), variance(variance_, "variance");
  const Plain<double> forecast(forecast_, "forecast"), state(state_, "state");
  if (x.ndim() != 2 || x.size() == 0) refuse("x: needs columns of samples");
  const size_t columns = x.shape(0), n = x.shape(1);
  if (out.size() != planes * x.size() || variance.size() != planes * n) refuse("out: sizes differ");
  if (forecast.size() % columns) refuse("forecast: sizes differ");
  if (forecast.size() && (derivatives || state.size() != size_t(1 + 2 * taps.reach())))
    refuse("state: a wrong size");
  Innovations job{};
  taps.show(job);
  job.derivatives = derivatives;
  job.n = int64_t(n);
  job.columns = int64_t(columns);
  job.ahead = int64_t(forecast.size() / columns);
  job.x = x.data();
  job.out = out.data();
  job.variance = variance.data();
  job.forecast = forecast.data();
  job.state = state.data();
  job.colour = colour;
  const Unlocked release;
  const bool stationary = kernels->innovations(job, services());
  trim_scratch();
  return stationary;
}

void forecast_variance(nb::handle state_, nb::handle ar_lag, nb::handle ar, nb::handle full_lag_,
                       nb::handle full_, nb::handle out_) {
  const Plain<const double> state(state_, "state");
  const Plain<const double> ar_taps(ar, "ar"), full(full_, "full");
  const Plain<double> out(out_, "out");
  const Ints lags = Taps::lags(ar_lag), full_lag = Taps::lags(full_lag_);
  if (state.size() % 2 == 0) refuse("state: a wrong size");
  Spread job{};
  job.r = int64_t(state.size() / 2);
  if (ar_taps.size() != lags.size() || full.size() != full_lag.size()) refuse("taps: sizes differ");
  if (!lags.empty() && lags.back() > job.r) refuse("taps: longer than the state");
  job.ar_count = int64_t(lags.size());
  job.ar_lag = lags.data();
  job.ar = ar_taps.data();
  job.full_count = int64_t(full_lag.size());
  job.full_lag = full_lag.data();
  job.full = full.data();
  job.state = state.data();
  job.ahead = int64_t(out.size());
  job.out = out.data();
  const Unlocked release;
  kernels->forecast_variance(job, services());
  trim_scratch();
}

void rational_filter(nb::handle x_, nb::handle ar_lag, nb::handle ar, nb::handle ma_lag,
                     nb::handle ma, nb::handle out_, int threads) {
  const Taps taps(ar_lag, ar, ma_lag, ma, 1);
  const Plain<const double> x(x_, "x");
  const Plain<double> out(out_, "out");
  check_threads(threads);
  if (x.ndim() != 2 || out.size() != x.size()) refuse("x: needs rows of samples");
  RationalFilter job{};
  taps.show(job);
  job.rows = int64_t(x.shape(0));
  job.n = int64_t(x.shape(1));
  job.x = x.data();
  job.y = out.data();
  job.threads = threads;
  const Unlocked release;
  kernels->rational_filter(job, services());
}

}  // namespace

void bind_series(nb::module_& m, const Kernels* chosen) {
  kernels = chosen;
  m.def("innovations", &innovations, nb::arg("x"), nb::arg("ar_lag"), nb::arg("ar"),
        nb::arg("ma_lag"), nb::arg("ma"), nb::arg("derivatives"), nb::arg("out"),
        nb::arg("variance"), nb::arg("forecast"), nb::arg("state"), nb::arg("colour"));
  m.def("forecast_variance", &forecast_variance, nb::arg("state"), nb::arg("ar_lag"), nb::arg("ar"),
        nb::arg("full_lag"), nb::arg("full"), nb::arg("out"));
  m.def("rational_filter", &rational_filter, nb::arg("x"), nb::arg("ar_lag"), nb::arg("ar"),
        nb::arg("ma_lag"), nb::arg("ma"), nb::arg("out"), nb::arg("threads"));
}
