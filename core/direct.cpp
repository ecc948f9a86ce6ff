// Direct convolution: every output its weighted sum, any number of axes.
//
// Rows are read where they are when the data allow it, but for the columns at the border; rows of
// another type, or so far apart that they compete for places in the cache, are loaded first.
#include "differences.hpp"
#include "halve.hpp"
#include "kernels.hpp"
#include "narrow.hpp"
#include "rows.hpp"
#include "span.hpp"

namespace {

using iw::Services;

// Bytes in a row of a tile: rows read in place may be longer than what the first cache holds.
constexpr int64_t kRowInPlace = 16384, kRowLoaded = 8192;

// Rows of a tile: whole groups, and enough tiles for several threads. Where an output reads several
// planes a tile is low and deep, so that the rows of those planes stay in the cache.
constexpr int64_t kLeastRows = 12, kMostRows = 48, kTilesWanted = 24, kDepth = 32;

// Outputs of a tile on a single axis.
constexpr int64_t kTileOfLine = 8192;

// The first cache holds eight lines at places that far apart, or a multiple.
constexpr int64_t kCrowdedPitch = 4096, kMostCrowded = 8;

// Fewer columns of outputs than this are not worth a piece of their own.
constexpr int64_t kLeastInside = 64;

enum Slot {
  kLoaded,
  kResults,
  kFound,
  kAt,
  kOutside,
  kPick,
  kOuter,
  kChains,
  kOrdered,
  kDifferences,
  kPlain
};

// A box of outputs and the box of samples under it.
struct Piece {
  int64_t lo[kMaxDims], len[kMaxDims];
  int64_t from[kMaxDims], samples[kMaxDims];
  int64_t width;  // elements of a row of outputs, those that a stride drops counted

  void place_samples(const Job& job, int a) {
    const Axis& axis = job.axis[a];
    from[a] = lo[a] * axis.stride + axis.start;
    samples[a] = (len[a] - 1) * axis.stride + axis.reach();
  }

  // Take columns `begin` to `end` only.
  void narrow(const Job& job, int64_t begin, int64_t end) {
    const int last = job.nd - 1;
    lo[last] = begin;
    len[last] = end - begin;
    place_samples(job, last);
    width = ((len[last] - 1) * job.axis[last].stride + 1) * job.inner;
  }
};

template <class T>
struct Direct {
  const Job& job;
  const Services& services;
  const T* taps;
  const iw::Pairs pairs;  // those of all kernels
  const int64_t kernel;
  const Held& held;
  const bool means;  // whether results are, which are then looked at
  Grid grid;
  Axis y, x;  // the last two axes; on a single axis `y` is one row
  int64_t outer_taps = 1;
  bool small, reads_in_place, writes_in_place;
  Shared shared;  // differences that several rows of outputs share

  Direct(const Job& j, const Services& s, const T* t, const iw::Pairs& p, const Held& h,
         int64_t number)
      : job(j),
        services(s),
        taps(t),
        pairs(p),
        kernel(number),
        held(h),
        means(T(0.5) != T(0) && h.means(number)) {
    const int nd = job.nd, last = nd - 1;
    x = job.axis[last];
    y = nd >= 2 ? job.axis[nd - 2] : Axis{1, 1, 1, 0, 1, 1, Border::constant, 0};
    for (int a = 0; a < nd - 2; a++) outer_taps *= job.axis[a].k;
    shared = shared_by_rows();
    small = y.k == 3 && x.k == 3 && outer_taps == 1;
    reads_in_place = outer_taps == 1 && can_read_in_place();
    writes_in_place = writes_straight<T>(job);

    const int64_t row = (reads_in_place ? kRowInPlace : kRowLoaded) / int64_t(sizeof(T));
    const int64_t rows = least(round_up(y.m / kTilesWanted, kLeastRows), kMostRows);
    for (int a = 0; a < nd; a++) grid.size[a] = 1;
    if (outer_taps > 1) grid.size[nd - 3] = even(job.axis[nd - 3].m, kDepth);
    if (nd >= 2)
      grid.size[nd - 2] = even(y.m, outer_taps > 1 ? kLeastRows : most(rows, kLeastRows));
    grid.size[last] = most(1, (nd == 1 ? kTileOfLine : row) / job.inner / x.stride);
    grid.cover(job);
  }

