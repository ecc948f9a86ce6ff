// Products of 1-D kernels that are sums of a few exponentials, at a cost that does not grow with
// their length.
//
// The response c p^m, m = 0 .. M-1, is a recursion: s[n] = p s[n-1] + x[n] - p^M x[n-M], and the
// result is Re(c s). The last term ends the response where the taps end; it is left out when what
// follows them is small enough. Each axis takes one run forwards, for the taps at and behind the
// sample, and one backwards, for those before it. A run begins as many samples outside its outputs
// as the taps reach, where the border is loaded like anywhere else: no starting state has to be
// guessed, and any border will do.
//
// Series lie side by side as lanes: columns as they are, rows turned over (`lanes.hpp`). The first
// axis reads the samples and may cut them into chunks; the others work in place on the output,
// a whole line at a time.
//
// States grow beyond their samples and results. Where they might grow beyond all numbers,
// everything is done again on samples made smaller by a power of two, which changes no bit.
#include <math.h>
#include <string.h>

#include "band.hpp"
#include "finite.hpp"
#include "kernels.hpp"
#include "lanes.hpp"

namespace {

using iw::Recursion;
using iw::Services;

// Samples of a panel that stay in the second-level cache, and samples turned over at a time.
constexpr int64_t kPanelBytes = 384 << 10, kTurned = 128;

enum Slot { kPanelSlot, kResultSlot, kRowsSlot };

// Lanes that run side by side: two vectors keep enough recursions in flight.
template <class T>
constexpr int kSeries = 2 * kLanes<T>;

// Columns that are loaded together: a few cache lines of each row.
template <class T>
constexpr int kColumns = 4 * kSeries<T>;

// One pole after the other: p, c and p^M, real and imaginary parts.
constexpr int kPoleNumbers = 6;
constexpr int kMostPoles = 8;

// By this samples are made smaller.
constexpr double kScale = 0x1p-64;

// How far states and results may exceed the largest sample: sums of |p|^m, on every axis.
double gain_of(const Recursion& recursion) {
  double all = 1;
  for (int i = 0; i < recursion.count; i++) {
    double gain = 1;
    for (int s = 2 * recursion.axis[i]; s < 2 * recursion.axis[i] + 2; s++) {
      const double* pole = recursion.side[s].numbers;
      for (int64_t p = 0; p < recursion.side[s].poles; p++, pole += kPoleNumbers)
        gain += (1 + hypot(pole[2], pole[3])) / (1 - hypot(pole[0], pole[1]));
    }
    all *= gain;
  }
  return all;
}

// The recursions of one direction, as many poles as there are.
template <class T, int Poles>
struct Run {
  Vec<T> re[Poles][2] = {}, im[Poles][2] = {};
  T p_re[Poles], p_im[Poles], c_re[Poles], c_im[Poles], end_re[Poles], end_im[Poles];

  explicit Run(const double* pole) {
    for (int i = 0; i < Poles; i++, pole += kPoleNumbers) {
      p_re[i] = T(pole[0]), p_im[i] = T(pole[1]);
      c_re[i] = T(pole[2]), c_im[i] = T(pole[3]);
      end_re[i] = T(pole[4]), end_im[i] = T(pole[5]);
    }
  }

  // Take in the samples at `x`, and let go of those at `gone`.
  template <bool Ends>
  [[gnu::always_inline]] void step(const T* x, const T* gone) {
#pragma GCC unroll 2
    for (int v = 0; v < 2; v++) {
      Vec<T> in = load(x + v * kLanes<T>), out{};
      if constexpr (Ends) out = load(gone + v * kLanes<T>);
#pragma GCC unroll 8
      for (int i = 0; i < Poles; i++) {
        Vec<T> a = in - p_im[i] * im[i][v], b = p_im[i] * re[i][v];
        if constexpr (Ends) {
          a -= end_re[i] * out;
          b -= end_im[i] * out;
        }
        re[i][v] = p_re[i] * re[i][v] + a;
        im[i][v] = p_re[i] * im[i][v] + b;
      }
    }
  }

