// Tiles whose samples differ much in size, in float64. Where few are not zero, each adds its
// kernel to the sums. Others are sorted by size into bands that are transformed one at a time, each
// added only to outputs whose window meets the band.
#pragma once

#include "filled.hpp"
#include "sides.hpp"

namespace {

// Samples of one band differ by less than this factor; more bands than this are not told apart.
constexpr double kBand = 1 << 20;
constexpr int kMostBands = 200;

// Multiply-adds for each number of a tile that take less time than bands do.
constexpr int64_t kFewForEach = 32;

// Mark every position whose window (itself and the reach - 1 after it) holds a mark.
void widen_marks(uint8_t* marks, int64_t outer, int64_t n, int64_t gap, int64_t reach) {
  for (int64_t o = 0; o < outer; o++)
    for (int64_t g = 0; g < gap; g++) {
      uint8_t* p = marks + o * n * gap + g;
      int64_t next = n + reach;
      for (int64_t i = n - 1; i >= 0; i--) {
        if (p[i * gap]) next = i;
        p[i * gap] = next - i < reach;
      }
    }
}

struct Careful : Sides {
  const Filled<double> tile;
  const int64_t width, size;  // numbers of a row of a plane, and of the plane
  const int planes;           // real data go one side at a time, so that the other does not matter

  Careful(const Job* j, bool is_complex, const iw::Services& s, const Spectrum& wide)
      : Sides(j, is_complex, wide),
        tile(wide.tiles<double>(), row_count(), row_samples(), j[0].threads, s),
        width(wide.tile[last]),
        size(row_count() * width),
        planes(is_complex ? 2 : 1) {}

  // Transform i of a group's samples for its k-th kernel.
  void convolve(int64_t i, int64_t group, int64_t k) const {
    Job own[2];
    const int64_t kernel = choose(group, k, own);
    Side side[2];
    const int count = sides(i, own, side);
    auto* samples = tile.template scratch<double>(kSamplesSlot, planes * size);
    auto* sum = tile.template scratch<double>(kSumSlot, planes * size);
    for (int h = 0; h < count; h += planes) {
      memset(samples, 0, size_t(planes * size) * 8);
      memset(sum, 0, size_t(planes * size) * 8);
      copy_samples(side + h, samples);
      int64_t present = 0;
      for (int64_t e = 0; e < planes * size; e++) present += samples[e] != 0;
      if (present * spectrum.planes * tap_count(spectrum) < kFewForEach * size)
        add_each(samples, kernel, sum);
      else
        add_bands(samples, kernel, sum);
      store_sums(side + h, sum);
    }
  }

  // Every sample to the outputs whose window holds it.
  void add_each(const double* samples, int64_t kernel, double* sum) const {
    int64_t index[kMaxDims];
    for (int h = 0; h < planes; h++)
      for (int64_t at = 0; at < row_count(); at++, samples += width) {
        row_index(at, index);
        for (index[last] = 0; index[last] < width; index[last]++)
          if (const double value = samples[index[last]])
            for (int plane = 0; plane < spectrum.planes; plane++)
              add_kernel(value * (h && plane ? -1 : 1), index, kernel * spectrum.planes + plane,
                         sum + (h ^ plane) * size);
      }
  }

  // `value` at this place of a tile times one plane of a kernel.
  void add_kernel(double value, const int64_t* index, int64_t plane, double* sum) const {
    const int64_t along = spectrum.k[last], gap = spectrum.dilation[last];
    const int64_t inside = least(along, index[last] / gap + 1);  // taps that outputs meet it with
    const auto* taps =
        reinterpret_cast<const double*>(spectrum.taps.get()) + plane * tap_count(spectrum);
    int64_t tap[kMaxDims] = {};
    for (int64_t rest = tap_count(spectrum) / along; rest > 0; rest--, taps += along) {
      int64_t row = 0;
      bool met = true;
      for (int a = 0; a < last; a++) {
        const int64_t place = index[a] - tap[a] * spectrum.dilation[a];
        met = met && place >= 0;
        row = row * spectrum.tile[a] + place;
      }
      double* to = sum + (met ? row * width + index[last] : 0);
      for (int64_t t = 0; met && t < inside; t++) to[-t * gap] += value * taps[t];
      for (int a = last - 1; a >= 0 && ++tap[a] == spectrum.k[a]; a--) tap[a] = 0;
    }
  }

  void add_bands(double* samples, int64_t kernel, double* sum) const {
    auto* marks = tile.template scratch<uint8_t>(kMarkSlot, size);
    auto* buffer = tile.space();
    const int64_t whole[2] = {width, planes > 1 ? width : 0};
    for (int band = 0; band < kMostBands; band++) {
      double top = 0;
      for (int64_t e = 0; e < planes * size; e++)
        top = fabs(samples[e]) > top ? fabs(samples[e]) : top;
      if (top == 0) break;
      const double floor = band == kMostBands - 1 ? 0 : top / kBand;
      memset(marks, 0, size_t(size));
      auto take = [&](int64_t at, int h, int64_t r, double* row, PlaneRows<double>& rows) {
        for (int64_t e = 0; e < width; e++) {
          double& value = samples[h * size + at * width + e];
          const bool taken = fabs(value) > floor;
          row[e] = taken ? value / top : 0;  // near one, so that nothing overflows on the way
          if (!taken) continue;
          marks[at * width + e] = 1;
          value = 0;
        }
        rows.take_copy(r, row);
      };
      bool ignored;
      const Filled<double>::Source<decltype(take)> source{{whole[0], whole[1]}, 0, take};
      tile.fill(buffer, source, nullptr, &ignored);
      tile.convolve(buffer, kernel, {width});
      widen(marks);
      tile.empty(
          buffer, whole, false, 0,
          [&](int64_t, int h, double* space) { return h < planes ? space : nullptr; },
          [&](int64_t at, int h, const double* row) {
            for (int64_t e = 0; e < width; e++)
              if (marks[at * width + e]) sum[h * size + at * width + e] += row[e] * top;
          });
    }
  }

  void copy_samples(const Side* side, double* samples) const {
    const int64_t rows = row_count();
    double* const space = tile.template scratch<double>(kRowSlot, tile.row_room);
    int64_t index[kMaxDims];
    for (int h = 0; h < planes; h++)
      for (int64_t at = 0; at < rows; at++, samples += width) {
        row_index(at, index);
        if (!copy_row(side[h], index, space)) continue;
        memcpy(samples, space, size_t(side[h].len[last]) * 8);
        leave_out_nonfinite(samples, side[h].len[last]);
      }
  }

  void widen(uint8_t* marks) const {
    int64_t outer = size, gap = 1;
    for (int a = last; a >= 0; a--) {
      outer /= spectrum.tile[a];
      widen_marks(marks, outer, spectrum.tile[a], gap, spectrum.reach[a]);
      gap *= spectrum.tile[a];
    }
  }

  void store_sums(const Side* side, const double* sum) const {
    const RowStorer<double> storer = row_storer<double>(job);
    const int64_t rows = row_count();
    int64_t index[kMaxDims];
    for (int h = 0; h < planes; h++)
      for (int64_t at = 0; at < rows; at++, sum += width) {
        row_index(at, index);
        if (char* to = result_row(side[h], index))
          storer(*side[h].job, sum, last_step(), side[h].out.len[last], to);
      }
  }
};

}  // namespace