  bool can_read_in_place() const {
    const int nd = job.nd;
    constexpr int64_t size = sizeof(T);
    if (job.x_type != kTypeOf<T>) return false;
    if (job.inner > 1 && job.x_stride[nd] != size) return false;
    if (job.x_stride[nd - 1] != job.inner * size) return false;
    for (int a = 0; a < nd - 1; a++)
      if (job.x_stride[a] % size) return false;
    return nd == 1 || !crowded(job.x_stride[nd - 2]);
  }

  // Whether too many of the rows that a group reads and writes compete for the same places.
  bool crowded(int64_t pitch) const {
    int64_t apart = kCrowdedPitch;
    while (pitch % apart) apart /= 2;
    const int64_t group = small ? kGroup3x3 : kGroup;
    const int64_t rows = least(y.k, kCrowdedPitch) + group - 1 + group;
    return rows * apart > kMostCrowded * kCrowdedPitch;
  }

  void tile(int64_t i) const {
    Piece p;
    grid.box(job, i, p.lo, p.len);
    Seen<T> seen;
    pieces(p, means ? &seen : nullptr);
    if (!means) return;
    grid.box(job, i, p.lo, p.len);
    held.box(job, p.lo, p.len, seen.span());
  }

  // A tile in up to three pieces along the last axis: what meets the border on the left, what can
  // be read where it is, what meets the border on the right.
  void pieces(Piece& p, Seen<T>* seen) const {
    const int last = job.nd - 1;
    Rows<T> rows;
    const int64_t count = list(p, rows);
    const int64_t begin = p.lo[last], end = begin + p.len[last];
    int64_t inside = most(begin, (x.stride - 1 - x.start) / x.stride);
    int64_t beyond = least(end, (x.n - x.reach() - x.start) / x.stride + 1);
    // Pieces at the border as wide as a vector: narrower ones would be summed one by one.
    if (inside > begin) inside = aligned(p, most(inside, begin + kLanes<T>));
    if (beyond < end) beyond = least(beyond, end - kLanes<T>);
    if (!reads_in_place || beyond - inside < kLeastInside) {
      p.narrow(job, begin, end);
      load(p, rows, count);
      planes(p, rows, seen);
      return;
    }
    if (inside > begin) edge(p, begin, inside, rows, count, seen);
    p.narrow(job, inside, beyond);
    const int64_t row = p.samples[last] * job.inner;
    rows.in_place(p.from[last], p.samples[last], space<T>(kOutside, 2 * row));
    planes(p, rows, seen);
    if (beyond < end) edge(p, beyond, end, rows, count, seen);
  }

  // The rows of samples under a tile; returns how many.
  int64_t list(Piece& p, Rows<T>& rows) const {
    int64_t count = 1;
    for (int a = 0; a < job.nd - 1; a++) {
      p.place_samples(job, a);
      count *= p.samples[a];
    }
    rows.at = space<const T*>(kAt, count);
    rows.list(job, p.from, p.samples, space<Row>(kFound, count));
    return count;
  }

  // Rows come as they are needed, and stay as long: of one plane, or of the planes that an output
  // reads. Further axes make the order of need another one; then all rows are held.
  void load(const Piece& p, Rows<T>& rows, int64_t count) const {
    const int last = job.nd - 1;
    const int64_t height = y_samples(p);
    const int64_t planes = last > 1 ? p.samples[last - 2] : 1;
    int64_t held = count;
    if (count == height)
      held = least(count, y.reach() + 2 * kGroup);
    else if (count == height * planes)
      held = least(planes, job.axis[last - 2].reach()) * height;
    const int64_t pitch = padded_row<T>(p.samples[last] * job.inner);
    rows.load(p.from[last], p.samples[last], space<T>(kLoaded, held * pitch), pitch, held);
    if (count > height * planes) rows.need(count);
  }

