// Where the rows of a tile's planes lie in the data, so that they can be asked for in time, and
// summed where they are.
//
// Summing along an axis before the rows' changes nothing along them: what lies beyond the ends of
// rows may as well be found afterwards, among their sums.
#pragma once

#include "band.hpp"

namespace {

template <class T>
struct SourceRows {
  int64_t count = 0;            // rows of one plane
  int64_t begin = 0, end = 0;   // of a row's samples: those within the data
  int64_t source = 0;           // samples of a row, those beyond its ends too
  int64_t inner = 1;            // numbers that a sample has: its channels
  int64_t* deep = nullptr;      // bytes from a plane's beginning to each row; -1: outside
  int64_t* edge = nullptr;      // for each sample beyond the ends which one it equals; -1: zero
  const char** list[2] = {};    // the rows of two planes, each from sample `begin` on
  const char* first = nullptr;  // sample `begin` of the first row of all
  const char* zeros = nullptr;
  bool found = false;  // whether all that is needed lies in the data or is zero

  // Numbers of a row within the data, and those before them.
  int64_t width() const { return (end - begin) * inner; }
  int64_t before() const { return begin * inner; }

  static int64_t room(int64_t rows, int64_t source, int64_t planes) {
    return (1 + 2 * planes) * rows + source;
  }

  // Rows along axes slide+1 .. last-1 of so many planes; `space` has `room` entries, `none` as many
  // zeros as a row has samples.
  void find(const Job& job, int slide, const int64_t* from, const int64_t* lengths, int64_t* space,
            int64_t planes, const T* none) {
    const int last = job.nd - 1;
    const Axis& x = job.axis[last];
    source = lengths[last];
    inner = job.inner;
    begin = least(most(-from[last], 0), source);
    end = most(least(x.n - from[last], source), begin);
    count = 1;
    for (int a = slide + 1; a < last; a++) count *= lengths[a];
    deep = space;
    edge = deep + count;
    list[0] = reinterpret_cast<const char**>(edge + source);
    list[1] = list[0] + count * planes;
    zeros = reinterpret_cast<const char*>(none);
    found = true;
    for (int a = slide; a <= last; a++)
      if (job.axis[a].border == Border::constant && job.axis[a].fill != 0) found = false;
    for (int64_t r = 0; r < count; r++) deep[r] = row(job, slide, from, lengths, r);
    const auto look = [&](int64_t i) {
      const int64_t s = fold(from[last] + i, x.n, x.border);
      edge[i] = s < 0 ? -1 : s - from[last];
      if (s >= 0 && (edge[i] < begin || edge[i] >= end)) found = false;
    };
    for (int64_t i = 0; i < begin; i++) look(i);
    for (int64_t i = end; i < source; i++) look(i);
    first = job.x + (from[last] + begin) * job.x_stride[last];
    for (int a = 0; a < slide; a++) {
      const int64_t s = fold(from[a], job.axis[a].n, job.axis[a].border);
      if (s < 0) found = false;
      first += most(s, 0) * job.x_stride[a];
    }
  }

  static int64_t row(const Job& job, int slide, const int64_t* from, const int64_t* lengths,
                     int64_t r) {
    int64_t at = 0;
    for (int a = job.nd - 2; a > slide; a--) {
      const Axis& ax = job.axis[a];
      const int64_t s = fold(from[a] + r % lengths[a], ax.n, ax.border);
      r /= lengths[a];
      at = s < 0 || at < 0 ? -1 : at + s * job.x_stride[a];
    }
    return at;
  }

  // List the rows of `planes` planes from p on, which may lie outside.
  void planes(const Job& job, int slide, const int64_t* from, int64_t p, int64_t planes,
              int which) const {
    const char** row = list[which];
    for (int64_t q = p; q < p + planes; q++) {
      const int64_t s = fold(from[slide] + q, job.axis[slide].n, job.axis[slide].border);
      const char* const plane = first + most(s, 0) * job.x_stride[slide];
      for (int64_t r = 0; r < count; r++) *row++ = s < 0 || deep[r] < 0 ? zeros : plane + deep[r];
    }
  }

  // Rows as lanes, those within the data: the samples beyond their ends.
  void finish_lanes(T* panel) const {
    constexpr int W = kLanes<T>;
    const auto equal = [&](int64_t i) {
      for (int64_t c = 0; c < inner; c++) {
        const int64_t same = edge[i] * inner + c;
        store(panel + (i * inner + c) * W, edge[i] < 0 ? Vec<T>{} : load(panel + same * W));
      }
    };
    for (int64_t i = 0; i < begin; i++) equal(i);
    for (int64_t i = end; i < source; i++) equal(i);
  }
};

}  // namespace
