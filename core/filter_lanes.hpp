// Rows filtered by theta(B) / phi(B), or pieces of rows, side by side in the lanes of vectors: the
// recursion waits for itself at each sample, but eight rows wait together.
//
// Lanes travel in blocks: samples are turned into a panel, filtered there, and the results turned
// back. The last samples and results of a block move before the next, for the lags. Only taps that
// are there multiply, so that a NaN goes where the formula says and nowhere else.
#pragma once

#include "kernels.hpp"
#include "lanes.hpp"
#include "pick.hpp"
#include "stream.hpp"

namespace {

// What a lane filters: from `from` on, which may lie before the row, to find results begin .. end.
struct Lane {
  const double* x;  // of the row's first sample
  double* y;
  int64_t from, begin, end;
};

struct LaneFilter {
  static constexpr int kVectors = kVectorBytes == 64 ? 1 : 2;
  static constexpr int kLanesAtOnce = kVectors * kLanes<double>;
  static constexpr int kSteps = 4;                   // found together as far as they can be
  static constexpr int64_t kLeastBlock = 256;        // samples
  static constexpr int64_t kFarthest = 1 << 12;      // of the lags: panels lie in the cache
  static constexpr int64_t kBetweenLooks = 1 << 13;  // at signals, samples of each lane

  const iw::RationalFilter& job;
  const iw::Services& services;
  int64_t reach, block, near = 0;  // near: lags of phi shorter than kSteps
  int nearby = 0;                  // a bit for each of them
  bool past;                       // the caches

  LaneFilter(const iw::RationalFilter& j, const iw::Services& s, int64_t r)
      : job(j), services(s), reach(r), block(round_up(most(kLeastBlock, 4 * r), 8)) {
    while (near < job.ar_count && job.ar_lag[near] < kSteps)
      nearby |= 1 << (job.ar_lag[near++] - 1);
    past = job.rows * job.n * int64_t(sizeof(double)) >= kPastBytes;
  }

  // Samples of all lanes from `at` on: 0 outside of their rows.
  void load_panel(const Lane* lanes, int64_t at, int64_t count, double* panel) const {
    const double* rows[kLanesAtOnce];
    bool inside = true;
    for (int r = 0; r < kLanesAtOnce; r++) {
      const int64_t first = lanes[r].from + at;
      rows[r] = lanes[r].x + first;
      inside = inside && first >= 0 && first + count <= job.n;
    }
    const int64_t whole = inside ? count / kLanes<double> * kLanes<double> : 0;
    for (int r = 0; r < kLanesAtOnce; r += kLanes<double>)
      rows_to_lanes<double>(rows + r, whole, panel + r, kLanesAtOnce);
    for (int64_t t = whole; t < count; t++)
      for (int r = 0; r < kLanesAtOnce; r++) {
        const int64_t i = lanes[r].from + at + t;
        panel[t * kLanesAtOnce + r] = i < 0 || i >= job.n ? 0 : lanes[r].x[i];
      }
  }

  // Results of a panel to those rows that want them.
  void store_panel(const Lane* lanes, int64_t at, int64_t count, const double* panel,
                   double* space) const {
    const int64_t pitch = block + 8;  // rows above each other do not compete in the cache
    double* rows[kLanesAtOnce];
    for (int r = 0; r < kLanesAtOnce; r++) rows[r] = space + r * pitch;
    for (int r = 0; r < kLanesAtOnce; r += kLanes<double>)
      lanes_to_rows<double>(panel + r, kLanesAtOnce, count, rows + r);
    for (int r = 0; r < kLanesAtOnce; r++) {
      const int64_t first = lanes[r].from + at;
      const int64_t begin = most(lanes[r].begin, first), end = least(lanes[r].end, first + count);
      if (begin >= end) continue;
      if (past)
        stream_run<double>(lanes[r].y + begin, rows[r] + (begin - first), end - begin);
      else
        __builtin_memcpy(lanes[r].y + begin, rows[r] + (begin - first), size_t(end - begin) * 8);
    }
  }

  // Results 0 .. count of a panel, rounded up to steps; what the lags reach lies before them.
  template <int Nearby>
  void advance(const double* x, double* y, int64_t count) const {
    constexpr int L = kLanesAtOnce, W = kLanes<double>;
    double tap[kSteps] = {};  // of phi at its near lags
    for (int64_t i = 0; i < near; i++) tap[job.ar_lag[i]] = job.ar[i];
    for (int64_t t = 0; t < count; t += kSteps) {
      Vec<double> u[kSteps][kVectors];
      const auto add = [&](double by, const double* from) __attribute__((always_inline)) {
#pragma GCC unroll 4
        for (int s = 0; s < kSteps; s++)
#pragma GCC unroll 2
          for (int v = 0; v < kVectors; v++) u[s][v] += by * load(from + s * L + v * W);
      };
#pragma GCC unroll 4
      for (int s = 0; s < kSteps; s++)
#pragma GCC unroll 2
        for (int v = 0; v < kVectors; v++) u[s][v] = load(x + (t + s) * L + v * W);
      for (int64_t i = 0; i < job.ma_count; i++) add(job.ma[i], x + (t - job.ma_lag[i]) * L);
      for (int64_t i = near; i < job.ar_count; i++) add(job.ar[i], y + (t - job.ar_lag[i]) * L);
#pragma GCC unroll 4
      for (int s = 0; s < kSteps; s++)
#pragma GCC unroll 2
        for (int v = 0; v < kVectors; v++) {
          const auto before = [&](int lag) __attribute__((always_inline)) {
            return s >= lag ? u[s >= lag ? s - lag : 0][v] : load(y + (t + s - lag) * L + v * W);
          };
          if constexpr (Nearby & 4) u[s][v] += tap[3] * before(3);
          if constexpr (Nearby & 2) u[s][v] += tap[2] * before(2);
          if constexpr (Nearby & 1) u[s][v] += tap[1] * before(1);
          store(y + (t + s) * L + v * W, u[s][v]);
        }
    }
  }

  // All lanes, so many samples of each.
  void run(const Lane* lanes, int64_t samples) const {
    const int64_t before = reach * kLanesAtOnce, bytes = (before + block * kLanesAtOnce) * 8;
    double* const x = static_cast<double*>(services.scratch(0, bytes)) + before;
    double* const y = static_cast<double*>(services.scratch(1, bytes)) + before;
    double* const rows = static_cast<double*>(services.scratch(2, kLanesAtOnce * (block + 8) * 8));
    __builtin_memset(x - before, 0, size_t(before) * 8);
    __builtin_memset(y - before, 0, size_t(before) * 8);
    for (int64_t at = 0, look = kBetweenLooks; at < samples; at += block) {
      if (at >= look) services.check_interrupt(), look = at + kBetweenLooks;
      const int64_t count = least(block, samples - at);
      load_panel(lanes, at, count, x);
      pick<7>(nearby, [&](auto bits) __attribute__((always_inline)) {
        advance<decltype(bits)::value>(x, y, count);
      });
      store_panel(lanes, at, count, y, rows);
      __builtin_memmove(x - before, x + block * kLanesAtOnce - before, size_t(before) * 8);
      __builtin_memmove(y - before, y + block * kLanesAtOnce - before, size_t(before) * 8);
    }
    if (past) end_streams();
  }
};

}  // namespace
