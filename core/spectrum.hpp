// Kernels made ready for overlap-save: the shape of their tiles, and their spectra in that order.
#pragma once

#include <string.h>

#include <memory>

#include "filled.hpp"
#include "kernels.hpp"
#include "owned.hpp"
#include "tile.hpp"

namespace iw {

// The kernels of one geometry and their tiles, as the outside holds them.
struct Spectrum {
  Type compute = Type::f64;
  int nd = 0;
  int64_t kernels = 0;
  int planes = 0;       // 1: real taps; 2: of each kernel the real ones, then the imaginary ones
  int64_t samples = 0;  // along the axes that are transformed
  int folded = -1;      // the axis whose second half travels as imaginary part (tile.hpp), or -1
  int64_t tile[kMaxDims] = {}, reach[kMaxDims] = {}, dilation[kMaxDims] = {}, k[kMaxDims] = {};
};

}  // namespace iw

namespace {

using iw::kMaxDims;
using iw::Type;

// A spectrum with what was prepared for it: tiles of float32 or of float64. The wide form (float64,
// not folded) is made when a tile first needs it.
struct Spectrum : iw::Spectrum {
  Owned<char> taps;
  std::unique_ptr<Tile<float>> single;
  std::unique_ptr<Tile<double>> exact;
  mutable Spectrum* wide = nullptr;

  explicit Spectrum(const iw::Spectrum& shape) : iw::Spectrum(shape) {}
  ~Spectrum() {
    if (wide) iw::hold_bytes(-wide->bytes());
    delete wide;
  }

  template <class T>
  std::unique_ptr<Tile<T>>& layout() {
    if constexpr (sizeof(T) == sizeof(float))
      return single;
    else
      return exact;
  }

  template <class T>
  const Tile<T>& tiles() const {
    return *const_cast<Spectrum*>(this)->layout<T>();
  }

  // All that it holds on to, save for its wide form, which is counted when it is made.
  int64_t bytes() const;
};

// A last axis longer than this is cut in two, so that its panels stay in cache; a shorter one too
// when the tile has too few rows to fill the lanes.
constexpr int64_t kLongRow = 4096, kLongLoneRow = 256, kFewRows = 8;

// Data of more samples than this do not stay in the second cache beside a tile.
constexpr int64_t kManySamples = 1 << 17;

bool is_transformed(const Spectrum& s, int a) { return s.reach[a] > 1; }

// Complex numbers of a tile along an axis.
int64_t length_along(const Spectrum& s, int a) { return s.tile[a] / (a == s.folded ? 2 : 1); }

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
    if (a == s.folded) t.folded = t.dims;
    t.dim[t.dims] = length_along(s, a);
    t.transformed[t.dims++] = is_transformed(s, a);
  }
  t.panels = is_transformed(s, last);
  if (s.folded == last) t.folded = last;
  t.width = length_along(s, last);
  t.finish_layout();
  if (t.panels && s.folded != last && t.width > (t.rows < kFewRows ? kLongLoneRow - 1 : kLongRow)) {
    const int64_t rows = cut_rows(t.width);
    if (rows > 1) {
      t.cut = true;
      t.dim[t.dims] = rows;
      t.transformed[t.dims++] = true;
      t.width /= rows;
    }
  }
  for (int a = 0; a < t.dims; a++)
    t.outside |= t.transformed[a] && t.panels && !t.cut && s.samples > kManySamples;
  t.finish_layout();
  if (t.width % kLanes<T> || !t.init_transforms()) return false;
  t.make_twiddle();
  t.make_turn();
  return true;
}

// Place in the tile of an element of a row, real or imaginary part.
template <class T>
IW_INLINE T* element_at(Cx<T>* tile, const Tile<T>& t, int64_t row, int64_t column, bool imag) {
  T* p = reinterpret_cast<T*>(tile + row * t.pitch + column / kLanes<T>);
  return p + (imag ? kLanes<T> : 0) + column % kLanes<T>;
}

template <class T>
double tap_value(const void* taps, int64_t i) {
  return double(static_cast<const T*>(taps)[i]);
}

double tap_at(const Spectrum& s, int64_t i) {
  return s.compute == Type::f32 ? tap_value<float>(s.taps.get(), i)
                                : tap_value<double>(s.taps.get(), i);
}

// Taps of one plane of one kernel.
int64_t tap_count(const Spectrum& s) {
  int64_t count = 1;
  for (int a = 0; a < s.nd; a++) count *= s.k[a];
  return count;
}

