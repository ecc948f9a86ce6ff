// One tile of complex numbers and its transform over any number of axes.
//
// Rows of the tile lie one after another, an odd number of vectors apart. Axes before the last are
// transformed where they lie, a vector of columns at a time. The last axis is transformed in panels
// of W rows turned into lanes; there the product with the kernel is taken too, and the way back
// begun, while the panel is in cache.
//
// A single long axis of n = n1 * n2 samples is cut into n1 rows of n2 and becomes two axes with a
// twiddle in between (Gentleman and Sande 1966). When the last axis is not filtered, its samples
// are lanes already and the panels are not needed.
//
// One axis may be folded: of 2n real samples along it the second n travel as the imaginary part of
// the first. A polynomial x(t) of degree below 2n is that complex one of degree below n modulo
// t^n - i, and t = s exp(i pi / 2n) makes the modulus s^n - 1, which transforms know. So lone tiles
// of real data take half of the work, with nothing to disentangle (Nussbaumer 1981).
#pragma once

#include <string.h>

#include "fft.hpp"

namespace {

constexpr int kMaxTileDims = 18;

template <class T>
struct Tile {
  int dims = 0;               // axes before the last
  int64_t dim[kMaxTileDims];  // their lengths
  bool transformed[kMaxTileDims];
  Fft<T> along[kMaxTileDims];
  Fft<T> row_fft;
  bool panels = false;  // whether the last axis is transformed
  bool cut = false;     // whether dim[dims-1] and the last axis are one axis cut in two
  int folded = -1;      // the axis that is folded, if there is one
  T* turn = nullptr;    // exp(i pi e / 2n) for each element e of the folded axis
  int64_t width = 0, rows = 1, pitch = 0;  // samples a row, rows, vectors from row to row
  Cx<T>* kernels = nullptr;                // panels: [panel][width]; else one splat complex a row
  Cx<T>* twiddle = nullptr;                // [panel][width], when cut

  static constexpr int W = kLanes<T>;
  static constexpr int64_t kGroup = 4;  // neighbouring columns done together: whole cache lines

  int64_t panel_count() const { return (rows + W - 1) / W; }
  int64_t vectors() const { return panel_count() * W * pitch; }
  int64_t bytes() const { return vectors() * int64_t(sizeof(Cx<T>)); }
  const Cx<T>* kernel(int64_t i) const { return kernels + i * kernel_size(); }
  int64_t kernel_size() const { return panels ? panel_count() * width : rows; }

  void finish_layout() {
    rows = 1;
    for (int a = 0; a < dims; a++) rows *= dim[a];
    pitch = (width / W) | 1;
  }

  bool init_transforms() {
    for (int a = 0; a < dims; a++)
      if (transformed[a] && !along[a].init(dim[a])) return false;
    if (panels && !row_fft.init(width)) return false;
    return true;
  }

  void release() {
    for (int a = 0; a < dims; a++)
      if (transformed[a]) along[a].release();
    if (panels) row_fft.release();
    free(kernels);
    free(twiddle);
    free(turn);
  }

  // Transforms of neighbouring columns over one axis, one group of columns for each i.
  int64_t column_groups(int a, int64_t used) const {
    return (rows / dim[a]) * ((used + kGroup - 1) / kGroup);
  }

  Cx<T> turn_of(int64_t e) const { return {splat(turn[2 * e]), splat(turn[2 * e + 1])}; }

