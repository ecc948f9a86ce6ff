// Overlap-save: long kernels by transforms of tiles that stay in cache.
//
// Tiles of samples overlap by the kernel's reach; each is turned into frequencies, multiplied by
// the kernel's spectrum and turned back, and the part that did not wrap around is kept. Two tiles
// of real samples travel as the real and imaginary part of one complex tile; they are paired by
// their place, so that no bit depends on the threads.
//
// A transform spreads its rounding over the whole tile. Two precautions keep that harmless:
//  * NaN and infinities are left out and reported;
//  * a tile whose samples differ so much in size that rounding of the large would be seen among
//    the small goes the careful way: in float64, its samples sorted by size into bands that are
//    transformed one at a time, each added only to outputs whose window meets the band.
#include <string.h>

#include <new>

#include "band.hpp"
#include "kernels.hpp"
#include "tile.hpp"

namespace iw {

// What was prepared for one kernel: the wide (float64) form is made when a tile first needs it.
struct Spectrum {
  Type compute;
  int nd;
  int64_t tile[kMaxDims], reach[kMaxDims], dilation[kMaxDims], k[kMaxDims];
  void* taps;
  void* layout;  // Tile<float> or Tile<double>
  mutable Spectrum* wide;
};

}  // namespace iw

namespace {

using iw::Services;
using iw::Spectrum;

// A last axis longer than this is cut in two, so that its panels stay in cache; a shorter one too
// when the tile has too few rows to fill the lanes.
constexpr int64_t kLongRow = 1024, kLongLoneRow = 256, kFewRows = 8;

// How far the mean size of samples may exceed that of the smallest neighbourhood, and the largest
// sample the mean when some neighbourhoods are zero, before a tile goes the careful way.
constexpr double kMostSpread = 128;

// Samples of one band differ by less than this factor; more bands than this are not told apart.
constexpr double kBandFloat32 = 1 << 20, kBandFloat64 = 1 << 10;
constexpr int kMostBands = 200;

bool is_transformed(const Spectrum& s, int a) { return s.reach[a] > 1; }

// Rows of the cut axis: near the square root, a multiple of 16 apart in both factors.
int64_t cut_rows(int64_t n) {
  int64_t best = 1;
  for (int64_t r = 16; r * r <= n; r++)
    if (n % r == 0 && r % 16 == 0 && (n / r) % 16 == 0) best = r;
  return best;
}

template <class T>
bool make_layout(const Spectrum& s, Tile<T>& t) {
  const int last = s.nd - 1;
  for (int a = 0; a < last; a++) {
    t.dim[t.dims] = s.tile[a];
    t.transformed[t.dims++] = is_transformed(s, a);
  }
  t.panels = is_transformed(s, last);
  t.width = s.tile[last];
  t.finish_layout();
  if (t.panels && t.width > (t.rows < kFewRows ? kLongLoneRow - 1 : kLongRow)) {
    const int64_t rows = cut_rows(t.width);
    if (rows > 1) {
      t.cut = true;
      t.dim[t.dims] = rows;
      t.transformed[t.dims++] = true;
      t.width /= rows;
    }
  }
  t.finish_layout();
  return t.width % kLanes<T> == 0 && t.init_transforms() && t.make_twiddle();
}

// Place in the tile of a sample of the last axis: row (within the cut) and column.
template <class T>
IW_INLINE T* sample_at(Cx<T>* tile, const Tile<T>& t, int64_t row, int64_t column, bool imag) {
  T* p = reinterpret_cast<T*>(tile + row * t.pitch + column / kLanes<T>);
  return p + (imag ? kLanes<T> : 0) + column % kLanes<T>;
}

template <class T>
double tap_value(const void* taps, int64_t i) {
  return double(static_cast<const T*>(taps)[i]);
}

double tap_at(const Spectrum& s, int64_t i) {
  return s.compute == Type::f32 ? tap_value<float>(s.taps, i) : tap_value<double>(s.taps, i);
}

// The spectrum of the taps, reversed around zero and scaled by one over the tile's size.
bool transform_kernel(const Spectrum& s, const Tile<double>& t, Cx<double>* out) {
  const int last = s.nd - 1;
  const int64_t bytes = t.bytes() + t.longest() * int64_t(sizeof(Cx<double>));
  auto* tile = static_cast<Cx<double>*>(aligned_alloc(64, size_t(bytes)));
  if (!tile) return false;
  memset(tile, 0, size_t(bytes));
  Cx<double>* local = tile + t.vectors();
  double scale = t.panels ? double(t.width) : 1;
  for (int a = 0; a < t.dims; a++) scale *= t.transformed[a] ? double(t.dim[a]) : 1;
  int64_t index[kMaxDims] = {}, taps = 1;
  for (int a = 0; a < s.nd; a++) taps *= s.k[a];
  for (int64_t i = 0; i < taps; i++) {
    int64_t row = 0;
    for (int a = 0; a < last; a++) {
      const int64_t n = s.tile[a], place = (n - index[a] * s.dilation[a]) % n;
      row = row * n + (is_transformed(s, a) ? place : 0);
    }
    const int64_t full = s.tile[last];
    const int64_t place = t.panels ? (full - index[last] * s.dilation[last]) % full : 0;
    if (t.cut) row = row * t.dim[t.dims - 1];
    *sample_at(tile, t, row + place / t.width, place % t.width, false) += tap_at(s, i) / scale;
    for (int a = last; a >= 0 && ++index[a] == s.k[a]; a--) index[a] = 0;
  }
  // Axes that are not transformed hold independent lines: all meet the same kernel.
  for (int a = 0; a < t.dims; a++)
    if (t.transformed[a]) t.template columns<true>(tile, a, local);
  if (t.panels) {
    for (int64_t p = 0; p < t.panel_count(); p++) {
      t.panel_forward(tile, p, local);
      memcpy(out + p * t.width, local, size_t(t.width) * sizeof(Cx<double>));
    }
  } else {
    for (int64_t r = 0; r < t.rows; r++) {
      out[r].re = splat(*sample_at(tile, t, r, 0, false));
      out[r].im = splat(*sample_at(tile, t, r, 0, true));
    }
  }
  free(tile);
  return true;
}

// A row's spectrum value in a kernel of either lane count.
template <class T>
IW_INLINE T* kernel_at(Cx<T>* kernel, const Tile<T>& t, int64_t row, int64_t column) {
  constexpr int W = kLanes<T>;
  if (!t.panels) return reinterpret_cast<T*>(kernel + row) + column % W;
  return reinterpret_cast<T*>(kernel + row / W * t.width + column) + row % W;
}

// Rows of axes that are not transformed repeat the first one's kernel.
template <class T>
int64_t kernel_row(const Tile<T>& t, int64_t row) {
  int64_t source = 0, unit = 1;
  for (int a = t.dims - 1; a >= 0; a--) {
    if (t.transformed[a]) source += row % t.dim[a] * unit;
    unit *= t.dim[a];
    row /= t.dim[a];
  }
  return source;
}

template <class T>
bool make_kernel(const Spectrum& s, Tile<T>& t) {
  Tile<double> exact;
  bool fine = make_layout(s, exact);
  const size_t bytes = size_t(exact.kernel_size()) * sizeof(Cx<double>);
  auto* values = static_cast<Cx<double>*>(aligned_alloc(64, bytes));
  t.kernel = static_cast<Cx<T>*>(aligned_alloc(64, size_t(t.kernel_size()) * sizeof(Cx<T>)));
  fine = fine && values && t.kernel && transform_kernel(s, exact, values);
  if (fine) {
    memset(static_cast<void*>(t.kernel), 0, size_t(t.kernel_size()) * sizeof(Cx<T>));
    const int64_t columns = t.panels ? t.width : kLanes<T>;
    for (int64_t r = 0; r < t.rows; r++) {
      const int64_t from = kernel_row(t, r);
      for (int64_t c = 0; c < columns; c++) {
        const double* value = kernel_at(values, exact, from, t.panels ? c : 0);
        T* to = kernel_at(t.kernel, t, r, c);
        to[0] = T(value[0]);
        to[kLanes<T>] = T(value[kLanes<double>]);
      }
    }
  }
  free(values);
  exact.release();
  return fine;
}

template <class T>
bool prepare(Spectrum* s) {
  auto* t = new (std::nothrow) Tile<T>;
  s->layout = t;
  return t && make_layout(*s, *t) && make_kernel(*s, *t);
}

// How unlike in size the samples of a tile are, gathered row by row in neighbourhoods of eight.
template <class T>
struct Spread {
  Vec<T> largest = {}, smallest = splat(T(__builtin_inff())), zeros = {}, group = {};
  double squares = 0;
  int64_t count = 0;
  int gathered = 0;  // samples so far in each lane's neighbourhood

