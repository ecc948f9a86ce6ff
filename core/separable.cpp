// Separable convolution: a kernel as a sum of products of 1-D kernels, one axis at a time.
//
// Every tile slides along one axis, a few planes of samples at a time (rows, in two dimensions):
// the new planes are filtered along the other axes and join those still needed; outputs are then
// summed across them. No sample is filtered twice within a tile.
#include "band.hpp"
#include "columns.hpp"
#include "kernels.hpp"
#include "lanes.hpp"

namespace {

using iw::Factors;
using iw::Services;

template <class T>
struct Separable {
  const Job& job;
  const Services& services;
  const Factors& factors;
  const int last;
  int slide = 0;  // the axis that tiles slide along: the first with taps, but for the last axis
  Grid grid;
  int64_t taps_per_term = 0;
  double headroom = 2;  // how far sums of two samples on the way may exceed the largest sample
  bool left_out = false;

  Separable(const Job& j, const Services& s, const Factors& f)
      : job(j), services(s), factors(f), last(j.nd - 1) {
    for (int a = last - 1; a >= 0; a--)
      if (job.axis[a].k > 1) slide = a;
    for (int a = 0; a <= last; a++) {
      taps_per_term += job.axis[a].k;
      // Tiles are one thick where nothing is filtered.
      const bool thick = a == last || a == slide || job.axis[a].k > 1;
      grid.size[a] = thick ? factors.tile[a] : 1;
    }
    grid.cover(job);
    const T* tap = static_cast<const T*>(factors.taps);
    for (int64_t t = 0; t < factors.terms; t++) {
      double gain = 2;
      for (int a = 0; a <= last; a++) {
        double sum = 0;
        for (int64_t i = 0; i < job.axis[a].k; i++) sum += __builtin_fabs(double(*tap++));
        gain *= sum > 1 ? sum : 1;
      }
      if (gain > headroom) headroom = gain;
    }
  }

  struct Space {
    int64_t lo[kMaxDims], len[kMaxDims], from[kMaxDims];
    int64_t source[kMaxDims];  // samples behind a plane along each axis; rows at full rate
    int64_t width, loaded_pitch, pitch;  // elements of a filtered row; from row to row
    int64_t plane_rows, plane;           // rows of a filtered plane; from plane to plane
    int64_t batch_rows;                  // source rows of one plane
    int64_t room, first;  // filtered planes that each term has room for; the first kept
    T *loaded, *panel, *planes, *spare[2];
    T* beside;        // rows that nobody reads
    T *ready, *more;  // planes of outputs: the sum of terms so far, and the next term
    bool fold;        // whether sums of two samples are known not to overflow
  };

  template <class E>
  E* space(int slot, int64_t count) const {
    return static_cast<E*>(services.scratch(slot, count * int64_t(sizeof(E))));
  }

  void tile(int64_t i) {
    constexpr int W = kLanes<T>;
    Space w;
    grid.box(job, i, w.lo, w.len);
    w.plane_rows = w.batch_rows = 1;
    for (int a = 0; a <= last; a++) {
      const Axis& ax = job.axis[a];
      w.from[a] = w.lo[a] * ax.stride + ax.start;
      w.source[a] = (w.len[a] - 1) * ax.stride + ax.reach();
      if (a == slide || a == last) continue;
      w.plane_rows *= w.len[a];
      w.batch_rows *= w.source[a];
    }
    const Axis& x = job.axis[last];
    w.width = ((w.len[last] - 1) * x.stride + 1) * job.inner;
    w.pitch = padded_row<T>(round_up(w.width, W));
    w.plane = w.plane_rows * w.pitch;
    const int64_t loaded = round_up(w.source[last] * job.inner, W) + W;
    w.loaded_pitch = padded_row<T>(loaded);
    const int64_t batch = factors.batch, planes = w.source[slide];
    const Axis& down = job.axis[slide];
    w.room = least(planes, down.reach() - 1 + batch + kAtOnce * down.stride);
    w.first = 0;
    const int64_t rows = batch * w.batch_rows;
    w.loaded = space<T>(0, rows * w.loaded_pitch);
    w.panel = space<T>(1, W * (loaded + kAtOnce * job.inner + w.pitch));
    w.beside = w.panel + W * (loaded + kAtOnce * job.inner);
    w.planes = space<T>(2, factors.terms * w.room * w.plane);
    const int64_t most_ready = (batch / down.stride + 5) * w.plane;
    w.ready = space<T>(3, (factors.terms > 1 ? 2 : 1) * most_ready);
    w.more = w.ready + most_ready;
    w.spare[0] = space<T>(4, rows * w.pitch);
    w.spare[1] = space<T>(5, rows * w.pitch);
    w.fold = true;

    int64_t done = 0;  // planes of outputs
    for (int64_t p = 0; p < planes; p += batch) {
      const int64_t count = least(batch, planes - p);
      if (p + count - w.first > w.room) drop(w, least(p, done * down.stride), p);
      load(w, p, count);
      const T* taps = static_cast<const T*>(factors.taps);
      for (int64_t t = 0; t < factors.terms; t++)
        filter_planes(w, p, count, taps + t * taps_per_term, t);
      // Outputs whose windows are whole; by whole blocks, but for the last.
      int64_t n =
          p + count < down.reach() ? 0 : (p + count - down.reach()) / down.stride + 1 - done;
      if (p + count < planes) n -= n % kAtOnce;
      if (n > 0) write(w, done, n);
      done += most(n, 0);
    }
  }

