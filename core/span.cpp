// Looking at samples and results, and holding means within the range of the samples.
#include "span.hpp"

#include "band.hpp"
#include "kernels.hpp"

namespace {

using iw::Services;
using iw::Span;

constexpr int kRowSlot = iw::kScratchSlots - 1;  // what a tile has elsewhere stays

// Runs of samples that are looked at beforehand: so many positions each, one for so many samples.
constexpr int64_t kRun = 64, kForEach = 1 << 15, kMostRuns = 64;

// Results that one thread takes at a time.
constexpr int64_t kPiece = 1 << 16;

// Whether float holds the samples as they are, and what lies outside as the results hold it.
bool in_float(const Job& job) {
  if (job.out_type == Type::f64) return false;
  return iw::kBytes[int(job.x_type)] <= 2 || job.x_type == Type::f32;
}

// A number as results hold it.
double as_result(Type type, double value) {
  if (type == Type::f16) return double(from_half(to_half(float(value))));
  return type == Type::f32 ? double(float(value)) : value;
}

Span as_results(Type type, const Span& span) {
  return {as_result(type, span.low), as_result(type, span.high)};
}

bool within(const Span& inner, const Span& outer) {
  return !(inner.low < outer.low) && !(inner.high > outer.high);
}

const char* row_at(const Job& job, int64_t row) {
  const char* p = job.x;
  for (int a = job.nd - 2; a >= 0; a--) {
    p += row % job.axis[a].n * job.x_stride[a];
    row /= job.axis[a].n;
  }
  return p;
}

int64_t rows_of(const Job& job) {
  int64_t rows = 1;
  for (int a = 0; a < job.nd - 1; a++) rows *= job.axis[a].n;
  return rows;
}

template <class T>
T* row_space(const Services& services, int64_t count) {
  return static_cast<T*>(services.scratch(kRowSlot, count * int64_t(sizeof(T))));
}

// Along an axis of a box of samples: without what lies outside the data, where that repeats samples
// of the box or is `fill`. Whether there is such.
bool clip(const Axis& axis, int64_t& from, int64_t& held) {
  const int64_t begin = most(from, 0), end = least(from + held, axis.n);
  const int64_t outside = most(begin - from, from + held - end);
  const bool repeats = axis.border != Border::wrap && outside < end - begin;
  if (!outside || !(repeats || axis.border == Border::constant) || end <= begin) return false;
  from = begin;
  held = end - begin;
  return axis.border == Border::constant;
}

// All samples behind a box of results.
template <class T>
Span span_of_samples(const Job& job, const Services& services, const int64_t* lo,
                     const int64_t* len) {
  const int last = job.nd - 1;
  int64_t from[kMaxDims], held[kMaxDims], nowhere[kMaxDims] = {};
  Span filled;
  for (int a = 0; a <= last; a++) {
    from[a] = lo[a] * job.axis[a].stride + job.axis[a].start;
    held[a] = (len[a] - 1) * job.axis[a].stride + job.axis[a].reach();
    if (clip(job.axis[a], from[a], held[a])) filled.take(job.axis[a].fill);
  }
  const RowLoader<T> loader = row_loader<T>(job.x_type);
  T* const row = row_space<T>(services, held[last] * job.inner);
  const int64_t size = sizeof(T), begin = from[last] * job.inner * size;
  const bool in_place = job.x_type == kTypeOf<T> && job.x_stride[last] == job.inner * size &&
                        (job.inner == 1 || job.x_stride[job.nd] == size) && from[last] >= 0 &&
                        from[last] + held[last] <= job.axis[last].n;
  Seen<T> seen;
  for_rows(job, from, held, nowhere, [&](const char* data, double fill, int64_t) {
    const int64_t count = held[last] * job.inner;
    if (data && in_place) return seen.run(reinterpret_cast<const T*>(data + begin), count);
    if (data)
      loader(job, data, from[last], held[last], row);
    else
      fill_row(job, fill, from[last], held[last], row);
    seen.run(row, count);
  });
  filled.join(seen.span());
  return filled;
}

// Visit the rows of a box of results.
template <class F>
void for_results(const Job& job, const int64_t* lo, const int64_t* len, F&& visit) {
  const int last = job.nd - 1;
  int64_t index[kMaxDims] = {}, place[kMaxDims];
  for (;;) {
    for (int a = 0; a <= last; a++) place[a] = lo[a] + index[a];
    visit(out_at(job, place));
    int a = last - 1;
    while (a >= 0 && ++index[a] == len[a]) index[a--] = 0;
    if (a < 0) return;
  }
}

template <class S>
bool packed(const Job& job) {
  return job.out_stride[job.nd - 1] == job.inner * int64_t(sizeof(S)) &&
         (job.inner == 1 || job.out_stride[job.nd] == int64_t(sizeof(S)));
}

// Visit the results of a row one by one.
template <class F>
void each_of_row(const Job& job, char* row, int64_t len, F&& visit) {
  for (int64_t i = 0; i < len; i++)
    for (int64_t c = 0; c < job.inner; c++)
      visit(row + i * job.out_stride[job.nd - 1] + c * job.out_stride[job.nd]);
}

template <class S, class T>
Span results_as(const Job& job, const int64_t* lo, const int64_t* len) {
  const int64_t n = len[job.nd - 1];
  Seen<T> seen;
  Span single;
  for_results(job, lo, len, [&](char* row) {
    if constexpr (sizeof(S) == sizeof(T))
      if (packed<S>(job)) return seen.run(reinterpret_cast<const T*>(row), n * job.inner);
    each_of_row(job, row, n, [&](const char* p) { single.take(double(read_as<T, S>(p))); });
  });
  single.join(seen.span());
  return single;
}

template <class S, class T>
void hold_as(const Job& job, const int64_t* lo, const int64_t* len, const Span& range) {
  const T low = T(range.low), high = T(range.high);
  const auto hold = [=](T v) { return v < low ? low : v > high ? high : v; };
  const int64_t n = len[job.nd - 1];
  for_results(job, lo, len, [&](char* row) {
    if constexpr (sizeof(S) == sizeof(T))
      if (packed<S>(job)) {
        T* const p = reinterpret_cast<T*>(row);
        for (int64_t i = 0; i < n * job.inner; i++) p[i] = hold(p[i]);
        return;
      }
    each_of_row(job, row, n, [&](char* p) {
      const S held = convert_to<S>(hold(read_as<T, S>(p)));
      __builtin_memcpy(p, &held, sizeof held);
    });
  });
}

void hold(const Job& job, const int64_t* lo, const int64_t* len, const Span& range) {
  if (range.empty()) return;  // nothing but NaN
  if (job.out_type == Type::f16) return hold_as<Half, float>(job, lo, len, range);
  if (job.out_type == Type::f32) return hold_as<float, float>(job, lo, len, range);
  hold_as<double, double>(job, lo, len, range);
}

// ---- all results of a job ----

// A flag that is taken for a moment.
struct Turn {
  bool& taken;
  explicit Turn(bool& flag) : taken(flag) {
    while (__atomic_test_and_set(&taken, __ATOMIC_ACQUIRE)) continue;
  }
  ~Turn() { __atomic_clear(&taken, __ATOMIC_RELEASE); }
};

struct Whole {
  const Job& job;
  const Services& services;
  Grid grid;  // of pieces of the results
  bool taken = false;
  const bool finite;  // whether samples that are not count as missing
  Span results, samples;
  int64_t columns, together;  // samples along rows, and rows of them, that are looked at at a time