  void see(const T* row, int64_t n) {
    constexpr int W = kLanes<T>;
    Vec<T> sum = {};
    int64_t i = 0;
    for (; i + W <= n; i += W) {
      const Vec<T> v = load(row + i);
      gather(v);
      sum += v * v;
    }
    for (int l = 0; l < W; l++) squares += double(sum[l]);
    if (i < n) {  // the row's end: the last samples once more, so that every lane holds one
      Vec<T> v;
      for (int l = 0; l < W; l++) v[l] = row[n - 1 - l < 0 ? 0 : n - 1 - l];
      gather(v);
    }
    for (; i < n; i++) squares += double(row[i]) * double(row[i]);
    count += n;
  }

  void gather(Vec<T> v) {
    const Vec<T> size = v < -v ? -v : v;
    group = group < size ? size : group;
    if (++gathered == 8) close();
  }

  void close() {
    largest = largest < group ? group : largest;
    const Vec<T> absent = group == T(0) ? splat(T(1)) : Vec<T>{};
    zeros += absent;
    const Vec<T> present = absent != T(0) ? splat(T(__builtin_inff())) : group;
    smallest = present < smallest ? present : smallest;
    group = Vec<T>{};
    gathered = 0;
  }

  // Ask once all rows were seen.
  bool wide() {
    // A last neighbourhood of few samples tells little, unless it is all there is.
    largest = largest < group ? group : largest;
    if (gathered >= 4 || count < 8 * kLanes<T>) close();
    double most = 0, least = HUGE_VAL, none = 0;
    for (int l = 0; l < kLanes<T>; l++) {
      most = double(largest[l]) > most ? double(largest[l]) : most;
      least = double(smallest[l]) < least ? double(smallest[l]) : least;
      none += double(zeros[l]);
    }
    if (most == 0) return false;
    const double mean = sqrt(squares / double(count));
    // Squares that overflow or vanish tell nothing: be careful.
    if (!(mean < HUGE_VAL) || mean < most * 1e-15) return true;
    return mean > kMostSpread * least || (none > 0 && most > kMostSpread * mean);
  }
};

enum Slot { kTileSlot, kLocalSlot, kRowSlot, kSamplesSlot, kSumSlot, kMarkSlot, kWideSlot };

// Positions of a box, row by row: the boxes of source samples and of results.
struct Place {
  int64_t lo[kMaxDims], len[kMaxDims];
};

template <class T>
struct OverlapSave {
  const Job& job;
  const Services& services;
  const Spectrum& spectrum;
  const Tile<T>& tile;
  Grid grid;
  bool left_out = false, failed = false;

