// Tiles whose samples differ much in size: in float64, the samples sorted by size into bands that
// are transformed one at a time, each added only to outputs whose window meets the band.
#pragma once

#include "filled.hpp"
#include "sides.hpp"

namespace {

// Samples of one band differ by less than this factor; more bands than this are not told apart.
constexpr double kBandFloat32 = 1 << 20, kBandFloat64 = 1 << 10;
constexpr int kMostBands = 200;

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
  const double ratio;

  // `compute` is the precision of the result.
  Careful(const Job* j, bool is_complex, const iw::Services& s, const Spectrum& wide, Type compute)
      : Sides(j, is_complex, wide),
        tile(*static_cast<const Tile<double>*>(wide.layout), row_count(), row_samples(),
             j[0].threads, s),
        ratio(compute == Type::f32 ? kBandFloat32 : kBandFloat64) {}

  void convolve(const Side* side, int planes, int64_t kernel) const {
    const int64_t width = spectrum.tile[last], rows = row_count(), size = rows * width;
    auto* samples = tile.template scratch<double>(kSamplesSlot, planes * size);
    auto* sum = tile.template scratch<double>(kSumSlot, planes * size);
    auto* marks = tile.template scratch<uint8_t>(kMarkSlot, size);
    auto* buffer = tile.space(kWideSlot);
    memset(samples, 0, size_t(planes * size) * 8);
    memset(sum, 0, size_t(planes * size) * 8);
    copy_samples(side, planes, samples);

    const int64_t whole[2] = {width, planes > 1 ? width : 0};
    for (int band = 0; band < kMostBands; band++) {
      double top = 0;
      for (int64_t e = 0; e < planes * size; e++)
        top = fabs(samples[e]) > top ? fabs(samples[e]) : top;
      if (top == 0) break;
      const double floor = band == kMostBands - 1 ? 0 : top / ratio;
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
      tile.fill(buffer, source, &ignored);
      tile.convolve(buffer, kernel, width);
      widen(marks, size);
      tile.empty(
          buffer, whole, false, 0,
          [&](int64_t, int h, double* space) { return h < planes ? space : nullptr; },
          [&](int64_t at, int h, const double* row) {
            for (int64_t e = 0; e < width; e++)
              if (marks[at * width + e]) sum[h * size + at * width + e] += row[e] * top;
          });
    }
    store_sums(side, planes, sum);
  }

  void copy_samples(const Side* side, int planes, double* samples) const {
    const int64_t width = spectrum.tile[last], rows = row_count();
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

  void widen(uint8_t* marks, int64_t size) const {
    int64_t outer = size, gap = 1;
    for (int a = last; a >= 0; a--) {
      outer /= spectrum.tile[a];
      widen_marks(marks, outer, spectrum.tile[a], gap, spectrum.reach[a]);
      gap *= spectrum.tile[a];
    }
  }

  void store_sums(const Side* side, int planes, const double* sum) const {
    const RowStorer<double> storer = row_storer<double>(job.out_type);
    const int64_t width = spectrum.tile[last], rows = row_count();
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