  template <bool Add>
  [[gnu::always_inline]] void result(T* y) const {
#pragma GCC unroll 2
    for (int v = 0; v < 2; v++) {
      Vec<T> sum{};
      if constexpr (Add) sum = load(y + v * kLanes<T>);
#pragma GCC unroll 8
      for (int i = 0; i < Poles; i++) sum += c_re[i] * re[i][v] - c_im[i] * im[i][v];
      store(y + v * kLanes<T>, sum);
    }
  }
};

// `count` results from samples that follow each other `step` apart, beginning with the `lead`
// that the first result shares with those before it.
template <class T, int Poles, bool Ends, bool Add>
IW_APART void run(const double* poles, const T* x, int64_t step, int64_t lead, T* y,
                  int64_t count) {
  Run<T, Poles> state(poles);
  for (int64_t i = 0; i < lead; i++) state.template step<false>(x + i * step, nullptr);
  x += lead * step;
  state.template step<false>(x, nullptr);
  state.template result<Add>(y);
  for (int64_t i = 1; i < count; i++) {
    state.template step<Ends>(x + i * step, x + (i - lead - 1) * step);
    state.template result<Add>(y + i * step);
  }
}

template <class T, int Poles, bool Add>
void run_poles(const Recursion::Side& side, const T* x, int64_t step, T* y, int64_t count) {
  if constexpr (Poles > 1) {
    if (side.poles < Poles) return run_poles<T, Poles - 1, Add>(side, x, step, y, count);
  }
  (side.ends ? run<T, Poles, true, Add> : run<T, Poles, false, Add>)(side.numbers, x, step,
                                                                     side.taps - 1, y, count);
}

template <class T>
struct Pass {
  const Job& job;  // samples and results of this pass
  const Services& services;
  const Recursion& recursion;
  const int axis;
  const bool first;  // reads the samples; the others read results
  int64_t chunk;     // outputs of a line that are computed at a time
  int64_t chunks;    // of a line
  int64_t across;    // groups of columns beside each other; 1 along rows
  int64_t lines;     // rows, or planes of columns

  T headroom = 1;     // samples that overflow when multiplied by it are huge
  T in = 1, out = 1;  // what samples and results are multiplied by
  bool left_out = false, huge = false;

  Pass(const Job& j, const Services& s, const Recursion& r, int a, bool is_first)
      : job(j), services(s), recursion(r), axis(a), first(is_first) {
    const Axis& ax = job.axis[axis];
    const int64_t room = kPanelBytes / (2 * kSeries<T> * int64_t(sizeof(T)));
    chunk = first ? least(ax.m, most(room - ax.k, 4 * ax.k)) : ax.m;
    chunks = (ax.m + chunk - 1) / chunk;
    chunk = (ax.m + chunks - 1) / chunks;
    lines = 1;
    for (int d = 0; d < job.nd; d++)
      if (d != axis && d != job.nd - 1) lines *= job.axis[d].m;
    across = along_rows() ? 1 : (job.axis[job.nd - 1].m + kColumns<T> - 1) / kColumns<T>;
  }

  bool along_rows() const { return axis == job.nd - 1; }

  int64_t tasks() const {
    const int64_t all = lines * chunks;
    return along_rows() ? (all + kSeries<T> - 1) / kSeries<T> : all * across;
  }

  // Where line i begins, by the strides of the axes that it does not run along.
  int64_t line_at(int64_t i, const int64_t* stride) const {
    int64_t at = 0;
    for (int d = job.nd - 2; d >= 0; d--) {
      if (d == axis) continue;
      at += i % job.axis[d].m * stride[d];
      i /= job.axis[d].m;
    }
    return at;
  }

  T* space(int slot, int64_t count) const {
    return static_cast<T*>(services.scratch(slot, count * int64_t(sizeof(T))));
  }

