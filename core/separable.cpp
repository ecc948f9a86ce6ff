// Separable convolution: a kernel as a sum of products of 1-D kernels, one axis at a time.
//
// Every tile slides along one axis, the last with taps before the rows'. What it takes on its way
// are planes (in two dimensions rows) across: the planes of samples are filtered along the axes
// before, then along their rows, and join those still needed; outputs are then summed across them.
// Halos along the slide are filtered once within a tile; those of the axes before are only read.
#include "band.hpp"
#include "columns.hpp"
#include "kernels.hpp"
#include "lanes.hpp"
#include "stream.hpp"

namespace {

using iw::Factors;
using iw::Services;

constexpr int64_t kKeptBytes = 192 << 10;  // of planes between two moves of those still needed

template <class T>
struct Separable {
  const Job& job;
  const Services& services;
  const Factors& factors;
  const int last;
  int slide = 0;     // the axis that tiles slide along
  int filtered = 0;  // axes before it that have taps
  Grid grid;
  int64_t taps_per_term = 0;
  int64_t far_tiles = 1;  // along the axes before that of the slide
  double headroom = 2;    // how far sums of two samples on the way may exceed the largest sample
  bool past = false;      // whether results are written past the caches
  bool left_out = false;

  Separable(const Job& j, const Services& s, const Factors& f)
      : job(j), services(s), factors(f), last(j.nd - 1) {
    for (int a = 0; a < last; a++)
      if (job.axis[a].k > 1) slide = a;
    for (int a = 0; a <= last; a++) {
      taps_per_term += job.axis[a].k;
      // Tiles are one thick where nothing is filtered.
      const bool thick = a == last || a == slide || job.axis[a].k > 1;
      grid.size[a] = thick ? factors.tile[a] : 1;
      if (a < slide) filtered += job.axis[a].k > 1;
    }
    grid.cover(job);
    int64_t bytes = job.inner * int64_t(sizeof(T));
    for (int a = 0; a <= last; a++) bytes *= job.axis[a].m;
    past = bytes > kPastBytes;
    for (int a = 0; a < slide; a++) far_tiles *= grid.count[a];
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
    int64_t* deep;    // where the rows of a plane of samples lie from each other: bytes, or -1
    bool fold;        // whether sums of two samples are known not to overflow
    bool cleaned;     // whether the planes at hand were looked through one by one
  };

  template <class E>
  E* space(int slot, int64_t count) const {
    return static_cast<E*>(services.scratch(slot, count * int64_t(sizeof(E))));
  }

  void tile(int64_t i) {
    constexpr int W = kLanes<T>;
    Space w;
    // Tiles behind each other along the first axes share samples: they follow each other.
    grid.box(job, i % far_tiles * (grid.total / far_tiles) + i / far_tiles, w.lo, w.len);
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
    w.plane = padded_row<T>(w.plane_rows * w.pitch);
    const int64_t loaded = round_up(w.source[last] * job.inner, W) + W;
    w.loaded_pitch = padded_row<T>(loaded);
    const int64_t batch = factors.batch, planes = w.source[slide];
    const Axis& down = job.axis[slide];
    const int64_t between = most(2 * batch, kKeptBytes / int64_t(sizeof(T)) / w.plane);
    w.room = least(planes, down.reach() - 1 + between + kAtOnce * down.stride);
    w.first = 0;
    // As many planes at a time as fill the lanes with their rows.
    const int64_t group = least(batch, (W - 1) / w.plane_rows + 1);
    const int64_t rows = group * w.batch_rows;
    w.loaded = space<T>(0, rows * w.loaded_pitch);
    w.panel = space<T>(1, W * (loaded + kAtOnce * job.inner + w.pitch));
    w.beside = w.panel + W * (loaded + kAtOnce * job.inner);
    w.planes = space<T>(2, factors.terms * w.room * w.plane);
    const int64_t most_ready = (batch / down.stride + kAtOnce + 1) * w.plane;
    w.ready = space<T>(3, (factors.terms > 1 ? 2 : 1) * most_ready);
    w.more = w.ready + most_ready;
    w.spare[0] = space<T>(4, rows * w.loaded_pitch);
    w.spare[1] = space<T>(5, filtered > 1 ? rows * w.loaded_pitch : 1);
    w.fold = true;
    if (filtered) find_rows(w);

    int64_t done = 0;  // planes of outputs
    for (int64_t p = 0; p < planes; p += batch) {
      const int64_t end = least(p + batch, planes);
      if (end - w.first > w.room) drop(w, least(p, done * down.stride), p);
      for (int64_t q = p; q < end; q += group) take(w, q, least(group, end - q));
      // Outputs whose windows are whole; by whole blocks, but for the last.
      int64_t n = end < down.reach() ? 0 : (end - down.reach()) / down.stride + 1 - done;
      if (end < planes) n -= n % kAtOnce;
      if (n > 0) write(w, done, n);
      done += most(n, 0);
    }
    if (past) end_streams();
  }