  OverlapSave(const Job& j, const Services& s, const Spectrum& p)
      : job(j), services(s), spectrum(p), tile(*static_cast<const Tile<T>*>(p.layout)) {
    for (int a = 0; a < job.nd; a++) {
      const int64_t valid = spectrum.tile[a] - spectrum.reach[a] + 1;
      grid.size[a] = (valid - 1) / job.axis[a].stride + 1;
      if (!is_transformed(spectrum, a)) grid.size[a] = spectrum.tile[a];
    }
    grid.cover(job);
  }

  // Source samples behind the outputs of grid box i. An axis that is not transformed is read at
  // its stride: one sample for each output.
  void source(int64_t i, Place& out, Place& in) const {
    grid.box(job, i, out.lo, out.len);
    for (int a = 0; a < job.nd; a++) {
      const Axis& ax = job.axis[a];
      in.lo[a] = out.lo[a] * ax.stride + ax.start;
      in.len[a] = (out.len[a] - 1) * ax.stride + ax.reach();
    }
  }

  // Visit the tile's rows with the samples that belong there: visit(row of tile, samples, count).
  // `pick` holds a strided axis apart: its samples lie `stride` apart in the source.
  template <class S, class F>
  void for_source_rows(const Place& in, const Place& out, S* row, F&& visit) {
    const int nd = job.nd, last = nd - 1;
    const RowLoader<S> loader = row_loader<S>(job.x_type);
    int64_t index[kMaxDims] = {}, len[kMaxDims], step[kMaxDims];
    for (int a = 0; a < nd; a++) {
      const bool every = is_transformed(spectrum, a) || job.axis[a].stride == 1;
      step[a] = every ? 1 : job.axis[a].stride;
      len[a] = every ? in.len[a] : out.len[a];
    }
    for (;;) {
      const char* p = job.x;
      double fill = 0;
      int64_t at = 0;
      for (int a = 0; a < last; a++) {
        const int64_t s = fold(in.lo[a] + index[a] * step[a], job.axis[a].n, job.axis[a].border);
        at = at * spectrum.tile[a] + index[a];
        if (s < 0) fill = p ? job.axis[a].fill : fill_of_both(fill, job.axis[a].fill);
        p = s < 0 || !p ? nullptr : p + s * job.x_stride[a];
      }
      if (p)
        loader(job, p, in.lo[last], in.len[last], row);
      else
        fill_row(job, fill, in.lo[last], in.len[last], row);
      if (step[last] > 1)
        for (int64_t i = 0; i < len[last]; i++) row[i] = row[i * step[last]];
      if (leave_out_nonfinite(row, len[last])) __atomic_store_n(&left_out, true, __ATOMIC_RELAXED);
      visit(at, row, len[last]);
      int a = last - 1;
      while (a >= 0 && ++index[a] == len[a]) index[a--] = 0;
      if (a < 0) return;
    }
  }