  // Keep the filtered planes from `first` to before `end`.
  void drop(Space& w, int64_t first, int64_t end) const {
    for (int64_t t = 0; t < factors.terms; t++) {
      T* const planes = w.planes + t * w.room * w.plane;
      __builtin_memmove(planes, planes + (first - w.first) * w.plane,
                        size_t((end - first) * w.plane) * sizeof(T));
    }
    w.first = first;
  }

  void load(Space& w, int64_t p, int64_t count) {
    int64_t from[kMaxDims], len[kMaxDims], pitch[kMaxDims], rows = w.loaded_pitch;
    for (int a = last; a >= 0; a--) {
      from[a] = w.from[a];
      len[a] = w.source[a];
      pitch[a] = rows;
      if (a != last && a != slide) rows *= len[a];
    }
    from[slide] += p;
    len[slide] = count;
    pitch[slide] = w.batch_rows * w.loaded_pitch;
    T* to = w.loaded;
    if (bare()) {
      to = slot(w, 0, p);
      pitch[slide] = w.plane;
    }
    load_rows(job, from, len, to, pitch, [&](T* row, int64_t n) {
      const Unusual seen = leave_out_unusual(row, n, T(headroom));
      if (seen.nonfinite) __atomic_store_n(&left_out, true, __ATOMIC_RELAXED);
      if (seen.huge) w.fold = false;
    });
  }

  Line<T> line(const Space& w, int axis, const T* taps) const {
    for (int a = 0; a < axis; a++) taps += job.axis[a].k;
    const Axis& ax = job.axis[axis];
    bool fold = w.fold;
    for (int64_t j = 0; j < ax.k / 2; j++) fold = fold && taps[j] == taps[ax.k - 1 - j];
    return {taps, ax.k, axis == last ? 1 : ax.stride, ax.dilation, fold};
  }

  // Whether planes need no filtering: they are loaded where they are kept.
  bool bare() const {
    return factors.terms == 1 && job.axis[last].k == 1 && first_between() == last;
  }

  // The planes just loaded, along every axis but that of the slide: one term.
  void filter_planes(Space& w, int64_t p, int64_t count, const T* taps, int64_t t) const {
    constexpr int W = kLanes<T>;
    if (bare()) return;
    const bool between = first_between() < last;
    const Line<T> along = line(w, last, taps);
    const int64_t rows = count * w.batch_rows;
    for (int64_t r = 0; r < rows; r += W) {
      const T* from[W];
      T* to[W];
      for (int64_t i = 0; i < W; i++) {
        from[i] = w.loaded + least(r + i, rows - 1) * w.loaded_pitch;
        to[i] = r + i >= rows ? w.beside + i * w.pitch
                : between     ? w.spare[0] + (r + i) * w.pitch
                              : slot(w, t, p + r + i);
      }
      along_rows(w, from, along, to);
    }
    if (!between) return;
    for (int64_t b = 0; b < count; b++)
      across_plane(w, w.spare[0] + b * w.batch_rows * w.pitch, taps, slot(w, t, p + b));
  }

  T* slot(const Space& w, int64_t t, int64_t p) const {
    return w.planes + (t * w.room + p - w.first) * w.plane;
  }

  // The first axis with taps between that of the slide and the last; the last if there is none.
  int first_between() const {
    for (int a = slide + 1; a < last; a++)
      if (job.axis[a].k > 1) return a;
    return last;
  }