  // Where the rows of a plane of samples lie.
  void find_rows(Space& w) const {
    w.deep = space<int64_t>(6, w.batch_rows);
    for (int64_t r = 0; r < w.batch_rows; r++) {
      int64_t at = 0, rest = r;
      for (int a = slide - 1; a >= 0; a--) {
        const Axis& ax = job.axis[a];
        const int64_t s = fold(w.from[a] + rest % w.source[a], ax.n, ax.border);
        rest /= w.source[a];
        at = s < 0 || at < 0 ? -1 : at + s * job.x_stride[a];
      }
      w.deep[r] = at;
    }
  }

  // Ask for a part of the rows of plane p: while those before it are filtered, by and by, as the
  // processor does not foresee rows that lie far apart.
  void look_ahead(const Space& w, int64_t p, int64_t part, int64_t parts) const {
    const Axis& down = job.axis[slide];
    const int64_t at = fold(w.from[slide] + p, down.n, down.border);
    if (p >= w.source[slide] || at < 0) return;
    const int64_t step = job.x_stride[last], begin = most(w.from[last], 0) * step;
    const int64_t end = least(w.from[last] + w.source[last], job.axis[last].n) * step;
    const char* const plane = job.x + at * job.x_stride[slide];
    for (int64_t r = part * w.batch_rows / parts; r < (part + 1) * w.batch_rows / parts; r++)
      if (w.deep[r] >= 0)
        for (int64_t b = begin; b < end; b += 64) __builtin_prefetch(plane + w.deep[r] + b, 0, 2);
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

  // Load `count` planes and filter them along all axes but that of the slide.
  void take(Space& w, int64_t p, int64_t count) {
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
    load_box(job, from, len, w.loaded, pitch);
    w.cleaned = false;
    const T* taps = static_cast<const T*>(factors.taps);
    for (int64_t t = 0; t < factors.terms; t++) {
      if (!filter_planes(w, p, count, taps + t * taps_per_term, t)) continue;
      clean(w, count * w.batch_rows);
      filter_planes(w, p, count, taps + t * taps_per_term, t);
    }
  }

  // Leave out what is not finite among the rows just loaded.
  void clean(Space& w, int64_t rows) {
    w.cleaned = true;
    for (int64_t r = 0; r < rows; r++) {
      const Unusual seen =
          leave_out_unusual(w.loaded + r * w.loaded_pitch, w.source[last] * job.inner, T(headroom));
      if (seen.nonfinite) __atomic_store_n(&left_out, true, __ATOMIC_RELAXED);
      if (seen.huge) w.fold = false;
    }
  }

  Line<T> line(const Space& w, int axis, const T* taps) const {
    for (int a = 0; a < axis; a++) taps += job.axis[a].k;
    const Axis& ax = job.axis[axis];
    bool fold = w.fold;
    for (int64_t j = 0; j < ax.k / 2; j++) fold = fold && taps[j] == taps[ax.k - 1 - j];
    return {taps, ax.k, axis == last ? 1 : ax.stride, ax.dilation, fold};
  }

  // The planes just loaded, along every axis but that of the slide: one term. Whether there was
  // anything unusual, in which case they are not done.
  bool filter_planes(Space& w, int64_t p, int64_t count, const T* taps, int64_t t) const {
    constexpr int W = kLanes<T>;
    const T* rows = w.loaded;
    if (filtered) look_ahead(w, p + count, 0, (count * w.plane_rows - 1) / W + 2);
    for (int64_t q = 0; filtered && q < count; q++) rows = along_first_axes(w, q, taps);
    const Line<T> along = line(w, last, taps);
    const int64_t all = count * w.plane_rows;
    for (int64_t r = 0; r < all; r += W) {
      const T* from[W];
      T* to[W];
      for (int64_t i = 0; i < W; i++) {
        from[i] = rows + least(r + i, all - 1) * w.loaded_pitch;
        to[i] = r + i >= all
                    ? w.beside + i * w.pitch
                    : slot(w, t, p + (r + i) / w.plane_rows) + (r + i) % w.plane_rows * w.pitch;
      }
      if (filtered) look_ahead(w, p + count, r / W + 1, (all - 1) / W + 2);
      if (along_rows(w, from, along, to)) return true;
    }
    return false;
  }

  T* slot(const Space& w, int64_t t, int64_t p) const {
    return w.planes + (t * w.room + p - w.first) * w.plane;
  }

  // Plane q of those just loaded along the axes before that of the slide. Where the planes lie
  // then, one after the other.
  const T* along_first_axes(const Space& w, int64_t q, const T* taps) const {
    constexpr int W = kLanes<T>;
    int64_t len[kMaxDims];
    for (int a = 0; a < slide; a++) len[a] = w.source[a];
    const int64_t row = round_up(w.source[last] * job.inner, W);
    const T* from = w.loaded + q * w.batch_rows * w.loaded_pitch;
    int left = filtered;
    for (int a = slide - 1; a >= 0; a--) {
      if (job.axis[a].k == 1) continue;
      int64_t outers = 1, inners = 1;
      for (int b = 0; b < a; b++) outers *= len[b];
      for (int b = a + 1; b < slide; b++) inners *= len[b];
      const int64_t below = inners * w.loaded_pitch, width = inners == 1 ? row : below;
      left--;
      T* const to = w.spare[left & 1] + q * (left ? w.batch_rows : w.plane_rows) * w.loaded_pitch;
      for (int64_t o = 0; o < outers; o++)
        columns(Rows<T>{from + o * len[a] * below, below}, line(w, a, taps), w.len[a], width,
                to + o * w.len[a] * below, below);
      len[a] = w.len[a];
      from = to;
    }
    return w.spare[0];
  }

  // W rows along themselves, as lanes; each of the interleaved channels is a series of its own.
  // Whether there was anything unusual, in which case they are not done.
  bool along_rows(const Space& w, const T* const* from, const Line<T>& along, T* const* to) const {
    constexpr int W = kLanes<T>;
    if (along.k == 1) {  // its tap is one
      for (int i = 0; i < W; i++) {
        if (!w.cleaned && oddness(from[i], w.width, T(headroom)) != T(0)) return true;
        copy_run(to[i], reinterpret_cast<const char*>(from[i]), w.width);
      }
      return false;
    }
    // Whole blocks of outputs: what lies beyond the last is never used.
    const int64_t outputs =
        along.dilation > 1 ? w.width / job.inner : round_up(w.width / job.inner, kAtOnce);
    const int64_t samples = w.source[last] * job.inner;
    if (rows_to_lanes_seen(from, samples, w.panel, T(headroom)) && !w.cleaned) return true;
    for (int64_t c = 0; c < job.inner; c++) {
      T* series = w.panel + c * W;
      columns(Rows<T>{series, job.inner * W}, along, outputs, W, series, job.inner * W);
    }
    lanes_to_rows(w.panel, W, w.width, to);
    return false;
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
    if (past) {
      const bool joined = pitch == whole && pitch == w.width;
      const int64_t apart = joined ? pitch : w.pitch;
      columns(rows, across, n, round_up(w.width, W), w.ready, apart);
      for (int64_t y = 0; y < (joined ? 1 : n); y++)
        stream_run(out + y * pitch, w.ready + y * apart, joined ? n * pitch : w.width);
      return;
    }
    columns(rows, across, n, whole, out, pitch);
    if (whole == w.width) return;
    columns(rows.from(0, whole), across, n, W, w.ready, W);
    for (int64_t y = 0; y < n; y++)
      __builtin_memcpy(out + y * pitch + whole, w.ready + y * W,
                       size_t(w.width - whole) * sizeof(T));
  }
};

template <class T>
bool run(const Job& job, const Services& services, const Factors& factors) {
  Separable<T> separable(job, services, factors);
  services.parallel_for(
      separable.grid.total, job.threads,
      [](void* context, int64_t i) { static_cast<Separable<T>*>(context)->tile(i); }, &separable);
  return separable.left_out;
}

}  // namespace

namespace iw::IW_LEVEL {

bool separable(const Job& job, const Services& services, Type compute, const Factors& factors) {
  if (compute == Type::f32) return run<float>(job, services, factors);
  if (compute == Type::f64) return run<double>(job, services, factors);
  return run<int64_t>(job, services, factors);
}

}  // namespace iw::IW_LEVEL