  // Write samples into one plane of the tile; the rest of the row stays as it is.
  static void put(const Tile<T>& t, Cx<T>* buffer, int64_t at, const T* row, int64_t n, bool imag) {
    constexpr int W = kLanes<T>;
    if (t.cut) at *= t.dim[t.dims - 1];
    for (int64_t begin = 0; begin < n; begin += t.width, at++) {
      const int64_t end = least(t.width, n - begin);
      Cx<T>* to = buffer + at * t.pitch;
      int64_t i = 0;
      for (; i + W <= end; i += W) (imag ? to[i / W].im : to[i / W].re) = load(row + begin + i);
      for (; i < end; i++) *sample_at(to, t, 0, i, imag) = row[begin + i];
    }
  }

  static void get(const Tile<T>& t, Cx<T>* buffer, int64_t at, T* row, int64_t n, bool imag) {
    constexpr int W = kLanes<T>;
    if (t.cut) at *= t.dim[t.dims - 1];
    for (int64_t begin = 0; begin < n; begin += t.width, at++) {
      const int64_t end = least(t.width, n - begin);
      Cx<T>* from = buffer + at * t.pitch;
      int64_t i = 0;
      for (; i + W <= end; i += W) store(row + begin + i, imag ? from[i / W].im : from[i / W].re);
      for (; i < end; i++) row[begin + i] = *sample_at(from, t, 0, i, imag);
    }
  }

  // Visit the rows of results: visit(row of tile, place of its first output).
  template <class F>
  void for_out_rows(const Place& out, F&& visit) const {
    const int last = job.nd - 1;
    int64_t index[kMaxDims] = {}, place[kMaxDims];
    for (;;) {
      int64_t at = 0;
      for (int a = 0; a < last; a++) {
        const int64_t step = is_transformed(spectrum, a) ? job.axis[a].stride : 1;
        at = at * spectrum.tile[a] + index[a] * step;
        place[a] = out.lo[a] + index[a];
      }
      place[last] = out.lo[last];
      visit(at, out_at(job, place));
      int a = last - 1;
      while (a >= 0 && ++index[a] == out.len[a]) index[a--] = 0;
      if (a < 0) return;
    }
  }

  int64_t last_step() const {
    return is_transformed(spectrum, job.nd - 1) ? job.axis[job.nd - 1].stride : 1;
  }

  int64_t row_bytes() const {
    return round_up(
        spectrum.tile[job.nd - 1] *
                (is_transformed(spectrum, job.nd - 1) ? 1 : job.axis[job.nd - 1].stride) * 8 +
            64,
        64);
  }