  // `local` has room for dim[a] vectors: columns whose gap is a multiple of many cache lines are
  // copied there, or they would compete for the same few places; folded ones are turned on the way.
  // The first `used` vectors of each row are transformed.
  template <bool Forward>
  void columns(Cx<T>* tile, int a, int64_t i, Cx<T>* local, int64_t used) const {
    int64_t inner = 1;
    for (int b = a + 1; b < dims; b++) inner *= dim[b];
    const int64_t n = dim[a], gap = inner * pitch;
    const int64_t groups = (used + kGroup - 1) / kGroup, row = i / groups, group = i % groups;
    Cx<T>* start = tile + (row / inner * n * inner + row % inner) * pitch;
    for (int64_t v = group * kGroup; v < least(used, (group + 1) * kGroup); v++) {
      Cx<T>* p = start + v;
      if (a == folded) {
        for (int64_t e = 0; e < n; e++)
          local[e] = Forward ? mul(p[e * gap], turn_of(e)) : p[e * gap];
        Forward ? along[a].forward(local, 1) : along[a].backward(local, 1);
        for (int64_t e = 0; e < n; e++)
          p[e * gap] = Forward ? local[e] : mul_conj(local[e], turn_of(e));
      } else if (gap % 16 == 0) {
        for (int64_t e = 0; e < n; e++) local[e] = p[e * gap];
        Forward ? along[a].forward(local, 1) : along[a].backward(local, 1);
        for (int64_t e = 0; e < n; e++) p[e * gap] = local[e];
      } else {
        Forward ? along[a].forward(p, gap) : along[a].backward(p, gap);
      }
    }
  }

  IW_INLINE void to_lanes(const Cx<T>* row, Cx<T>* panel, int64_t pitch, int64_t width) {
    for (int64_t v = 0; v < width / W; v++) {
      Vec<T> re[W], im[W];
      for (int r = 0; r < W; r++) re[r] = row[r * pitch + v].re;
      transpose<T>(re);
      for (int r = 0; r < W; r++) panel[v * W + r].re = re[r];
      for (int r = 0; r < W; r++) im[r] = row[r * pitch + v].im;
      transpose<T>(im);
      for (int r = 0; r < W; r++) panel[v * W + r].im = im[r];
    }
  }

  IW_INLINE void from_lanes(const Cx<T>* panel, Cx<T>* row, int64_t pitch, int64_t width) {
    for (int64_t v = 0; v < width / W; v++) {
      Vec<T> re[W], im[W];
      for (int r = 0; r < W; r++) re[r] = panel[v * W + r].re;
      transpose<T>(re);
      for (int r = 0; r < W; r++) row[r * pitch + v].re = re[r];
      for (int r = 0; r < W; r++) im[r] = panel[v * W + r].im;
      transpose<T>(im);
      for (int r = 0; r < W; r++) row[r * pitch + v].im = im[r];
    }
  }

  void fetch_panel(const Cx<T>* tile, int64_t p, Cx<T>* panel) const {
    to_lanes(tile + p * W * pitch, panel, pitch, width);
    if (cut)
      for (int64_t i = 0; i < width; i++) panel[i] = mul(panel[i], twiddle[p * width + i]);
  }

  void return_panel(Cx<T>* tile, int64_t p, Cx<T>* panel, int64_t used) const {
    if (cut)
      for (int64_t i = 0; i < width; i++) panel[i] = mul_conj(panel[i], twiddle[p * width + i]);
    from_lanes(panel, tile + p * W * pitch, pitch, used * W);
  }

  // The crew of a tile has `each`, which calls a body for every number below a count, and `local`,
  // which gives the calling thread room for the longest axis in vectors.
  template <bool Forward, class Crew>
  void all_columns(Cx<T>* tile, int64_t used, const Crew& crew) const {
    for (int b = 0; b < dims; b++) {
      const int a = Forward ? b : dims - 1 - b;
      if (transformed[a])
        crew.each(column_groups(a, used),
                  [&](int64_t i) { columns<Forward>(tile, a, i, crew.local(), used); });
    }
  }

  void multiply(const Cx<T>* from, Cx<T>* to, const Cx<T>* kernel) const {
    for (int64_t r = 0; r < rows; r++)
      for (int64_t v = 0; v < width / W; v++)
        to[r * pitch + v] = mul(from[r * pitch + v], kernel[r]);
  }

  // Vectors that hold the first n samples of every row of results.
  int64_t used_by(int64_t n) const { return cut || !panels ? width / W : (n + W - 1) / W; }