  Whole(const Job& j, const Services& s, bool f) : job(j), services(s), finite(f) {
    int64_t room = most(1, kPiece / job.inner);
    for (int a = job.nd - 1; a >= 0; a--) {
      grid.size[a] = least(job.axis[a].m, room);
      room = most(1, room / grid.size[a]);
    }
    grid.cover(job);
    columns = most(1, least(job.axis[job.nd - 1].n, kPiece / job.inner));
    together = most(1, kPiece / (columns * job.inner));
  }

  template <class F>
  void each(int64_t count, const F& body) const {
    services.parallel_for(
        count, job.threads, [](void* context, int64_t i) { (*static_cast<const F*>(context))(i); },
        const_cast<F*>(&body));
  }

  template <class F>
  void each_piece(const F& body) const {
    each(grid.total, [&](int64_t i) {
      int64_t lo[kMaxDims], len[kMaxDims];
      grid.box(job, i, lo, len);
      body(lo, len);
    });
  }

  void join(Span& all, const Span& some) {
    const Turn turn(taken);
    all.join(some);
  }

  void look_at_results() {
    each_piece([&](const int64_t* lo, const int64_t* len) {
      join(results, iw::IW_LEVEL::span_of_results(job, lo, len));
    });
  }

  // Samples until some are as small and as large as the results.
  template <class T>
  void look_at_samples() {
    const int64_t n = job.axis[job.nd - 1].n, rows = rows_of(job);
    const int64_t across = (n + columns - 1) / columns;
    const RowLoader<T> loader = row_loader<T>(job.x_type);
    each((rows + together - 1) / together * across, [&](int64_t part) {
      Span seen;
      join(seen, samples);
      if (within(results, as_results(job.out_type, seen))) return;
      const int64_t first = part / across * together, from = part % across * columns;
      const int64_t count = least(columns, n - from);
      T* const row = row_space<T>(services, count * job.inner);
      Seen<T> all;
      for (int64_t r = first; r < least(rows, first + together); r++) {
        loader(job, row_at(job, r), from, count, row);
        for (int64_t e = 0; finite && e < count * job.inner; e++)
          row[e] = is_finite(row[e]) ? row[e] : T(__builtin_nan(""));
        all.run(row, count * job.inner);
      }
      join(samples, all.span());
    });
  }