  // Tiles 2i and 2i+1 together.
  void pair(int64_t i) {
    const bool both = 2 * i + 1 < grid.total;
    auto* buffer = static_cast<Cx<T>*>(services.scratch(kTileSlot, tile.bytes()));
    auto* local =
        static_cast<Cx<T>*>(services.scratch(kLocalSlot, tile.longest() * int64_t(sizeof(Cx<T>))));
    T* row = static_cast<T*>(services.scratch(kRowSlot, row_bytes()));
    memset(static_cast<void*>(buffer), 0, size_t(tile.bytes()));
    Spread<T> spread;
    Place out, in;
    for (int half = 0; half < 1 + both; half++) {
      source(2 * i + half, out, in);
      for_source_rows(in, out, row, [&](int64_t at, const T* samples, int64_t n) {
        spread.see(samples, n);
        put(tile, buffer, at, samples, n, half);
      });
    }
    if (spread.wide()) {
      for (int half = 0; half < 1 + both; half++) careful(2 * i + half);
      return;
    }
    tile.convolve(buffer, local);
    const RowStorer<T> storer = row_storer<T>(job.out_type);
    for (int half = 0; half < 1 + both; half++) {
      source(2 * i + half, out, in);
      const int last = job.nd - 1;
      for_out_rows(out, [&](int64_t at, char* to) {
        get(tile, buffer, at, row, (out.len[last] - 1) * last_step() + 1, half);
        storer(job, row, last_step(), out.len[last], to);
      });
    }
  }

  // The float64 form of this kernel; made once, by whichever thread is first.
  const Spectrum* wide_spectrum();