  void clean(T* row, int64_t n) {
    if (!first) return;
    const Unusual seen = leave_out_unusual(row, n, headroom);
    if (seen.nonfinite) __atomic_store_n(&left_out, true, __ATOMIC_RELAXED);
    if (seen.huge) __atomic_store_n(&huge, true, __ATOMIC_RELAXED);
    multiply(row, n, n, 1, in);
  }

  // `count` runs of numbers that begin `step` apart.
  static void multiply(T* p, int64_t run, int64_t step, int64_t count, T by) {
    if (by == T(1)) return;
    for (int64_t i = 0; i < count; i++)
      for (int64_t e = 0; e < run; e++) p[i * step + e] *= by;
  }

  // Filter series whose samples, and results, lie `step` apart.
  void filter(const T* panel, T* result, int64_t step, int64_t count) const {
    const Recursion::Side& behind = recursion.side[2 * axis];
    const Recursion::Side& before = recursion.side[2 * axis + 1];
    if (behind.poles)
      run_poles<T, kMostPoles, false>(behind, panel, step, result, count);
    else
      for (int64_t n = 0; n < count; n++) memset(result + n * step, 0, kSeries<T> * sizeof(T));
    if (before.poles)
      run_poles<T, kMostPoles, true>(before, panel + (job.axis[axis].k + count - 2) * step, -step,
                                     result + (count - 1) * step, count);
    multiply(result, kSeries<T>, step, count, out);
  }

  void task(int64_t i) {
    const int64_t reach = job.axis[axis].k - 1, width = along_rows() ? kSeries<T> : kColumns<T>;
    T* panel = space(kPanelSlot, round_up(chunk + reach, kLanes<T>) * width);
    T* result = space(kResultSlot, round_up(chunk, kLanes<T>) * width);
    if (along_rows())
      rows(i, panel, result);
    else
      columns(i, panel, result);
  }

  void columns(int64_t i, T* panel, T* result) {
    const Axis& ax = job.axis[axis];
    const int last = job.nd - 1;
    const int64_t column = i % across * kColumns<T>, line = i / across / chunks;
    const int64_t begin = i / across % chunks * chunk, count = least(chunk, ax.m - begin);
    const int64_t width = least(kColumns<T>, job.axis[last].m - column);
    const RowLoader<T> loader = row_loader<T>(job.x_type);
    const RowStorer<T> storer = row_storer<T>(job);
    const char* from = job.x + line_at(line, job.x_stride);
    const bool plain = width == kColumns<T> && job.x_type == kTypeOf<T> &&
                       job.x_stride[last] == int64_t(sizeof(T));
    for (int64_t n = 0; n < count + ax.k - 1; n++) {
      T* to = panel + n * kColumns<T>;
      const int64_t s = fold(begin + ax.start + n, ax.n, ax.border);
      const char* row = from + s * job.x_stride[axis];
      if (s < 0) {
        for (int64_t l = 0; l < kColumns<T>; l++) to[l] = T(ax.fill);
      } else if (plain) {
        memcpy(to, row + column * int64_t(sizeof(T)), kColumns<T> * sizeof(T));
      } else {
        loader(job, row, column, width, to);
        for (int64_t l = width; l < kColumns<T>; l++) to[l] = 0;
      }
    }
    clean(panel, (count + ax.k - 1) * kColumns<T>);
    for (int64_t c = 0; c < width; c += kSeries<T>)
      filter(panel + c, result + c, kColumns<T>, count);
    char* out = job.out + line_at(line, job.out_stride) + column * job.out_stride[last] +
                begin * job.out_stride[axis];
    for (int64_t n = 0; n < count; n++)
      storer(job, result + n * kColumns<T>, 1, width, out + n * job.out_stride[axis]);
  }

