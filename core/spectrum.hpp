// Kernels made ready for overlap-save: the shape of their tiles, and their spectra in that order.
#pragma once

#include <string.h>

#include <new>

#include "kernels.hpp"
#include "tile.hpp"

namespace iw {

// The kernels of one geometry and their tiles.
struct Shape {
  Type compute;
  int nd;
  int64_t kernels;
  int planes;       // 1: real taps; 2: of each kernel the real ones, then the imaginary ones
  int64_t samples;  // along the axes that are transformed
  int folded;       // the axis whose second half travels as imaginary part (tile.hpp), or -1
  int64_t tile[kMaxDims], reach[kMaxDims], dilation[kMaxDims], k[kMaxDims];
};

// What was prepared for them: the wide (float64) form is made when a tile first needs it.
struct Spectrum : Shape {
  void* taps;
  void* layout;  // Tile<float> or Tile<double>
  mutable Spectrum* wide;
};

}  // namespace iw

namespace {

using iw::kMaxDims;
using iw::Shape;
using iw::Spectrum;
using iw::Type;

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
  return t.width % kLanes<T> == 0 && t.init_transforms() && t.make_twiddle() && t.make_turn();
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
  return s.compute == Type::f32 ? tap_value<float>(s.taps, i) : tap_value<double>(s.taps, i);
}

// Taps of one plane of one kernel.
int64_t tap_count(const Spectrum& s) {
  int64_t count = 1;
  for (int a = 0; a < s.nd; a++) count *= s.k[a];
  return count;
}

int64_t all_taps(const Spectrum& s) { return s.kernels * s.planes * tap_count(s); }

// The spectrum of a kernel's taps, reversed around zero and scaled by one over the tile's size, in
// the place of the tile. `tile` has room for the longest axis behind it.
void transform_kernel(const Spectrum& s, const Tile<double>& t, int64_t kernel, Cx<double>* tile) {
  const int last = s.nd - 1;
  memset(static_cast<void*>(tile), 0, size_t(t.bytes()));
  Cx<double>* local = tile + t.vectors();
  double scale = t.panels ? double(t.width) : 1;
  for (int a = 0; a < t.dims; a++) scale *= t.transformed[a] ? double(t.dim[a]) : 1;
  int64_t index[kMaxDims] = {};
  const int64_t taps = tap_count(s), first = kernel * s.planes * taps;
  for (int64_t i = 0; i < taps; i++) {
    int64_t row = 0, place = 0;
    bool second = false;  // in the second half of the folded axis
    double sign = 1;
    for (int a = 0; a <= last; a++) {
      const int64_t n = s.tile[a], half = length_along(s, a);
      place = is_transformed(s, a) ? (n - index[a] * s.dilation[a]) % n : 0;
      if (a == s.folded) {  // once around changes the sign
        sign = place ? -1 : 1;
        second = place >= half;
        place %= half;
      }
      if (a < last) row = row * half + place;
    }
    if (t.cut) row = row * t.dim[t.dims - 1] + place / t.width;
    for (int plane = 0; plane < s.planes; plane++)
      *element_at(tile, t, row, place % t.width, second || plane == 1) +=
          sign * tap_at(s, first + plane * taps + i) / scale;
    for (int a = last; a >= 0 && ++index[a] == s.k[a]; a--) index[a] = 0;
  }
  // Axes that are not transformed hold independent lines: all meet the first one's kernel.
  for (int a = 0; a < t.dims; a++)
    for (int64_t g = 0; t.transformed[a] && g < t.groups(a, t.row_vectors()); g++)
      t.template columns<true>(tile, a, g, t.row_vectors(), local);
  for (int64_t p = 0; t.panels && p < t.panel_count(); p++) {
    Cx<double>* rows = tile + p * t.W * t.pitch;
    t.fetch_panel(tile, p, local);
    t.row_fft.forward(local, 1);
    t.from_lanes(local, rows);
  }
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
void copy_kernel(Cx<double>* values, const Tile<double>& exact, const Tile<T>& t, Cx<T>* kernel) {
  constexpr int W = kLanes<T>;
  auto copy = [&](int64_t row, int64_t column, Cx<T>* to, int lane) {
    T* p = reinterpret_cast<T*>(to) + lane;
    p[0] = T(*element_at(values, exact, row, column, false));
    p[W] = T(*element_at(values, exact, row, column, true));
  };
  if (t.inside()) {
    for (int64_t row = 0; row < t.rows; row++)
      for (int64_t i = 0; i < t.width; i++)
        copy(kernel_row(t, row), i, kernel + row / W * t.width + i, int(row % W));
    return;
  }
  const int64_t n = t.dim[t.middle], inner = t.inner(t.middle),
                vectors = t.kernel_columns() / inner;
  for (int64_t row = 0; row < n * inner; row++) {
    const int64_t from = kernel_row(t, row);
    for (int64_t v = 0; v < vectors; v++)
      for (int lane = 0; lane < W; lane++)
        copy(from, t.panels ? v * W + lane : 0,
             kernel + (row % inner * vectors + v) * n + row / inner, lane);
  }
}

template <class T>
Cx<T>* allocate(int64_t count) {
  return static_cast<Cx<T>*>(iw::aligned_pages(count * int64_t(sizeof(Cx<T>))));
}

template <class T>
bool make_kernels(const Spectrum& s, Tile<T>& t) {
  Tile<double> exact;
  bool fine = make_layout(s, exact);
  auto* tile = allocate<double>(exact.vectors() + exact.longest());
  t.kernels = allocate<T>(s.kernels * t.kernel_size());
  fine = fine && tile && t.kernels;
  for (int64_t kernel = 0; fine && kernel < s.kernels; kernel++) {
    transform_kernel(s, exact, kernel, tile);
    copy_kernel(tile, exact, t, t.kernels + kernel * t.kernel_size());
  }
  free(tile);
  exact.release();
  return fine;
}

template <class T>
bool prepare(Spectrum* s) {
  auto* t = new (std::nothrow) Tile<T>;
  s->layout = t;
  return t && make_layout(*s, *t) && make_kernels(*s, *t);
}

// A spectrum of this shape with its own copy of the taps, not prepared yet.
Spectrum* new_spectrum(const Shape& shape, const void* taps) {
  auto* s = new (std::nothrow) Spectrum{shape, nullptr, nullptr, nullptr};
  if (!s) return nullptr;
  const size_t bytes = size_t(all_taps(*s)) * (s->compute == Type::f32 ? 4 : 8);
  s->taps = malloc(bytes);
  if (s->taps) memcpy(s->taps, taps, bytes);
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

// The float64 form of a kernel, not folded; made once, by whichever thread is first. Null: out of
// memory.
const Spectrum* wide_spectrum(const Spectrum& spectrum) {
  if (spectrum.compute == Type::f64 && spectrum.folded < 0) return &spectrum;
  Spectrum* made = __atomic_load_n(&spectrum.wide, __ATOMIC_ACQUIRE);
  if (made) return made;
  made = new_spectrum(spectrum, spectrum.taps);
  if (!made || !made->taps) {
    free_spectrum(made);
    return nullptr;
  }
  const int64_t count = all_taps(*made);
  void* taps = malloc(size_t(count) * 8);
  if (taps)
    for (int64_t i = 0; i < count; i++) static_cast<double*>(taps)[i] = tap_at(*made, i);
  free(made->taps);
  made->taps = taps;
  made->compute = Type::f64;
  made->folded = -1;
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

}  // namespace
