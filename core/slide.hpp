// What a tile of a product of lines keeps while it slides: where it lies, and its work space.
#pragma once

#include "aside.hpp"
#include "columns.hpp"
#include "kernels.hpp"
#include "source_rows.hpp"
#include "span.hpp"

namespace {

template <class T>
struct Slide {
  static constexpr int64_t kMany = 4;  // vectors of a row that are summed and turned at a time

  int64_t lo[kMaxDims], len[kMaxDims], from[kMaxDims];
  int64_t source[kMaxDims];            // samples behind a plane along each axis; rows at full rate
  int64_t width, loaded_pitch, pitch;  // elements of a filtered row; from row to row
  int64_t plane_rows, plane;           // rows of a filtered plane; from plane to plane
  int64_t batch_rows;                  // source rows of one plane
  int64_t batch;                       // planes of samples taken before outputs are summed
  int64_t group;  // planes at a time, as many as fill the lanes with their rows
  int64_t room;   // filtered planes kept of each term, in a ring
  T *loaded, *panel, *planes, *spare[2];
  T* beside;           // rows that nobody reads
  T *ready, *more;     // planes of outputs: the sum of terms so far, and the next term
  int64_t turn = 0;    // which half of `ready` rows that go past the caches take
  SourceRows<T> rows;  // the samples of a plane
  const char** ring;   // the filtered planes behind some outputs
  Aside<T> aside;
  Seen<T> seen;   // results
  bool fold;      // whether sums of two samples are known not to overflow
  bool cleaned;   // whether the planes at hand were looked through one by one
  bool in_place;  // whether they are summed where they lie

  // Where the tile at `lo`, `len` lies, and its space.
  void lay_out(const Job& job, const iw::Services& services, const iw::Factors& factors, int slide,
               int filtered) {
    constexpr int W = kLanes<T>;
    const int last = job.nd - 1;
    plane_rows = batch_rows = 1;
    for (int a = 0; a <= last; a++) {
      const Axis& ax = job.axis[a];
      from[a] = lo[a] * ax.stride + ax.start;
      source[a] = (len[a] - 1) * ax.stride + ax.reach();
      if (a == slide || a == last) continue;
      plane_rows *= len[a];
      batch_rows *= source[a];
    }
    const Axis &x = job.axis[last], &down = job.axis[slide];
    width = ((len[last] - 1) * x.stride + 1) * job.inner;
    pitch = padded_row<T>(round_up(width, W));
    plane = padded_row<T>(plane_rows * pitch);
    const int64_t longest = round_up(source[last] * job.inner, W) + W;
    loaded_pitch = padded_row<T>(longest);
    batch = least(factors.batch, source[slide]);
    group = least(batch, (W - 1) / plane_rows + 1);
    room = least(source[slide], down.reach() - 1 + batch + kAtOnce * down.stride);
    const auto space = [&](int slot, int64_t count) {
      return static_cast<T*>(services.scratch(slot, count * int64_t(sizeof(T))));
    };
    const int64_t all = group * batch_rows * loaded_pitch;
    loaded = space(0, all);
    panel = space(1, W * (longest + kAtOnce * job.inner + pitch));
    beside = panel + W * (longest + kAtOnce * job.inner);
    planes = space(2, room_for(factors.terms, room * plane));
    const int64_t most_ready =
        (batch / down.stride + kAtOnce + 1) * (plane + 2 * Streams<T>::kLine);
    ready = space(3, 2 * most_ready);
    more = ready + most_ready;
    spare[0] = space(4, most(all, (kMany + 1) * W * W));
    spare[1] = space(5, filtered > 1 ? all : loaded_pitch);
    __builtin_memset(spare[1], 0, size_t(loaded_pitch) * sizeof(T));
    fold = true;
    const int64_t listed = SourceRows<T>::room(batch_rows, source[last], group);
    int64_t* const lists = static_cast<int64_t*>(services.scratch(6, (listed + room) * 8));
    ring = reinterpret_cast<const char**>(lists + listed);
    rows.find(job, slide, from, source, lists, group, spare[1]);
  }
};

}  // namespace