  void edge(Piece& p, int64_t begin, int64_t end, Rows<T>& rows, int64_t count,
            Seen<T>* seen) const {
    const int last = job.nd - 1;
    p.narrow(job, begin, end);
    const int64_t row = p.samples[last] * job.inner, pitch = padded_row<T>(row);
    rows.edge(p.from[last], p.samples[last], space<T>(kLoaded, count * pitch), pitch,
              space<int64_t>(kPick, row));
    planes(p, rows, seen);
  }

  // The first column from `column` on where vectors of the output are aligned, if one is near and
  // it matters: where more is summed, storing takes little of the time.
  int64_t aligned(const Piece& p, int64_t column) const {
    if (!small) return column;
    const int last = job.nd - 1;
    const char* const row = out_at(job, p.lo) - p.lo[last] * job.out_stride[last];
    for (int64_t c = column; c < column + kLanes<T>; c++)
      if (reinterpret_cast<uintptr_t>(row + c * job.out_stride[last]) % kVectorBytes == 0) return c;
    return column;
  }

  // The piece as planes of the last two axes, one for each place on the axes before.
  void planes(const Piece& p, Rows<T>& rows, Seen<T>* seen) const {
    const int before = job.nd - 2;
    const int64_t height = y_samples(p);
    const Sums sums = sums_of(p, height);
    int64_t index[kMaxDims], place[kMaxDims];
    for (int a = 0; a < job.nd; a++) {
      index[a] = 0;
      place[a] = p.lo[a];
    }
    for (;;) {
      int64_t first = 0;
      for (int a = 0; a < before; a++) {
        first = first * p.samples[a] + index[a] * job.axis[a].stride;
        place[a] = p.lo[a] + index[a];
      }
      if (outer_taps > 1) rows.need((first + job.axis[before - 1].reach()) * height);
      plane(p, sums, rows, first * height, out_at(job, place), seen);
      int a = before - 1;
      while (a >= 0 && ++index[a] == p.len[a]) index[a--] = 0;
      if (a < 0) return;
    }
  }

  // The taps as `plane` wants them: for groups of so many rows, or one by one.
  struct Sums {
    int64_t group;
    Stencil<T> stencil;
    Taps<T> singly;
    Differences<T> differences;  // instead, if there are any
  };

  Sums sums_of(const Piece& p, int64_t height) const {
    int64_t* const outer = space<int64_t>(kOuter, outer_taps);
    int64_t index[kMaxDims];
    for (int a = 0; a < job.nd; a++) index[a] = 0;
    for (int64_t o = 0; o < outer_taps; o++) {
      outer[o] = 0;
      for (int a = 0; a < job.nd - 2; a++)
        outer[o] = outer[o] * p.samples[a] + index[a] * job.axis[a].dilation;
      outer[o] *= height;
      for (int a = job.nd - 3; a >= 0 && ++index[a] == job.axis[a].k; a--) index[a] = 0;
    }
    const Stencil<T> stencil{outer, outer_taps, y.k, x.k, x.dilation * job.inner, taps};
    const int64_t group = group_of(stencil);
    const bool grouped =
        y.stride == 1 && y.dilation == 1 && p.width >= kLanes<T> && group && rows_of(p) >= group;
    if (grouped && (!subtracts() || shared != Shared::none)) return Sums{group, stencil, {}, {}};
    return Sums{1, stencil, singly(stencil), differences_of(stencil)};
  }

  Taps<T> singly(const Stencil<T>& stencil) const {
    Chains* const chains = space<Chains>(kChains, outer_taps * y.k * chains_of(stencil));
    return one_by_one(stencil, y.dilation, chains, space<T>(kOrdered, taps_each()));
  }