  void hold_within(const Span& outside) {
    look_at_results();
    samples = outside;
    in_float(job) ? look_at_samples<float>() : look_at_samples<double>();
    const Span range = as_results(job.out_type, samples);
    if (within(results, range)) return;
    each_piece([&](const int64_t* lo, const int64_t* len) { hold(job, lo, len, range); });
  }
};

}  // namespace

namespace iw::IW_LEVEL {

Span span_of_few(const Job& job, const Services& services) {
  const int64_t n = job.axis[job.nd - 1].n, rows = rows_of(job), len = least(n, kRun);
  const int64_t runs = most(1, least(kMostRuns, rows * n * job.inner / kForEach));
  const RowLoader<double> loader = row_loader<double>(job.x_type);
  double* const samples = row_space<double>(services, len * job.inner);
  Seen<double> seen;
  for (int64_t i = 0; i < runs; i++) {
    // Evenly over the rows, and by the golden ratio along them: never all in one column.
    const double along = 0.5 + 0.618 * double(i);
    const int64_t row = int64_t((double(i) + 0.5) / double(runs) * double(rows));
    const int64_t from = int64_t((along - __builtin_floor(along)) * double(n - len));
    loader(job, row_at(job, row), from, len, samples);
    seen.run(samples, len * job.inner);
  }
  return seen.span();
}

Span span_of_results(const Job& job, const int64_t* lo, const int64_t* len) {
  if (job.out_type == Type::f16) return results_as<Half, float>(job, lo, len);
  if (job.out_type == Type::f32) return results_as<float, float>(job, lo, len);
  return results_as<double, double>(job, lo, len);
}

void hold_box(const Job& job, const Services& services, const Span& known, Span results,
              const int64_t* lo, const int64_t* len) {
  results = as_results(job.out_type, results);
  if (results.empty() || within(results, as_results(job.out_type, known))) return;
  Span range = in_float(job) ? span_of_samples<float>(job, services, lo, len)
                             : span_of_samples<double>(job, services, lo, len);
  range.join(known);
  range = as_results(job.out_type, range);
  if (!within(results, range)) hold(job, lo, len, range);
}

void within(const Job& job, const Services& services, const Span& outside, bool finite) {
  for (int64_t kernel = 0; kernel < job.kernels; kernel++) {
    if (!job.means || !job.means[kernel]) continue;
    const Job own = job_of_kernel(job, kernel);
    Whole whole(own, services, finite);
    whole.hold_within(outside);
  }
}

}  // namespace iw::IW_LEVEL
