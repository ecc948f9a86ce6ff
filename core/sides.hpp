// Where the tiles of overlap-save lie: the samples behind each, and the results that it gives.
//
// Two tiles of real samples travel as the real and imaginary part of one complex tile; they are
// paired by their place, so that no bit depends on the threads. So do the planes of complex data,
// and the halves of a folded tile.
#pragma once

#include "band.hpp"
#include "kernels.hpp"
#include "pack.hpp"
#include "spectrum.hpp"

namespace {

// Positions of a box, row by row: the boxes of source samples and of results.
struct Place {
  int64_t lo[kMaxDims], len[kMaxDims];
};

// What travels as the real or as the imaginary part of a transform.
struct Side {
  const Job* job;
  Place out, in;
  int64_t len[kMaxDims], step[kMaxDims];  // samples read along each axis, and their distance
};

// Fewer planes than this may be channels, side by side in memory.
constexpr int64_t kFew = 16;

struct Sides {
  const Job* const jobs;  // one, or two: the real and the imaginary plane of complex data
  const bool complex;
  const Job& job;
  const Spectrum& spectrum;
  const int last;
  const bool together;  // whether tiles of the same place, which may be channels, follow each other
  Grid grid;

  Sides(const Job* j, bool is_complex, const Spectrum& p)
      : jobs(j),
        complex(is_complex),
        job(j[0]),
        spectrum(p),
        last(j[0].nd - 1),
        together(last && !is_transformed(p, 0) && j[0].axis[0].m < kFew) {
    for (int a = 0; a < job.nd; a++) {
      const int64_t valid = spectrum.tile[a] - spectrum.reach[a] + 1;
      grid.size[a] = (valid - 1) / job.axis[a].stride + 1;
      if (!is_transformed(spectrum, a)) grid.size[a] = spectrum.tile[a];
    }
    grid.cover(job);
  }

  int64_t transforms() const { return complex ? grid.total : (grid.total + 1) / 2; }
  bool folded() const { return spectrum.folded >= 0; }

  // The k-th kernel of a group, and its own jobs.
  int64_t choose(int64_t which, int64_t k, Job (&own)[2]) const {
    const int64_t kernel = kernel_of_group(job, which, k);
    for (int h = 0; h < (complex ? 2 : 1); h++) own[h] = job_of_kernel(jobs[h], kernel);
    return kernel;
  }

  // The sides of transform i, for one kernel's own jobs; how many there are.
  int sides(int64_t i, const Job* own, Side (&side)[2]) const {
    if (folded()) return halves(own[0], side);
    const int count = complex || 2 * i + 1 < grid.total ? 2 : 1;
    for (int h = 0; h < count; h++) find(complex ? i : 2 * i + h, own[complex ? h : 0], side[h]);
    return count;
  }

  int halves(const Job& of, Side (&side)[2]) const {
    const int a = spectrum.folded;
    const int64_t half = length_along(spectrum, a);
    find(0, of, side[0]);
    side[1] = side[0];
    auto split = [&](Place& first, Place& second) {
      second.lo[a] += half;
      second.len[a] = most(0, second.len[a] - half);
      first.len[a] = least(half, first.len[a]);
    };
    split(side[0].out, side[1].out);
    split(side[0].in, side[1].in);
    for (Side& each : side) each.len[a] = each.in.len[a];
    return 2;
  }

  // Source samples behind the outputs of grid box i. An axis that is not transformed is read at
  // its stride: one sample for each output.
  void find(int64_t i, const Job& of, Side& side) const {
    side.job = &of;
    if (together) i = i % grid.count[0] * (grid.total / grid.count[0]) + i / grid.count[0];
    grid.box(of, i, side.out.lo, side.out.len);
    for (int a = 0; a < of.nd; a++) {
      const Axis& ax = of.axis[a];
      side.in.lo[a] = side.out.lo[a] * ax.stride + ax.start;
      side.in.len[a] = (side.out.len[a] - 1) * ax.stride + ax.reach();
      const bool every = is_transformed(spectrum, a) || ax.stride == 1;
      side.step[a] = every ? 1 : ax.stride;
      side.len[a] = every ? side.in.len[a] : side.out.len[a];
    }
  }

  // Rows of a tile before its long rows are cut, and where they lie on its axes.
  int64_t row_count() const {
    int64_t rows = 1;
    for (int a = 0; a < last; a++) rows *= length_along(spectrum, a);
    return rows;
  }

  void row_index(int64_t at, int64_t* index) const {
    for (int a = last - 1; a >= 0; a--) {
      index[a] = at % length_along(spectrum, a);
      at /= length_along(spectrum, a);
    }
  }

  // Where the last axis of one row of a tile is found. Null when all of it is outside the data,
  // where `fill` is; `exists` says whether the tile has samples there at all.
  const char* source_of(const Side& side, const int64_t* index, double& fill, bool& exists) const {
    const Job& of = *side.job;
    const char* p = of.x;
    fill = 0;
    for (int a = 0; a < last; a++) {
      exists = index[a] < side.len[a];
      if (!exists) return nullptr;
      const Axis& ax = of.axis[a];
      const int64_t s = fold(side.in.lo[a] + index[a] * side.step[a], ax.n, ax.border);
      if (s < 0) fill = p ? ax.fill : fill_of_both(fill, ax.fill);
      p = s < 0 || !p ? nullptr : p + s * of.x_stride[a];
    }
    exists = true;
    return p;
  }

