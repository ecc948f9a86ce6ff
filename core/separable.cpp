// Separable convolution: a kernel as a sum of products of 1-D kernels, one axis at a time.
//
// Every tile slides along one axis, the first with taps. What it takes on its way are planes (in
// two dimensions rows) across: the planes of samples are filtered along the axes between, then
// along their rows, and join those still needed; outputs are then summed across them. Halos along
// the slide are filtered once within a tile; those of the axes between are only read. Of the first
// axis planes are whole pieces of memory, which a tile reads as they lie.
#include "band.hpp"
#include "columns.hpp"
#include "kernels.hpp"
#include "lanes.hpp"
#include "runs.hpp"
#include "slide.hpp"
#include "span.hpp"

namespace {

using iw::Factors;
using iw::Services;

constexpr int64_t kTermsBetween = 256;  // two looks at signals

template <class T>
struct Separable {
  const Job& job;
  const Services& services;
  const Factors& factors;
  const int last;
  int slide = 0;     // the axis that tiles slide along
  int filtered = 0;  // axes between it and the rows' that have taps
  Grid grid;
  int64_t taps_per_term = 0;
  double headroom = 2;    // how far sums of two samples on the way may exceed the largest sample
  bool past = false;      // whether results are written past the caches
  bool in_place = false;  // whether samples may be summed where they lie
  bool left_out = false;
  const Held held;

