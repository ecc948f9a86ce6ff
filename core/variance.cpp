// The variance of a stochastic convolution: sum_j p_j (x_j - m)^2 with m = sum_j p_j x_j, for each
// window.
//
// The mean of the squares less the square of the mean would be a convolution, but cancels: levels
// of 1e8 that differ by 1 leave nothing of it. Two passes over the window lose nothing, and a sum
// of squares is never negative.
#include "windows.hpp"

namespace {

class Variance : public Windows<double> {
 public:
  using Windows<double>::Windows;

  void tile(int64_t i) const {
    int64_t lo[kMaxDims], len[kMaxDims];
    grid.box(job, i, lo, len);
    const double* source = load(lo, len);
    double* results = space<double>(kResults, out_size);
    const int64_t count = len[last] * job.inner;
    Patience patience(services);
    for_each_row(lo, len, [&](int64_t from, int64_t to, int64_t) {
      for (int part = 0; part < chances.parts; part++)
        row(source + from, part, count, results + to, patience);
    });
    store(lo, len, results);
  }

 private:
  enum Slot { kResults = kFree };

  // Whole vectors: results and rows have slack, which is not kept from one row to the next.
  [[gnu::noinline]] void row(const double* source, int part, int64_t count, double* out,
                             Patience& patience) const {
    using V = Vec<double>;
    constexpr int W = kLanes<double>, N = 4;
    const Choice& c = chances.part[part];
    const int64_t* const offset = this->offset[part];
    const V scale = splat(c.scale);
    for (int64_t i = 0; i < count; i += N * W) {
      V mean[N] = {}, sum[N] = {};
      for (int64_t j = 0; j < c.taps; j++)
#pragma GCC unroll 4
        for (int v = 0; v < N; v++)
          mean[v] += splat(c.chance[j]) * ::load(source + offset[j] + i + v * W);
      for (int64_t j = 0; j < c.taps; j++)
#pragma GCC unroll 4
        for (int v = 0; v < N; v++) {
          const V off = ::load(source + offset[j] + i + v * W) - mean[v];
          sum[v] += splat(c.chance[j]) * off * off;
        }
#pragma GCC unroll 4
      for (int v = 0; v < N; v++) {
        const V old = part > 0 ? ::load(out + i + v * W) : V{};
        ::store(out + i + v * W, old + scale * scale * sum[v]);
      }
      patience.spend(N * W * c.taps);
    }
  }
};

}  // namespace

namespace iw::IW_LEVEL {

void variance(const Job& job, const Services& services, const Chances& chances) {
  run_tiles(Variance(job, services, chances), services, chances, job.threads);
}

}  // namespace iw::IW_LEVEL
