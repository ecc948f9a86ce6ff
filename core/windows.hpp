// Tiles of outputs with the samples under their windows, for methods that look at the samples of a
// window one by one: the border is applied while a tile is loaded, and a tap is then an offset.
#pragma once

#include "band.hpp"
#include "kernels.hpp"
#include "patience.hpp"

namespace {

using iw::Chances;
using iw::Choice;
using iw::Services;

template <class T>
class Windows {
 public:
  // The slots that are free for who works on a tile start at kFree.
  enum Slot { kOffsets, kSource, kFree };

  Windows(const Job& job, const Services& services, const Chances& chances)
      : job(job), services(services), chances(chances), last(job.nd - 1) {
    int64_t taps = 0;
    for (int p = 0; p < chances.parts; p++) taps += chances.part[p].taps;
    for (int a = 0; a < job.nd; a++) grid.size[a] = least(chances.tile[a], job.axis[a].m);
    grid.cover(job);
    lay_out();
    int64_t* offsets = space<int64_t>(kOffsets, taps);
    for (int p = 0; p < chances.parts; p++) {
      offset[p] = offsets;
      const Choice& c = chances.part[p];
      for (int64_t j = 0; j < c.taps; j++) *offsets++ = offset_of(c.tap[j]);
    }
  }

  // Load what the windows of a box of outputs cover.
  const T* load(const int64_t* lo, const int64_t* len) const {
    int64_t from[kMaxDims], size[kMaxDims];
    for (int a = 0; a < job.nd; a++) {
      from[a] = lo[a] + job.axis[a].start;
      size[a] = len[a] + job.axis[a].k - 1;
    }
    T* source = space<T>(kSource, source_size);
    load_box(job, from, size, source, pitch);
    return source;
  }

  // Visit the rows of a box: visit(place in the source, place among the results, index in `out`).
  template <class F>
  void for_each_row(const int64_t* lo, const int64_t* len, F&& visit) const {
    int64_t index[kMaxDims] = {};
    for (;;) {
      int64_t from = 0, to = 0, flat = 0;
      for (int a = 0; a < last; a++) {
        from += index[a] * pitch[a];
        to += index[a] * out_pitch[a];
        flat = (flat + lo[a] + index[a]) * job.axis[a + 1].m;
      }
      visit(from, to, flat + lo[last]);
      int a = last - 1;
      while (a >= 0 && ++index[a] == len[a]) index[a--] = 0;
      if (a < 0) return;
    }
  }

  template <class R>
  void store(const int64_t* lo, const int64_t* len, const R* results) const {
    int64_t step[kMaxDims];
    for (int a = 0; a < job.nd; a++) step[a] = 1;
    store_box(job, lo, len, results, out_pitch, step);
  }

  template <class U>
  U* space(int slot, int64_t count) const {
    return static_cast<U*>(services.scratch(slot, count * int64_t(sizeof(U))));
  }

  // Room for whole vectors at the end of every row, read and written but never used.
  static constexpr int64_t kSlack = 4 * kLanes<T>;

  const Job& job;
  const Services& services;
  const Chances& chances;
  const int last;
  Grid grid;
  const int64_t* offset[2];  // of each tap of each part, in the source
  int64_t source_size, out_size;
  int64_t pitch[kMaxDims], out_pitch[kMaxDims];

 private:
  void lay_out() {
    int64_t row = padded_row<T>((grid.size[last] + job.axis[last].k - 1) * job.inner);
    int64_t out_row = padded_row<T>(grid.size[last] * job.inner);
    pitch[last] = out_pitch[last] = job.inner;
    for (int a = last - 1; a >= 0; a--) {
      pitch[a] = row;
      out_pitch[a] = out_row;
      row *= grid.size[a] + job.axis[a].k - 1;
      out_row *= grid.size[a];
    }
    source_size = row + kSlack;
    out_size = out_row + kSlack;
  }

  int64_t offset_of(int64_t tap) const {
    int64_t place = 0;
    for (int a = last; a >= 0; a--) {
      place += tap % job.axis[a].k * pitch[a];
      tap /= job.axis[a].k;
    }
    return place;
  }
};

// Work on tiles `first` to `first + count - 1`.
template <class Work>
void run_tiles(const Work& work, const Services& services, const Chances& c, int threads) {
  struct Range {
    const Work& work;
    int64_t first;
  } range{work, c.first};
  services.parallel_for(
      c.count, threads,
      [](void* context, int64_t i) {
        const auto& all = *static_cast<const Range*>(context);
        all.work.tile(all.first + i);
      },
      &range);
}

}  // namespace