  // Whether differences stand for the taps.
  bool subtracts() const { return pairs.first && pairs.first[kernel] < pairs.first[kernel + 1]; }

  // The differences that stand for the taps, and where their samples are.
  Differences<T> differences_of(const Stencil<T>& stencil) const {
    if (!subtracts()) return {};
    const int64_t begin = pairs.first[kernel], count = pairs.first[kernel + 1] - begin;
    Difference<T>* const found = space<Difference<T>>(kDifferences, count);
    for (int64_t i = 0; i < count; i++) {
      found[i].weight = static_cast<const T*>(pairs.weight)[begin + i];
      for (int side = 0; side < 2; side++) {
        const int64_t tap = pairs.tap[2 * (begin + i) + side], row = tap / x.k;
        found[i].row[side] = stencil.outer[row / y.k] + row % y.k * y.dilation;
        found[i].off[side] = tap % x.k * stencil.col_step;
      }
    }
    return {found, count};
  }

  Shared shared_by_rows() const {
    if (!subtracts()) return Shared::none;
    const int64_t begin = pairs.first[kernel], count = pairs.first[kernel + 1] - begin;
    const T* const weight = static_cast<const T*>(pairs.weight) + begin;
    return shared_differences(pairs.tap + 2 * begin, count, weight,
                              Stencil<T>{nullptr, outer_taps, y.k, x.k, 0, taps});
  }

  int64_t y_samples(const Piece& p) const { return job.nd >= 2 ? p.samples[job.nd - 2] : 1; }
  int64_t rows_of(const Piece& p) const { return job.nd >= 2 ? p.len[job.nd - 2] : 1; }

  // One plane, a group of rows at a time; the last group overlaps the one before it.
  void plane(const Piece& p, const Sums& sums, Rows<T>& rows, int64_t first, char* out,
             Seen<T>* seen) const {
    const int64_t n = rows_of(p), below = job.nd >= 2 ? job.out_stride[job.nd - 2] : 0;
    const int64_t padded = padded_row<T>(p.width);
    T* const results = writes_in_place ? nullptr : space<T>(kResults, sums.group * padded);
    const int64_t pitch = writes_in_place ? below / int64_t(sizeof(T)) : padded;
    for (int64_t done = 0; done < n; done += sums.group) {
      const int64_t row = least(done, n - sums.group);
      rows.need(first + (row + sums.group - 1) * y.stride + y.reach());
      const T* const* const from = rows.at + first + row * y.stride;
      T* const to = writes_in_place ? reinterpret_cast<T*>(out + row * below) : results;
      const auto ahead = [&] { return coming(p, rows, done, sums.group, out + row * below); };
      if (subtracts())
        subtract(from, sums, to, pitch, p.width, ahead());
      else if (sums.group > 1)
        stencil(from, sums.stencil, to, pitch, p.width, ahead(), seen);
      else
        sum_of_taps(from, sums.singly, to, p.width);
      if (sums.group == 1 && seen) seen->run(to, p.width);
      if (!writes_in_place)
        for (int64_t r = done - row; r < sums.group; r++) {
          if constexpr (sizeof(T) == 2)
            if (job.halvings) halve(results + r * pitch, p.width, job.halvings, job.negative);
          row_storer<T>(job)(job, results + r * pitch, x.stride, p.len[job.nd - 1],
                             out + (row + r) * below);
        }
    }
  }

  // A group of rows whose taps sum to zero.
  void subtract(const T* const* from, const Sums& sums, T* to, int64_t pitch, int64_t width,
                const Ahead& ahead) const {
    const bool together = sums.group > 1;
    const bool finite =
        together ? stencil_of_differences(shared, from, sums.stencil, to, pitch, width, ahead)
                 : sum_of_differences(from, sums.differences, to, width);
    if (finite) return;
    const Taps<T> plain = together ? singly(sums.stencil) : sums.singly;
    for (int64_t r = 0; r < sums.group; r++)
      sum_plainly(from + r, plain, to + r * pitch, width, space<T>(kPlain, width));
  }