int64_t all_taps(const Spectrum& s) { return s.kernels * s.planes * tap_count(s); }

// The taps of one line along the last axis, reversed around zero and scaled by one over the tile's
// size, to their places in the tile.
void place_line(const Spectrum& s, const Tile<double>& t, int64_t kernel, int64_t line,
                Cx<double>* tile) {
  const int last = s.nd - 1;
  double scale = t.panels ? double(t.width) : 1;
  for (int a = 0; a < t.dims; a++) scale *= t.transformed[a] ? double(t.dim[a]) : 1;
  int64_t row = 0, unit = 1, rest = line;
  bool second = false;  // in the second half of the folded axis
  double sign = 1;
  for (int a = last - 1; a >= 0; a--) {
    const int64_t index = rest % s.k[a], half = length_along(s, a);
    int64_t place = index ? s.tile[a] - index * s.dilation[a] : 0;
    if (a == s.folded) {  // once around changes the sign
      sign = index ? -1 : 1;
      second = place >= half;
      place %= half;
    }
    row += place * unit;
    unit *= half;
    rest /= s.k[a];
  }
  // The last axis lies in parts: rows that it is cut into, or its halves.
  const int64_t parts = t.cut ? t.dim[t.dims - 1] : s.tile[last] / length_along(s, last);
  int64_t part = 0, column = 0;
  const int64_t taps = tap_count(s), first = kernel * s.planes * taps + line * s.k[last];
  for (int64_t i = 0; i < s.k[last]; i++) {
    for (column -= i ? s.dilation[last] : 0; column < 0; column += t.width)
      part = (part ? part : parts) - 1;
    const bool imag = second || (last == s.folded && part);
    const double factor = last == s.folded && i ? -1 : sign;
    for (int plane = 0; plane < s.planes; plane++)
      *element_at(tile, t, t.cut ? row * parts + part : row, column, imag || plane == 1) =
          factor * tap_at(s, first + plane * taps + i) / scale;
  }
}

// Whether columns along an axis are zero, as those beside the taps are.
bool is_zero(const Tile<double>& t, Cx<double>* tile, int a, int64_t group) {
  bool any = false;
  t.each_column(tile, a, group, t.row_vectors(), [&](Cx<double>* p, int64_t) {
    auto seen = Vec<double>{} != 0;
    for (int64_t e = 0; !any && e < t.dim[a]; e++) {
      const Cx<double> x = p[e * t.inner(a) * t.pitch];
      seen |= (x.re != 0) | (x.im != 0);
    }
    for (int lane = 0; lane < kLanes<double>; lane++) any |= seen[lane] != 0;
  });
  return !any;
}

// The spectrum of a kernel's taps, in the place of the tile.
void transform_kernel(const Spectrum& s, int64_t kernel, const Filled<double>& crew,
                      Cx<double>* tile) {
  const Tile<double>& t = crew.tile;
  crew.each(t.panel_count(), [&](int64_t p) { t.clear_rows(tile, p); });
  crew.each(tap_count(s) / s.k[s.nd - 1],
            [&](int64_t line) { place_line(s, t, kernel, line, tile); });
  // Axes that are not transformed hold independent lines: all meet the first one's kernel.
  for (int a = 0; a < t.dims; a++)
    if (t.transformed[a])
      crew.each(t.groups(a, t.row_vectors()), [&](int64_t g) {
        if (!is_zero(t, tile, a, g))
          t.template columns<true>(tile, a, g, t.row_vectors(), crew.local());
      });
  if (!t.panels) return;
  crew.each(t.panel_count(), [&](int64_t p) {
    Cx<double>* panel = crew.local();
    t.fetch_panel(tile, p, panel);
    t.row_fft.forward(panel, 1);
    t.from_lanes(panel, tile + p * t.W * t.pitch);
  });
}

// The row, among those that the middle axis meets, whose kernel another repeats: positions along
// axes that are not transformed do not matter.
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