  Separable(const Job& j, const Services& s, const Factors& f)
      : job(j), services(s), factors(f), last(j.nd - 1), held(j, s) {
    while (slide + 1 < last && job.axis[slide].k == 1) slide++;
    for (int a = 0; a <= last; a++) {
      taps_per_term += job.axis[a].k;
      // Tiles are one thick where nothing is summed and outputs lie apart.
      const bool thin = a < slide || (a < last && job.axis[a].k == 1 && job.axis[a].stride > 1);
      grid.size[a] = thin ? 1 : factors.tile[a];
      filtered += a > slide && a < last && job.axis[a].k > 1;
    }
    grid.cover(job);
    int64_t bytes = job.inner * int64_t(sizeof(T));
    for (int a = 0; a <= last; a++) bytes *= job.axis[a].m;
    past = bytes > kPastBytes;
    const int64_t size = sizeof(T);
    const bool whole_rows =
        job.x_stride[last] == job.inner * size && (job.inner == 1 || job.x_stride[job.nd] == size);
    in_place = job.x_type == kTypeOf<T> && whole_rows && filtered <= 1 &&
               (filtered == 0 || job.axis[first_filtered()].dilation == 1) && job.axis[last].k > 1;
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

  using Space = Slide<T>;

  void tile(int64_t i) {
    Space w;
    grid.box(job, i, w.lo, w.len);
    w.lay_out(job, services, factors, slide, filtered);
    w.in_place = in_place && w.rows.found && w.rows.width() >= kLanes<T>;
    if (filtered)  // planes one by one, of rows along one axis
      w.in_place = w.in_place && w.group == 1 && w.batch_rows == w.source[first_filtered()];

    const Axis& down = job.axis[slide];
    const int64_t batch = w.batch, group = w.group, planes = w.source[slide];
    int64_t done = 0;  // planes of outputs
    for (int64_t p = 0; p < planes; p += batch) {
      const int64_t end = least(p + batch, planes);
      for (int64_t q = p; q < end; q += group) take(w, q, least(group, end - q));
      // Outputs whose windows are whole; by whole blocks, but for the last.
      int64_t n = end < down.reach() ? 0 : (end - down.reach()) / down.stride + 1 - done;
      if (end < planes) n -= n % kAtOnce;
      if (n > 0) write(w, done, n);
      done += most(n, 0);
    }
    w.aside.streams.rest();
    if (past) end_streams();
    if (held.means()) held.box(job, w.lo, w.len, w.seen.span());
  }

  int first_filtered() const {
    int a = slide + 1;
    while (a < last && job.axis[a].k == 1) a++;
    return a;
  }

  // Planes p .. p+count-1 of samples, filtered along all axes but that of the slide.
  void take(Space& w, int64_t p, int64_t count) {
    w.cleaned = false;
    if (w.in_place)
      w.rows.planes(job, slide, w.from, p, count, 0);
    else
      load(w, p, count);
    w.aside.ahead = {};
    const int64_t next = least(w.group, w.source[slide] - p - count);
    if (next > 0 && (w.in_place || filtered) && job.x_stride[last] <= kVectorBytes) {
      w.rows.planes(job, slide, w.from, p + count, next, 1);
      w.aside.ahead = {w.rows.list[1], next * w.batch_rows, 0,
                       (w.rows.end - w.rows.begin) * job.x_stride[last],
                       (filtered + 1) * factors.terms * blocks(w, count * w.plane_rows)};
    }
    bool in_place = w.in_place;
    const T* taps = static_cast<const T*>(factors.taps);
    for (int64_t t = 0; t < factors.terms; t++) {
      if (t % kTermsBetween == kTermsBetween - 1) services.check_interrupt();
      if (!filter_planes(w, p, count, taps + t * taps_per_term, t, in_place)) continue;
      if (in_place) load(w, p, count);
      in_place = false;
      clean(w, count * w.batch_rows);
      filter_planes(w, p, count, taps + t * taps_per_term, t, false);
    }
  }

  void load(Space& w, int64_t p, int64_t count) const {
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
    bool same = true;
    for (int64_t j = 0; j < ax.k / 2; j++) same = same && taps[j] == taps[ax.k - 1 - j];
    const bool minus = !same && are_opposite(taps, ax.k);
    const bool fold = w.fold && (same || minus);
    return {taps, ax.k, axis == last ? 1 : ax.stride, ax.dilation, fold, minus};
  }

  // The planes just taken, along every axis but that of the slide: one term. Whether there was
  // anything unusual, in which case they are not done.
  bool filter_planes(Space& w, int64_t p, int64_t count, const T* taps, int64_t t, bool in_place) {
    constexpr int W = kLanes<T>;
    const T* rows = w.loaded;
    const char* const* const lie = w.rows.list[0];
    for (int64_t q = 0; filtered && !in_place && q < count; q++)
      rows = along_first_axes(w, q, taps);
    const Line<T> along = line(w, last, taps);
    const int64_t all = count * w.plane_rows;
    for (int64_t r = 0; r < all; r += W) {
      const T* from[W];
      T* to[W];
      for (int64_t i = 0; i < W; i++) {
        const int64_t row = least(r + i, all - 1);
        from[i] = in_place && !filtered ? reinterpret_cast<const T*>(lie[row])
                                        : rows + row * w.loaded_pitch;
        to[i] = r + i >= all
                    ? w.beside + i * w.pitch
                    : slot(w, t, p + (r + i) / w.plane_rows) + (r + i) % w.plane_rows * w.pitch;
      }
      if (along.k == 1) {  // its tap is one
        if (copy_rows(w, from, to)) return true;
        continue;
      }
      const bool odd =
          !in_place  ? rows_to_lanes_seen(from, w.source[last] * job.inner, w.panel, T(headroom))
          : filtered ? lanes_in_place(w, r, least(W, all - r), taps)
                     : rows_to_lanes_within(from, w.rows.width(), w.panel + w.rows.before() * W,
                                            T(headroom));
      if (in_place) w.rows.finish_lanes(w.panel);
      if (odd && !w.cleaned) return true;
      along_rows(w, along, to);
    }
    return false;
  }

  // n rows from r on of a plane along the first axis, of those samples that lie within the data,
  // as lanes. Vectors begin where samples' cache lines do; those at both ends may overlap them.
  bool lanes_in_place(Space& w, int64_t r, int64_t n, const T* taps) const {
    constexpr int64_t W = kLanes<T>;
    const int a = first_filtered();
    const Line<T> down = line(w, a, taps);
    const Listed<T> rows{w.rows.list[0] + r * down.stride, w.rows.count, 0};
    const int64_t width = w.rows.width();
    const bool even = job.x_stride[a] % kVectorBytes == 0;
    const int64_t off = even ? int64_t(uintptr_t(rows.at(0)) % kVectorBytes / sizeof(T)) : 0;
    constexpr int64_t many = Space::kMany, pitch = (many + 1) * W;
    T *const sums = w.spare[0], *const panel = w.panel + w.rows.before() * W;
    if (n < W) __builtin_memset(sums + n * pitch, 0, size_t((W - n) * pitch) * sizeof(T));
    Vec<T> odd = {};
    const auto vectors = [&](int64_t x, int64_t count) {
      columns(rows.from(0, x), down, n, count * W, sums, pitch, w.aside);
      for (int64_t c = 0; c < count * W; c += W)
        square_to_lanes(sums + c, pitch, panel + (x + c) * W, T(headroom), odd);
    };
    if (off) vectors(0, 1);
    int64_t x = (W - off) % W;
    for (; x + many * W <= width; x += many * W) vectors(x, many);
    if (x + W <= width) vectors(x, (width - x) / W);
    if ((width - x) % W) vectors(width - W, 1);
    return sum_of_lanes<T>(odd) != T(0);
  }

  T* slot(const Space& w, int64_t t, int64_t p) const {
    return w.planes + (t * w.room + p % w.room) * w.plane;
  }

  // Plane q of those just loaded along the axes before that of the slide. Where the planes lie
  // then, one after the other.
  const T* along_first_axes(Space& w, int64_t q, const T* taps) const {
    constexpr int W = kLanes<T>;
    int64_t len[kMaxDims];
    for (int a = slide + 1; a < last; a++) len[a] = w.source[a];
    const int64_t row = round_up(w.source[last] * job.inner, W);
    const T* from = w.loaded + q * w.batch_rows * w.loaded_pitch;
    int left = filtered;
    for (int a = slide + 1; a < last; a++) {
      if (job.axis[a].k == 1) continue;
      int64_t outers = 1, inners = 1;
      for (int b = slide + 1; b < a; b++) outers *= len[b];
      for (int b = a + 1; b < last; b++) inners *= len[b];
      const int64_t below = inners * w.loaded_pitch, width = inners == 1 ? row : below;
      left--;
      T* const to = w.spare[left & 1] + q * (left ? w.batch_rows : w.plane_rows) * w.loaded_pitch;
      for (int64_t o = 0; o < outers; o++)
        columns(Rows<T>{from + o * len[a] * below, below}, line(w, a, taps), w.len[a], width,
                to + o * w.len[a] * below, below, w.aside);
      len[a] = w.len[a];
      from = to;
    }
    return w.spare[0];
  }

  // W rows as they are. Whether there was anything unusual, in which case they are not done.
  bool copy_rows(const Space& w, const T* const* from, T* const* to) const {
    for (int i = 0; i < kLanes<T>; i++) {
      if (!w.cleaned && oddness(from[i], w.width, T(headroom)) != T(0)) return true;
      copy_run(to[i], reinterpret_cast<const char*>(from[i]), w.width);
    }
    return false;
  }

  // The panel's rows along themselves; each of the interleaved channels is a series of its own.
  void along_rows(Space& w, const Line<T>& along, T* const* to) const {
    constexpr int W = kLanes<T>;
    // Whole blocks of outputs: what lies beyond the last is never used.
    const int64_t outputs =
        along.dilation > 1 ? w.width / job.inner : round_up(w.width / job.inner, kAtOnce);
    for (int64_t c = 0; c < job.inner; c++) {
      T* series = w.panel + c * W;
      columns(Rows<T>{series, job.inner * W}, along, outputs, W, series, job.inner * W, w.aside);
    }
    lanes_to_rows(w.panel, W, w.width, to);
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
    const int64_t behind = (n - 1) * down.stride + down.reach();
    w.aside.ahead = {};
    for (int64_t t = 0; t < factors.terms; t++) {
      if (t % kTermsBetween == kTermsBetween - 1) services.check_interrupt();
      const int64_t each = down.stride > 1 ? 1 : down.dilation;
      for (int64_t i = 0; i < behind; i++)
        w.ring[Listed<T>::place(i, each, behind)] =
            reinterpret_cast<const char*>(slot(w, t, done * down.stride + i));
      const Line<T> across = line(w, slide, taps + t * taps_per_term);
      for (int64_t m = 0; m < w.plane_rows; m++) {
        const Listed<T> rows{w.ring, behind, m * w.pitch};
        if (straight)
          write_rows(w, rows, across, n, row_of(place, m, w),
                     m + 1 < w.plane_rows ? row_of(place, m + 1, w) : nullptr);
        else
          columns(rows, across, n, round_up(w.width, W), (t ? w.more : w.ready) + m * w.pitch,
                  w.plane, w.aside);
      }
      if (t)
        for (int64_t e = 0; e < n * w.plane; e++) w.ready[e] += w.more[e];
    }
    if (straight) return;
    for (int64_t i = 0; i < n; i++) look(w, w.ready + i * w.plane, w.pitch, w.plane_rows);
    store_box(job, place, len, w.ready, pitch, step);
  }

  // Blocks of sums in n rows of a plane.
  int64_t blocks(const Space& w, int64_t n) const { return n * w.width / (kAtOnce * kLanes<T>); }

  // Where row m of a plane of outputs begins.
  T* row_of(const int64_t* place, int64_t m, const Space& w) const {
    int64_t at[kMaxDims] = {};
    for (int a = last; a >= 0; a--) {
      at[a] = place[a];
      if (a == last || a == slide) continue;
      at[a] += m % w.len[a];
      m /= w.len[a];
    }
    return reinterpret_cast<T*>(out_at(job, at));
  }

  // Rows of outputs as they are; what is left of a vector at their end is cut. Those that go past
  // the caches do so while the next are summed.
  void write_rows(Space& w, const Listed<T>& rows, const Line<T>& across, int64_t n, T* out,
                  const T* next) const {
    constexpr int W = kLanes<T>;
    const int64_t pitch = job.out_stride[slide] / int64_t(sizeof(T)), whole = w.width / W * W;
    if (past) {
      Streams<T>& streams = w.aside.streams;
      constexpr int64_t line = Streams<T>::kLine;
      const bool joined = pitch == whole && pitch == w.width;
      const int64_t apart = joined ? pitch : padded_row<T>(round_up(w.width, W) + line);
      T* const ready = (w.turn ? w.more : w.ready) + line;
      const T* const before = (w.turn ? w.ready : w.more) + line;
      w.turn ^= 1;
      columns(rows, across, n, round_up(w.width, W), ready, apart, w.aside);
      look(w, ready, apart, n);
      streams.rest();
      const bool follows = streams.followed;
      for (int64_t y = 0; follows && y < n; y++)
        copy_run(ready + y * apart - line,
                 reinterpret_cast<const char*>(before + y * apart + w.width - line), line);
      streams = {ready, out,     apart,   pitch,
                 n,     w.width, follows, w.width >= line && next == out + w.width};
      if (joined) streams.width *= n, streams.rows = 1;
      streams.begin(blocks(w, n));
      return;
    }
    columns(rows, across, n, whole, out, pitch, w.aside);
    if (whole < w.width) {
      columns(rows.from(0, whole), across, n, W, w.ready, W, w.aside);
      for (int64_t y = 0; y < n; y++)
        __builtin_memcpy(out + y * pitch + whole, w.ready + y * W,
                         size_t(w.width - whole) * sizeof(T));
    }
    look(w, out, pitch, n);
  }

  // Rows of results just summed.
  void look(Space& w, const T* rows, int64_t pitch, int64_t n) const {
    for (int64_t y = 0; held.means() && y < n; y++) w.seen.run(rows + y * pitch, w.width);
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