  // For each plane of a tile along an axis: the plane that has its samples on every side, which a
  // border repeats there, or itself; -1 where all are zero.
  void planes_along(int a, const Side* side, int count, int64_t* from) const {
    for (int64_t plane = 0; plane < length_along(spectrum, a); plane++)
      for (int h = 0; h < count; h++) {
        const Axis& ax = side[h].job->axis[a];
        const int64_t sample = fold(side[h].in.lo[a] + plane, ax.n, ax.border);
        int64_t found = sample - side[h].in.lo[a];
        if (plane >= side[h].len[a] || (sample < 0 && ax.fill == 0))
          found = -1;
        else if (sample < 0 || found < 0 || found >= side[h].len[a])
          found = plane;
        from[plane] = h == 0 || found == from[plane] ? found : plane;
      }
  }

  // Copy the samples of one row of a tile. False when it has none.
  template <class S>
  bool copy_row(const Side& side, const int64_t* index, S* row) const {
    const Job& of = *side.job;
    double fill;
    bool exists;
    const char* p = source_of(side, index, fill, exists);
    if (!exists) return false;
    const int64_t lo = side.in.lo[last], len = side.in.len[last];
    if (p)
      row_loader<S>(of.x_type)(of, p, lo, len, row);
    else
      fill_row(of, fill, lo, len, row);
    if (side.step[last] > 1)
      for (int64_t i = 0; i < side.len[last]; i++) row[i] = row[i * side.step[last]];
    return true;
  }

  // Whether samples of a plane can be read from their rows as they are, and how they lie there.
  template <class S>
  bool lie_as_read(int plane, Lie& how) const {
    constexpr int64_t size = sizeof(S);
    const bool second = complex && plane == 1;
    const Job& of = jobs[second];
    if (of.x_type != kTypeOf<S>) return false;
    how = of.x_stride[last] == size ? Lie::single : second ? Lie::second : Lie::first;
    if (how == Lie::single) return true;
    return complex && of.x_stride[last] == 2 * size && jobs[1].x == jobs[0].x + size;
  }

  // Find the samples of a row of a tile, the r-th of `rows`. What does not lie as it is, goes to
  // `own`. Rows of zeros are not there.
  template <class S>
  void find_row(const Side& side, int plane, const int64_t* index, int64_t r, S* own,
                PlaneRows<S>& rows) const {
    const Job& of = *side.job;
    double fill;
    bool exists;
    const char* p = source_of(side, index, fill, exists);
    if (!p && fill == 0) return;
    const int64_t lo = side.in.lo[last], len = side.in.len[last];
    if (side.step[last] == 1) {
      rows.first = -lo;
      rows.past = of.axis[last].n - lo;
    }
    Lie how;
    if (!p || side.step[last] != 1 || !lie_as_read<S>(plane, how) ||
        !rows.lie_between(-lo, of.axis[last].n - lo, len)) {
      if (!copy_row(side, index, own)) return;
      rows.take_copy(r, own);
      return rows.fill_last(own, side.len[last]);
    }
    rows.lie = how;
    rows.row[r] = reinterpret_cast<const S*>(p + lo * of.x_stride[last]) - (how == Lie::second);
    rows.copy[r] = own;
    const RowLoader<S> loader = row_loader<S>(of.x_type);
    if (rows.begin > 0) loader(of, p, lo, rows.begin, own);
    if (rows.end == len) return;
    loader(of, p, lo + rows.end, len - rows.end, own + rows.end);
    rows.fill_last(own, len);
  }

  // Where the results of a row of a tile begin in the output. Null when it holds none.
  char* result_row(const Side& side, const int64_t* index) const {
    const Job& of = *side.job;
    int64_t place[kMaxDims];
    for (int a = 0; a < last; a++) {
      const int64_t step = is_transformed(spectrum, a) ? of.axis[a].stride : 1;
      if (index[a] % step || index[a] / step >= side.out.len[a]) return nullptr;
      place[a] = side.out.lo[a] + index[a] / step;
    }
    place[last] = side.out.lo[last];
    return out_at(of, place);
  }

  // Results lie this far apart in a row of a tile.
  int64_t last_step() const { return is_transformed(spectrum, last) ? job.axis[last].stride : 1; }

  // Samples of a row as it is read: all those between the ones used, too.
  int64_t row_samples() const {
    return spectrum.tile[last] * (is_transformed(spectrum, last) ? 1 : job.axis[last].stride) + 8;
  }

  // Whether results of type T are rows of the output as they are.
  template <class T>
  bool straight() const {
    return writes_straight<T>(job) && (!complex || writes_straight<T>(jobs[1])) && last_step() == 1;
  }

  // Whether results are complex numbers in the output, in its own type.
  template <class T>
  bool pairs() const {
    if (!complex || last_step() != 1) return false;
    const Job& re = jobs[0];
    const Job& im = jobs[1];
    constexpr int64_t size = sizeof(T);
    bool same = im.out == re.out + size && re.out_type == kTypeOf<T> && im.out_type == re.out_type;
    for (int a = 0; a <= last; a++) same = same && re.out_stride[a] == im.out_stride[a];
    for (int a = 0; a < re.bank_nd; a++)
      same = same && re.bank_out_stride[a] == im.bank_out_stride[a];
    return same && re.out_stride[last] == 2 * size;
  }
};

}  // namespace