  // What will be loaded after this group, and where its results go from work space.
  Ahead coming(const Piece& p, const Rows<T>& rows, int64_t done, int64_t group,
               const char* out) const {
    Ahead found = coming_in(p, rows, done, group);
    const int64_t size = job.out_stride[job.nd - 1] / job.inner;
    if (writes_in_place || x.stride > 1 || bytes_go_past(job, size) || size < 1 ||
        size > int64_t(sizeof(double)))
      return found;
    found.to_size = size;
    found.writes = least(group, Ahead::kMost);
    for (int64_t r = 0; r < found.writes; r++) found.to[r] = out + r * job.out_stride[job.nd - 2];
    return found;
  }

  // Its rows of the next plane, or the next rows.
  Ahead coming_in(const Piece& p, const Rows<T>& rows, int64_t done, int64_t group) const {
    if (outer_taps == 1) return rows.ahead(0, group);
    const int64_t groups = (rows_of(p) + group - 1) / group;
    const int64_t share = (p.samples[job.nd - 2] + groups - 1) / groups;
    return rows.ahead(done / group * share, share);
  }

  int64_t taps_each() const { return outer_taps * y.k * x.k; }

  template <class U>
  U* space(Slot slot, int64_t count) const {
    return static_cast<U*>(services.scratch(slot, count * int64_t(sizeof(U))));
  }
};

// One tile for one kernel of a bank. Kernels that share samples take turns on a tile, while it is
// near; others work through their own samples in order.
template <class T>
void bank_tile(const Direct<T>& bank, int64_t i) {
  const int64_t kernels = bank.job.kernels, tiles = bank.grid.total;
  const bool turns = group_size(bank.job) > 1;
  const int64_t kernel = turns ? i % kernels : i / tiles;
  const Job own = job_of_kernel(bank.job, kernel);
  Direct<T>(own, bank.services, bank.taps + kernel * bank.taps_each(), bank.pairs, bank.held,
            kernel)
      .tile(turns ? i / kernels : i % tiles);
}

template <class T>
void run(const Job& job, const Services& services, const void* taps, const iw::Pairs& pairs) {
  const Held held(job, services);
  Direct<T> direct(job, services, static_cast<const T*>(taps), pairs, held, 0);
  services.parallel_for(
      direct.grid.total * job.kernels, job.threads,
      [](void* context, int64_t i) {
        const auto& all = *static_cast<const Direct<T>*>(context);
        all.job.kernels > 1 ? bank_tile(all, i) : all.tile(i);
      },
      &direct);
}

// Integers whose results fit 16 bits, summed modulo 2^16: whether a number has a sign matters only
// where it is made longer, and what wraps on the way wraps back.
void run_modulo(const Job& job, const Services& services, const void* taps) {
  Job plain = job;
  if (job.x_type == Type::i16) plain.x_type = Type::u16;
  if (job.out_type == Type::i16) plain.out_type = Type::u16;
  for (int a = 0; a < job.nd; a++)
    plain.axis[a].fill = uint16_t(int64_t(__builtin_fmod(job.axis[a].fill, 0x1p16)));
  run<uint16_t>(plain, services, taps, {});
}

}  // namespace

namespace iw::IW_LEVEL {

void direct(const Job& job, const Services& services, Type compute, const void* taps,
            const Pairs& pairs) {
  if (compute == Type::f32)
    run<float>(job, services, taps, pairs);
  else if (compute == Type::f64)
    run<double>(job, services, taps, pairs);
  else if (compute == Type::i16)
    run_modulo(job, services, taps);
  else
    run<int64_t>(job, services, taps, {});
}

}  // namespace iw::IW_LEVEL
