// Results times a factor near the ends of their axes, or over the weight that was present.
//
// Along each axis results `begin` to `end` share one entry of the table, and each of the others has
// its own: the table is as large as what is near the ends.
#include "kernels.hpp"
#include "vec.hpp"

namespace {

using iw::kMaxDims;
using iw::Services;
using iw::Weights;

constexpr int64_t kPiece = 1 << 14;  // results of a row that one thread takes at a time
constexpr int64_t kEach = 1 << 15;   // results that make a further thread worth waking

template <class T>
IW_INLINE T read(const char* p) {
  T value;
  __builtin_memcpy(&value, p, sizeof value);
  return value;
}

template <class T>
IW_INLINE void multiply(char* p, double factor) {
  const T value = T(double(read<T>(p)) * factor);
  __builtin_memcpy(p, &value, sizeof value);
}

IW_INLINE double factor_of(double weight, double total, double least) {
  const double size = weight < 0 ? -weight : weight;
  return size > least ? total / weight : __builtin_nan("");
}

// Calls body(step, gap), with numbers that the compiler knows where results lie one after the
// other, as most do, and so do the entries, or there is one for all.
template <class T, class Body>
IW_INLINE void with_steps(int64_t step, int64_t gap, Body body) {
  if (step == int64_t(sizeof(T)) && gap == 1)
    body(int64_t(sizeof(T)), int64_t(1));
  else if (step == int64_t(sizeof(T)) && gap == 0)
    body(int64_t(sizeof(T)), int64_t(0));
  else
    body(step, gap);
}

template <class T>
struct Rows {
  const Weights& w;
  const int inner;
  int64_t rows, pieces, together, lines;  // `together` rows are taken at once, unless in pieces

  explicit Rows(const Weights& weights) : w(weights), inner(weights.inner), rows(1) {
    for (int a = 0; a < w.nd; a++)
      if (a != inner) rows *= w.m[a];
    pieces = (w.m[inner] + kPiece - 1) / kPiece;
    together = most(1, kPiece / most(1, w.m[inner]));
    lines = (rows + together - 1) / together;
  }

  // Results that are not left as they are.
  int64_t touched() const {
    int64_t all = 1, whole = 1;
    for (int a = 0; a < w.nd; a++) {
      all *= w.m[a];
      whole *= w.end[a] - w.begin[a];
    }
    return w.inside ? all : all - whole;
  }

  void part(int64_t i) const {
    const int64_t from = i % pieces * kPiece, to = least(from + kPiece, w.m[inner]);
    const int64_t first = i / pieces * together;
    for (int64_t row = first; row < least(first + together, rows); row++) one(row, from, to);
  }

  void one(int64_t row, int64_t from, int64_t to) const {
    char* out = w.out;
    const char* inside = w.inside;
    const double *table = w.table, *total = w.total, *floor = w.least;
    bool whole = true;
    for (int a = w.nd - 1; a >= 0; a--) {
      if (a == inner) continue;
      const int64_t i = row % w.m[a], begin = w.begin[a], end = w.end[a];
      row /= w.m[a];
      whole &= i >= begin && i < end;
      out += i * w.out_stride[a];
      table += (least(i, begin) + most(i - (end - 1), 0)) * w.table_step[a];
      if (!inside) continue;
      inside += i * w.inside_stride[a];
      total += i * w.total_step[a];
      floor += i * w.total_step[a];
    }
    const int64_t begin = w.begin[inner], end = w.end[inner], gap = w.table_step[inner];
    const auto run = [&](int64_t lo, int64_t hi, const double* entries, int64_t apart) {
      lo = most(lo, from);
      hi = least(hi, to);
      if (lo >= hi) return;
      char* const p = out + lo * w.out_stride[inner];
      if (inside)
        divide(p, inside + lo * w.inside_stride[inner], entries + lo * apart, apart, *total, *floor,
               hi - lo);
      else
        scale(p, entries + lo * apart, apart, hi - lo);
    };
    run(0, begin, table, gap);
    if (inside || !whole) run(begin, end, table + begin * gap, 0);
    run(end, w.m[inner], table + (begin + 1 - end) * gap, gap);
  }

  void scale(char* out, const double* factors, int64_t gap, int64_t n) const {
    with_steps<T>(w.out_stride[inner], gap, [=](int64_t step, int64_t apart) {
      for (int64_t i = 0; i < n; i++) multiply<T>(out + i * step, factors[i * apart]);
    });
  }

  void divide(char* out, const char* inside, const double* outside, int64_t gap, double total,
              double floor, int64_t n) const {
    const int64_t by = w.inside_stride[inner];
    const auto each = [=](int64_t step, int64_t apart, int64_t near) {
      for (int64_t i = 0; i < n; i++) {
        const double weight = read<double>(inside + i * near) + outside[i * apart];
        multiply<T>(out + i * step, factor_of(weight, total, floor));
      }
    };
    with_steps<T>(w.out_stride[inner], gap, [=](int64_t step, int64_t apart) {
      if (by == int64_t(sizeof(double)))
        each(step, apart, sizeof(double));
      else
        each(step, apart, by);
    });
  }
};

template <class T>
void run(const Weights& weights, const Services& services) {
  Rows<T> rows(weights);
  const int64_t touched = rows.touched();
  if (touched == 0) return;
  services.parallel_for(
      rows.lines * rows.pieces, int(least(weights.threads, 1 + touched / kEach)),
      [](void* context, int64_t i) { static_cast<const Rows<T>*>(context)->part(i); }, &rows);
}

}  // namespace

namespace iw::IW_LEVEL {

void weights(const Weights& w, const Services& services) {
  return w.single ? run<float>(w, services) : run<double>(w, services);
}

}  // namespace iw::IW_LEVEL