// From the place in the tile to the order in which the middle axis meets it. Where lanes differ in
// their samples only, all have the same value.
template <class T>
void copy_kernel(const Cx<double>* values, const Filled<double>& crew, const Tile<T>& t,
                 Cx<T>* kernel) {
  constexpr int W = kLanes<T>, V = kLanes<double>;
  auto copy = [&](const Cx<double>* row, int64_t column, Cx<T>* to, int lane) {
    const double* p = reinterpret_cast<const double*>(row + column / V) + column % V;
    reinterpret_cast<T*>(to)[lane] = T(p[0]);
    reinterpret_cast<T*>(to)[W + lane] = T(p[V]);
  };
  auto row_of = [&](int64_t row) { return values + kernel_row(t, row) * crew.tile.pitch; };
  if (t.inside()) {
    crew.each(t.panel_count(), [&](int64_t p) {
      // Lanes beyond the last row repeat it: nobody reads what they give.
      for (int64_t row = p * W; row < (p + 1) * W; row++) {
        const Cx<double>* from = row_of(least(row, t.rows - 1));
        for (int64_t i = 0; i < t.width; i++) copy(from, i, kernel + p * t.width + i, int(row % W));
      }
    });
    return;
  }
  const int64_t n = t.dim[t.middle], inner = t.inner(t.middle),
                vectors = t.kernel_columns() / inner;
  crew.each(t.kernel_columns(), [&](int64_t column) {
    const int64_t v = column % vectors;
    for (int64_t e = 0; e < n; e++) {
      const Cx<double>* from = row_of(e * inner + column / vectors);
      for (int lane = 0; lane < W; lane++)
        copy(from, t.panels ? v * W + lane : 0, kernel + column * n + e, lane);
    }
  });
}

// All threads share a large tile; of small ones each takes a kernel at a time.
template <class T>
bool make_kernels(const Spectrum& s, Tile<T>& t, int threads, const iw::Services& services) {
  Tile<double> exact;
  if (!make_layout(s, exact)) return false;
  t.kernels = allocated<Cx<T>>(s.kernels * t.kernel_size());
  const Filled<double> crew(exact, exact.rows, 0, threads, services);
  auto body = [&](int64_t kernel) {
    Cx<double>* tile = crew.space();
    transform_kernel(s, kernel, crew, tile);
    copy_kernel(tile, crew, t, t.kernels.get() + kernel * t.kernel_size());
  };
  services.parallel_for(
      s.kernels, crew.shared ? 1 : threads,
      [](void* context, int64_t i) { (*static_cast<decltype(body)*>(context))(i); }, &body);
  return true;
}

// False when the tile has a length that transforms do not know.
template <class T>
bool prepare(Spectrum& s, int threads, const iw::Services& services) {
  s.layout<T>() = std::make_unique<Tile<T>>();
  Tile<T>& t = *s.layout<T>();
  return make_layout(s, t) && make_kernels(s, t, threads, services);
}

int64_t Spectrum::bytes() const {
  const int64_t taps = all_taps(*this) * (compute == Type::f32 ? 4 : 8);
  const int64_t held = compute == Type::f32 ? tiles<float>().held_bytes(kernels)
                                            : tiles<double>().held_bytes(kernels);
  return iw::whole_pages(taps) + held;
}

// A spectrum of this shape with its own copy of the taps, not prepared yet.
std::unique_ptr<Spectrum> new_spectrum(const iw::Spectrum& shape, const void* taps) {
  auto s = std::make_unique<Spectrum>(shape);
  const int64_t bytes = all_taps(*s) * (s->compute == Type::f32 ? 4 : 8);
  s->taps = allocated<char>(bytes);
  memcpy(s->taps.get(), taps, size_t(bytes));
  return s;
}

// The float64 form of a kernel, not folded; made once, by whichever thread is first.
const Spectrum& wide_spectrum(const Spectrum& spectrum, int threads, const iw::Services& services) {
  if (spectrum.compute == Type::f64 && spectrum.folded < 0) return spectrum;
  if (const Spectrum* made = __atomic_load_n(&spectrum.wide, __ATOMIC_ACQUIRE)) return *made;
  const int64_t count = all_taps(spectrum);
  const Owned<double> taps = allocated<double>(count);
  for (int64_t i = 0; i < count; i++) taps.get()[i] = tap_at(spectrum, i);
  iw::Spectrum shape = spectrum;
  shape.compute = Type::f64;
  shape.folded = -1;
  std::unique_ptr<Spectrum> made = new_spectrum(shape, taps.get());
  prepare<double>(*made, threads, services);
  Spectrum* other = nullptr;
  if (!__atomic_compare_exchange_n(&spectrum.wide, &other, made.get(), false, __ATOMIC_ACQ_REL,
                                   __ATOMIC_ACQUIRE))
    return *other;
  iw::hold_bytes(made->bytes());
  return *made.release();
}

}  // namespace