  // Replace the tile by its circular convolution with a kernel. Of the result, the first `used`
  // vectors of each row are right.
  template <class Crew>
  void convolve(Cx<T>* tile, const Cx<T>* kernel, int64_t used, const Crew& crew) const {
    all_columns<true>(tile, width / W, crew);
    if (panels) {
      crew.each(panel_count(), [&](int64_t p) {
        Cx<T>* panel = crew.local();
        fetch_panel(tile, p, panel);
        row_fft.begin(panel);
        row_fft.middle(panel, panel, kernel + p * width);
        row_fft.finish(panel);
        return_panel(tile, p, panel, used);
      });
    } else {
      multiply(tile, tile, kernel);
    }
    all_columns<false>(tile, used, crew);
  }

  // The same in two halves, for many kernels. The first half leaves in `kept` what all of them
  // need, and spoils the tile; the second fills the tile for one kernel.
  int64_t kept_size() const { return panels ? kernel_size() : vectors(); }

  template <class Crew>
  void forward(Cx<T>* tile, Cx<T>* kept, const Crew& crew) const {
    all_columns<true>(tile, width / W, crew);
    if (panels) {
      crew.each(panel_count(), [&](int64_t p) {
        fetch_panel(tile, p, kept + p * width);
        row_fft.begin(kept + p * width);
      });
    } else {
      memcpy(kept, tile, size_t(bytes()));
    }
  }

  template <class Crew>
  void backward(const Cx<T>* kept, Cx<T>* tile, const Cx<T>* kernel, int64_t used,
                const Crew& crew) const {
    if (panels) {
      crew.each(panel_count(), [&](int64_t p) {
        Cx<T>* panel = crew.local();
        row_fft.middle(kept + p * width, panel, kernel + p * width);
        row_fft.finish(panel);
        return_panel(tile, p, panel, used);
      });
    } else {
      multiply(kept, tile, kernel);
    }
    all_columns<false>(tile, used, crew);
  }

  int64_t longest() const {
    int64_t n = panels ? width : 1;
    for (int a = 0; a < dims; a++) n = most(n, dim[a]);
    return n;
  }

  bool make_turn() {
    if (folded < 0) return true;
    const int64_t n = dim[folded];
    turn = static_cast<T*>(malloc(size_t(2 * n) * sizeof(T)));
    for (int64_t e = 0; turn && e < n; e++) {
      turn[2 * e] = T(cos(kPi * double(e) / double(2 * n)));
      turn[2 * e + 1] = T(sin(kPi * double(e) / double(2 * n)));
    }
    return turn;
  }

  // exp(-2 pi i * column * frequency(row) / n) for the cut axis, from two small tables.
  bool make_twiddle() {
    if (!cut) return true;
    const int64_t n1 = dim[dims - 1], n = n1 * width, fine = 1024, coarse = n / fine + 1;
    double* table = static_cast<double*>(malloc(size_t(2 * (fine + coarse)) * sizeof(double)));
    twiddle = static_cast<Cx<T>*>(aligned_alloc(64, size_t(panel_count() * width) * sizeof(Cx<T>)));
    if (!table || !twiddle) {
      free(table);
      return false;
    }
    for (int64_t i = 0; i < fine + coarse; i++) {
      const double angle = -2 * kPi * double(i < fine ? i : (i - fine) * fine) / double(n);
      table[2 * i] = cos(angle);
      table[2 * i + 1] = sin(angle);
    }
    T* out = reinterpret_cast<T*>(twiddle);
    for (int64_t r = 0; r < panel_count() * W; r++) {
      const int64_t k = along[dims - 1].frequency(r % n1);
      for (int64_t i = 0; i < width; i++) {
        const int64_t turn = i * k % n;
        const double *a = table + 2 * (turn % fine), *b = table + 2 * (fine + turn / fine);
        T* at = out + ((r / W * width + i) * 2) * W + r % W;
        at[0] = T(a[0] * b[0] - a[1] * b[1]);
        at[W] = T(a[0] * b[1] + a[1] * b[0]);
      }
    }
    free(table);
    return true;
  }
};

}  // namespace