  void careful(int64_t i);
};

template <class T>
Spectrum* new_spectrum(const Spectrum& shape) {
  auto* s = new (std::nothrow) Spectrum(shape);
  if (!s) return nullptr;
  s->layout = nullptr;
  s->wide = nullptr;
  s->taps = nullptr;
  int64_t count = 1;
  for (int a = 0; a < s->nd; a++) count *= s->k[a];
  s->taps = malloc(size_t(count) * (s->compute == Type::f32 ? 4 : 8));
  if (!s->taps) return s;
  memcpy(s->taps, shape.taps, size_t(count) * (s->compute == Type::f32 ? 4 : 8));
  return s;
}

template <class T>
void release_layout(void* layout) {
  auto* t = static_cast<Tile<T>*>(layout);
  if (t) t->release();
  delete t;
}

void free_spectrum(Spectrum* s) {
  if (!s) return;
  free_spectrum(s->wide);
  s->compute == Type::f32 ? release_layout<float>(s->layout) : release_layout<double>(s->layout);
  free(s->taps);
  delete s;
}

template <class T>
const Spectrum* OverlapSave<T>::wide_spectrum() {
  if (spectrum.compute == Type::f64) return &spectrum;
  Spectrum* made = __atomic_load_n(&spectrum.wide, __ATOMIC_ACQUIRE);
  if (made) return made;
  made = new_spectrum<double>(spectrum);
  if (!made || !made->taps) {
    free_spectrum(made);
    return nullptr;
  }
  int64_t count = 1;
  for (int a = 0; a < made->nd; a++) count *= made->k[a];
  void* taps = malloc(size_t(count) * 8);
  if (taps)
    for (int64_t i = 0; i < count; i++) static_cast<double*>(taps)[i] = tap_at(*made, i);
  free(made->taps);
  made->taps = taps;
  made->compute = Type::f64;
  if (!taps || !prepare<double>(made)) {
    free_spectrum(made);
    return nullptr;
  }
  Spectrum* other = nullptr;
  if (__atomic_compare_exchange_n(&spectrum.wide, &other, made, false, __ATOMIC_ACQ_REL,
                                  __ATOMIC_ACQUIRE))
    return made;
  free_spectrum(made);
  return other;
}

// Mark every position whose window (itself and the reach - 1 after it) holds a mark.
void widen_marks(uint8_t* marks, int64_t outer, int64_t n, int64_t gap, int64_t reach) {
  for (int64_t o = 0; o < outer; o++)
    for (int64_t g = 0; g < gap; g++) {
      uint8_t* p = marks + o * n * gap + g;
      int64_t next = n + reach;
      for (int64_t i = n - 1; i >= 0; i--) {
        if (p[i * gap]) next = i;
        p[i * gap] = next - i < reach;
      }
    }
}

template <class T>
void OverlapSave<T>::careful(int64_t i) {
  const Spectrum* wide = wide_spectrum();
  if (!wide) {
    __atomic_store_n(&failed, true, __ATOMIC_RELAXED);
    return;
  }
  OverlapSave<double> exact(job, services, *wide);
  const Tile<double>& t = exact.tile;
  const int nd = job.nd, last = nd - 1;
  const int64_t row_length = spectrum.tile[last];
  int64_t rows = 1;
  for (int a = 0; a < last; a++) rows *= spectrum.tile[a];
  const int64_t size = rows * row_length;

  auto* samples = static_cast<double*>(services.scratch(kSamplesSlot, size * 8));
  auto* sum = static_cast<double*>(services.scratch(kSumSlot, size * 8));
  auto* marks = static_cast<uint8_t*>(services.scratch(kMarkSlot, size));
  auto* buffer = static_cast<Cx<double>*>(
      services.scratch(kWideSlot, t.bytes() + t.longest() * int64_t(sizeof(Cx<double>))));
  auto* row = static_cast<double*>(services.scratch(kRowSlot, row_bytes()));
  memset(samples, 0, size_t(size) * 8);
  memset(sum, 0, size_t(size) * 8);
  Place out, in;
  source(i, out, in);
  for_source_rows(in, out, row, [&](int64_t at, const double* from, int64_t n) {
    memcpy(samples + at * row_length, from, size_t(n) * 8);
  });

  const double ratio = spectrum.compute == Type::f32 ? kBandFloat32 : kBandFloat64;
  for (int band = 0; band < kMostBands; band++) {
    double top = 0;
    for (int64_t e = 0; e < size; e++) top = fabs(samples[e]) > top ? fabs(samples[e]) : top;
    if (top == 0) break;
    const double floor = band == kMostBands - 1 ? 0 : top / ratio;
    memset(static_cast<void*>(buffer), 0, size_t(t.bytes()));
    for (int64_t r = 0; r < rows; r++) {
      for (int64_t e = 0; e < row_length; e++) {
        double& value = samples[r * row_length + e];
        const bool taken = fabs(value) > floor;
        marks[r * row_length + e] = taken;
        row[e] = taken ? value / top : 0;  // near one, so that nothing overflows on the way
        if (taken) value = 0;
      }
      OverlapSave<double>::put(t, buffer, r, row, row_length, false);
    }
    t.convolve(buffer, buffer + t.vectors());
    int64_t outer = size, gap = 1;
    for (int a = last; a >= 0; a--) {
      outer /= spectrum.tile[a];
      widen_marks(marks, outer, spectrum.tile[a], gap, spectrum.reach[a]);
      gap *= spectrum.tile[a];
    }
    for (int64_t r = 0; r < rows; r++) {
      OverlapSave<double>::get(t, buffer, r, row, row_length, false);
      for (int64_t e = 0; e < row_length; e++)
        if (marks[r * row_length + e]) sum[r * row_length + e] += row[e] * top;
    }
  }
  const RowStorer<double> storer = row_storer<double>(job.out_type);
  for_out_rows(out, [&](int64_t at, char* to) {
    storer(job, sum + at * row_length, last_step(), out.len[last], to);
  });
}

template <class T>
bool run(const Job& job, const Services& services, const Spectrum& spectrum) {
  OverlapSave<T> work(job, services, spectrum);
  services.parallel_for(
      (work.grid.total + 1) / 2, job.threads,
      [](void* context, int64_t i) { static_cast<OverlapSave<T>*>(context)->pair(i); }, &work);
  if (work.failed) throw std::bad_alloc();
  return work.left_out;
}

}  // namespace

namespace iw::IW_LEVEL {

Spectrum* spectrum_new(const Job& job, Type compute, const void* taps, const int64_t* tile) {
  Spectrum shape{};
  shape.compute = compute;
  shape.nd = job.nd;
  shape.taps = const_cast<void*>(taps);
  for (int a = 0; a < job.nd; a++) {
    shape.tile[a] = tile[a];
    shape.k[a] = job.axis[a].k;
    shape.dilation[a] = job.axis[a].dilation;
    shape.reach[a] = job.axis[a].reach();
  }
  Spectrum* s = new_spectrum<void>(shape);
  if (s && s->taps && (compute == Type::f32 ? prepare<float>(s) : prepare<double>(s))) return s;
  free_spectrum(s);
  return nullptr;
}

void spectrum_free(Spectrum* s) { free_spectrum(s); }

bool overlap_save(const Job& job, const Services& services, const Spectrum* spectrum) {
  return spectrum->compute == Type::f32 ? run<float>(job, services, *spectrum)
                                        : run<double>(job, services, *spectrum);
}

}  // namespace iw::IW_LEVEL