  // Each lane is one chunk of one row.
  void rows(int64_t i, T* panel, T* result) {
    const Axis& ax = job.axis[axis];
    const int64_t all = lines * chunks, reach = ax.k - 1;
    const RowLoader<T> loader = row_loader<T>(job.x_type);
    const RowStorer<T> storer = row_storer<T>(job);
    T* piece = space(kRowsSlot, kSeries<T> * kTurned);
    T* piece_of[kSeries<T>];
    for (int l = 0; l < kSeries<T>; l++) piece_of[l] = piece + l * kTurned;
    for (int64_t n = 0; n < chunk + reach; n += kTurned) {
      const int64_t size = least(kTurned, chunk + reach - n);
      for (int l = 0; l < kSeries<T>; l++) {
        const int64_t lane = i * kSeries<T> + l;
        if (lane >= all) {
          memset(piece_of[l], 0, kTurned * sizeof(T));
          continue;
        }
        const int64_t begin = lane % chunks * chunk + ax.start + n;
        loader(job, job.x + line_at(lane / chunks, job.x_stride), begin, size, piece_of[l]);
        clean(piece_of[l], size);
      }
      for (int v = 0; v < 2; v++)
        rows_to_lanes<T>(piece_of + v * kLanes<T>, size, panel + n * kSeries<T> + v * kLanes<T>,
                         kSeries<T>);
    }
    filter(panel, result, kSeries<T>, chunk);
    for (int64_t n = 0; n < chunk; n += kTurned) {
      for (int v = 0; v < 2; v++)
        lanes_to_rows<T>(result + n * kSeries<T> + v * kLanes<T>, kSeries<T>,
                         least(kTurned, chunk - n), piece_of + v * kLanes<T>);
      for (int l = 0; l < kSeries<T>; l++) {
        const int64_t lane = i * kSeries<T> + l;
        if (lane >= all) break;
        const int64_t begin = lane % chunks * chunk + n;
        const int64_t size = least(kTurned, least(chunk - n, ax.m - begin));
        if (size <= 0) continue;
        char* out = job.out + line_at(lane / chunks, job.out_stride) + begin * job.out_stride[axis];
        storer(job, piece_of[l], 1, size, out);
      }
    }
  }
};

struct Filtered {
  bool left_out = false, huge = false;
};

// All axes, the samples made smaller by `scale` on the way.
template <class T>
Filtered filter_axes(const Job& job, const Services& services, const Recursion& recursion,
                     double headroom, double scale) {
  Job own = job;
  Filtered done;
  for (int i = 0; i < recursion.count; i++) {
    Pass<T> pass(own, services, recursion, recursion.axis[i], i == 0);
    pass.headroom = T(headroom);
    if (i == 0) pass.in = T(scale);
    if (i == recursion.count - 1) pass.out = T(1 / scale);
    services.parallel_for(
        pass.tasks(), job.threads,
        [](void* context, int64_t task) { static_cast<Pass<T>*>(context)->task(task); }, &pass);
    done.left_out |= pass.left_out;
    done.huge |= pass.huge;
    own.x = own.out;
    own.x_type = own.out_type;
    for (int a = 0; a <= job.nd; a++) own.x_stride[a] = own.out_stride[a];
  }
  return done;
}

// Whether samples were left out.
template <class T>
bool filter_all(const Job& job, const Services& services, const Recursion& recursion) {
  const Filtered done = filter_axes<T>(job, services, recursion, gain_of(recursion), 1);
  if (done.huge) filter_axes<T>(job, services, recursion, 1, kScale);
  return done.left_out;
}

}  // namespace

namespace iw::IW_LEVEL {

void within(const Job&, const Services&, const Span& outside, bool finite);

bool recursive(const Job& job, const Services& services, Type compute, const Recursion& recursion) {
  const bool left_out = compute == Type::f32 ? filter_all<float>(job, services, recursion)
                                             : filter_all<double>(job, services, recursion);
  Span outside;
  for (int a = 0; a < job.nd; a++)
    if (job.axis[a].border == Border::constant && job.axis[a].k > 1) outside.take(job.axis[a].fill);
  within(job, services, outside, false);
  return left_out;
}

}  // namespace iw::IW_LEVEL