  // W rows along themselves, as lanes; each of the interleaved channels is a series of its own.
  void along_rows(Space& w, const T* const* from, const Line<T>& along, T* const* to) const {
    constexpr int W = kLanes<T>;
    if (along.k == 1) {  // its tap is one
      for (int i = 0; i < W; i++) copy_run(to[i], reinterpret_cast<const char*>(from[i]), w.width);
      return;
    }
    // Whole blocks of outputs: what lies beyond the last is never used.
    const int64_t outputs =
        along.dilation > 1 ? w.width / job.inner : round_up(w.width / job.inner, kAtOnce);
    rows_to_lanes(from, w.source[last] * job.inner, w.panel, W);
    for (int64_t c = 0; c < job.inner; c++) {
      T* series = w.panel + c * W;
      columns(Rows<T>{series, job.inner * W}, along, outputs, W, series, job.inner * W);
    }
    lanes_to_rows(w.panel, W, w.width, to);
  }

  // One plane along the axes between that of the slide and the last.
  void across_plane(Space& w, const T* from, const T* taps, T* to) const {
    int64_t len[kMaxDims];
    for (int a = slide + 1; a < last; a++) len[a] = w.source[a];
    int turn = 1;
    for (int a = last - 1; a > slide; a--) {
      if (job.axis[a].k == 1) continue;
      int64_t outers = 1, below = w.pitch;
      for (int b = slide + 1; b < a; b++) outers *= len[b];
      for (int b = a + 1; b < last; b++) below *= len[b];
      T* const next = a == first_between() ? to : w.spare[turn];
      for (int64_t o = 0; o < outers; o++)
        columns(Rows<T>{from + o * len[a] * below, below}, line(w, a, taps), w.len[a], below,
                next + o * w.len[a] * below, below);
      len[a] = w.len[a];
      from = next;
      turn ^= 1;
    }
  }

  // Outputs done .. done+n-1 along the slide, across the filtered planes of all terms.
  void write(Space& w, int64_t done, int64_t n) const {
    constexpr int W = kLanes<T>;
    const Axis& down = job.axis[slide];
    const T* taps = static_cast<const T*>(factors.taps);
    int64_t place[kMaxDims], len[kMaxDims], pitch[kMaxDims], step[kMaxDims], below = w.pitch;
    for (int a = last; a >= 0; a--) {
      place[a] = w.lo[a];
      len[a] = w.len[a];
      step[a] = 1;
      pitch[a] = below;
      if (a != last && a != slide) below *= len[a];
    }
    place[slide] += done;
    len[slide] = n;
    pitch[slide] = w.plane;
    step[last] = job.axis[last].stride;
    const bool straight = factors.terms == 1 && writes_straight<T>(job);
    for (int64_t t = 0; t < factors.terms; t++) {
      const Rows<T> planes{slot(w, t, done * down.stride), w.plane};
      const Line<T> across = line(w, slide, taps + t * taps_per_term);
      for (int64_t m = 0; m < w.plane_rows; m++) {
        const Rows<T> rows = planes.from(0, m * w.pitch);
        if (straight)
          write_rows(w, rows, across, n, row_of(place, m, w));
        else
          columns(rows, across, n, round_up(w.width, W), (t ? w.more : w.ready) + m * w.pitch,
                  w.plane);
      }
      if (t)
        for (int64_t e = 0; e < n * w.plane; e++) w.ready[e] += w.more[e];
    }
    if (!straight) store_box(job, place, len, w.ready, pitch, step);
  }

  // Where row m of a plane of outputs begins.
  T* row_of(const int64_t* place, int64_t m, const Space& w) const {
    int64_t at[kMaxDims];
    for (int a = last; a >= 0; a--) {
      at[a] = place[a];
      if (a == last || a == slide) continue;
      at[a] += m % w.len[a];
      m /= w.len[a];
    }
    return reinterpret_cast<T*>(out_at(job, at));
  }

  // Rows of outputs as they are; what is left of a vector at their end is cut.
  void write_rows(Space& w, const Rows<T>& rows, const Line<T>& across, int64_t n, T* out) const {
    constexpr int W = kLanes<T>;
    const int64_t pitch = job.out_stride[slide] / int64_t(sizeof(T)), whole = w.width / W * W;
    columns(rows, across, n, whole, out, pitch);
    if (whole == w.width) return;
    columns(rows.from(0, whole), across, n, W, w.ready, W);
    for (int64_t y = 0; y < n; y++)
      __builtin_memcpy(out + y * pitch + whole, w.ready + y * W,
                       size_t(w.width - whole) * sizeof(T));
  }
};

template <class T>
bool one_pass(const Job& job, const Services& services, const Factors& factors) {
  Separable<T> separable(job, services, factors);
  services.parallel_for(
      separable.grid.total, job.threads,
      [](void* context, int64_t i) { static_cast<Separable<T>*>(context)->tile(i); }, &separable);
  return separable.left_out;
}

// Tiles of a pass over planes; bytes of the columns that are filtered in place together, which
// stay in the second-level cache.
constexpr int64_t kPassTile = 512, kPassBatch = 16;
constexpr int64_t kSweepBytes = 192 << 10;

// Whether an axis can be filtered after the others, over their results: the border must then be
// made of results as it was of samples.
bool sweeps(const Axis& a) {
  return a.stride == 1 && a.m == a.n && (a.border != Border::constant || a.fill == 0);
}

// In three dimensions and more: the last two axes first, then each of the others over the output,
// in place. That saves the halo which a tile needs on every side. False when it cannot be done.
template <class T>
bool several_passes(const Job& job, const Services& services, const Factors& factors,
                    bool* left_out) {
  const int last = job.nd - 1;
  int near = last - 1;  // the axis that goes with the last
  while (near > 0 && job.axis[near].k == 1) near--;
  if (factors.terms > 1 || job.add || job.out_type != kTypeOf<T>) return false;
  bool far = false;
  for (int a = 0; a < near; a++) {
    if (job.axis[a].k == 1) continue;
    far = true;
    if (!sweeps(job.axis[a]) ||
        (job.axis[a].n + job.axis[a].reach()) * 64 * job.inner > 4 * kSweepBytes)
      return false;
  }
  if (!far) return false;

  int64_t sum = 0;
  for (int a = 0; a <= last; a++) sum += job.axis[a].k;
  T* const taps = static_cast<T*>(services.scratch(7, (sum + job.nd) * int64_t(sizeof(T))));
  const auto pass = [&](Job part, bool (*wanted)(int, int), int axis, int64_t* tile,
                        int64_t batch) {
    const T* from = static_cast<const T*>(factors.taps);
    T* to = taps;
    for (int a = 0; a <= last; a++) {
      const int64_t k = job.axis[a].k;
      if (k > 1 && wanted(a, axis)) {
        for (int64_t j = 0; j < k; j++) *to++ = from[j];
      } else {
        *to++ = T(1);
        if (k > 1) part.axis[a].start = 0;
        part.axis[a].k = part.axis[a].dilation = 1;
      }
      from += k;
    }
    return one_pass<T>(part, services, Factors{1, taps, tile, batch});
  };

  int64_t tile[kMaxDims];
  for (int a = 0; a <= last; a++) tile[a] = kPassTile;
  tile[last] = most(kPassTile / job.inner, job.axis[last].reach() / 2);
  *left_out = pass(job, [](int a, int axis) { return a >= axis; }, near, tile, kPassBatch);

  Job rest = job;
  rest.x = job.out;
  rest.x_type = job.out_type;
  for (int a = 0; a <= job.nd; a++) rest.x_stride[a] = job.out_stride[a];
  for (int a = near; a <= last; a++)
    rest.axis[a] = {job.axis[a].m, job.axis[a].m, 1, 0, 1, 1, Border::nearest, 0};
  for (int a = 0; a < near; a++)
    if (job.axis[a].k == 1)
      rest.axis[a] = {job.axis[a].m, job.axis[a].m, 1, 0, 1, 1, Border::nearest, 0};
  bool overflow = false;
  for (int a = near - 1; a >= 0; a--) {
    if (job.axis[a].k == 1) continue;
    // All samples of a column are taken before the first output is written over them.
    const int64_t planes = job.axis[a].n + job.axis[a].reach();
    for (int b = 0; b <= last; b++) tile[b] = 1;
    tile[a] = job.axis[a].m;
    tile[last] =
        most(64 / int64_t(sizeof(T)), kSweepBytes / int64_t(sizeof(T)) / planes) / job.inner;
    tile[last] = most(1, tile[last]);
    overflow |= pass(rest, [](int b, int axis) { return b == axis; }, a, tile, planes);
  }
  return !overflow;
}

template <class T>
bool run(const Job& job, const Services& services, const Factors& factors) {
  bool left_out;
  if (several_passes<T>(job, services, factors, &left_out)) return left_out;
  return one_pass<T>(job, services, factors);
}

}  // namespace

namespace iw::IW_LEVEL {

bool separable(const Job& job, const Services& services, Type compute, const Factors& factors) {
  if (compute == Type::f32) return run<float>(job, services, factors);
  if (compute == Type::f64) return run<double>(job, services, factors);
  return run<int64_t>(job, services, factors);
}

}  // namespace iw::IW_LEVEL
