// One tile of complex numbers and its convolution over any number of axes.
//
// Rows of the tile lie one after another, an odd number of vectors apart. Axes before the last are
// transformed where they lie, a vector of columns at a time; the last one in panels of W rows
// turned into lanes. When it is not filtered its samples are lanes as they lie, and there are no
// panels. The innermost axis of the way there meets the kernel, while its numbers are in cache:
//  * rows are outside when much data streams through the tiles: they are transformed while samples
//    come in and results go out, and the tile is passed over half as often. The first transformed
//    axis is the innermost;
//  * rows are inside when all data are in cache anyway: the tile holds samples, and the panels turn
//    into lanes once instead of twice.
//
// A long last axis of n = n1 * n2 samples is cut into n1 rows of n2 and becomes two axes with a
// twiddle in between (Gentleman and Sande 1966). Its columns come first, so rows are inside.
//
// One axis may be folded, the last one too unless it is cut: of 2n real samples along it the second
// n travel as the imaginary part of the first. A polynomial x(t) of degree below 2n is that complex
// one of degree below n modulo t^n - i, and t = s exp(i pi / 2n) makes the modulus s^n - 1, which
// transforms know. So lone tiles of real data take half of the work, with nothing to disentangle
// (Nussbaumer 1981).
#pragma once

#include <string.h>

#include "fft.hpp"
#include "pages.hpp"

namespace {

constexpr int kMaxTileDims = 18;

// What of a tile is worth work: the first numbers of each row that are results and, when planes
// along the middle axis repeat others, the plane that each has its samples from (-1: zeros), and
// the first planes that hold results.
struct Used {
  int64_t numbers;
  const int64_t* from = nullptr;
  int64_t planes = 0;
};

template <class T>
struct Tile {
  int dims = 0;                    // axes before the last
  int64_t dim[kMaxTileDims] = {};  // their lengths
  bool transformed[kMaxTileDims] = {};
  Fft<T> along[kMaxTileDims];
  Fft<T> row_fft;
  bool panels = false;   // whether the last axis is transformed
  bool outside = false;  // whether rows are transformed while samples come in and results go out
  bool cut = false;      // whether dim[dims-1] and the last axis are one axis cut in two
  int middle = -1;       // the axis whose transform meets the kernel; -1: the last
  int folded = -1;       // the axis that is folded, if there is one; `dims`: the last
  Owned<T> turn;         // exp(i pi e / 2n) for each element e of the folded axis
  int64_t width = 0, rows = 1, pitch = 0;  // samples a row, rows, vectors from row to row
  Owned<Cx<T>> kernels;                    // as the transforms of the middle axis meet them
  Owned<Cx<T>> twiddle;                    // [panel][width], when cut

  static constexpr int W = kLanes<T>;
  static constexpr int64_t kGroup = 4;  // neighbouring columns done together: whole cache lines

  int64_t panel_count() const { return (rows + W - 1) / W; }
  int64_t row_vectors() const { return width / W; }
  int64_t vectors() const { return panel_count() * W * pitch; }
  int64_t bytes() const { return vectors() * int64_t(sizeof(Cx<T>)); }
  const Cx<T>* kernel(int64_t i) const { return kernels.get() + i * kernel_size(); }

  // Rows between neighbours along an axis.
  int64_t inner(int a) const {
    int64_t n = 1;
    for (int b = a + 1; b < dims; b++) n *= dim[b];
    return n;
  }

  // Whether rows are transformed last, and meet the kernel in panels.
  bool inside() const { return panels && !outside; }

  // Columns along the middle axis that differ in their kernel. Lanes of samples that are not
  // transformed share theirs.
  int64_t kernel_columns() const { return inner(middle) * (panels ? row_vectors() : 1); }
  int64_t kernel_size() const {
    return inside() ? panel_count() * width : kernel_columns() * dim[middle];
  }

  void finish_layout() {
    rows = 1;
    middle = -1;
    for (int a = dims - 1; a >= 0; a--) {
      rows *= dim[a];
      if (transformed[a]) middle = a;
    }
    if (inside()) middle = -1;
    pitch = row_vectors() | 1;
  }

  bool init_transforms() {
    for (int a = 0; a < dims; a++)
      if (transformed[a] && !along[a].init(dim[a])) return false;
    if (panels && !row_fft.init(width)) return false;
    return true;
  }

  // Bytes of tables and kernels, of which there are so many.
  int64_t held_bytes(int64_t count) const {
    int64_t held = iw::whole_pages(count * kernel_size() * int64_t(sizeof(Cx<T>)));
    for (int a = 0; a < dims; a++)
      if (transformed[a]) held += along[a].bytes();
    if (panels) held += row_fft.bytes();
    if (cut) held += iw::whole_pages(dim[dims - 1] * width * 2 * int64_t(sizeof(T)));
    if (folded >= 0) held += 2 * (folded == dims ? width : dim[folded]) * int64_t(sizeof(T));
    return held;
  }

  // ---- the last axis ----

  void rows_forward(Cx<T>* panel, int64_t p, Cx<T>* tile) const {
    turn_rows(panel);
    row_fft.forward(panel, 1);
    from_lanes(panel, tile + p * W * pitch);
  }

  void rows_backward(const Cx<T>* tile, int64_t p, Cx<T>* panel) const {
    to_lanes(tile + p * W * pitch, panel);
    row_fft.backward(panel, 1);
    turn_rows_back(panel);
  }

  // Rows that are folded, in a panel.
  void turn_rows(Cx<T>* panel) const {
    for (int64_t i = 0; folded == dims && i < width; i++) panel[i] = mul(panel[i], turn_of(i));
  }

  void turn_rows_back(Cx<T>* panel) const {
    for (int64_t i = 0; folded == dims && i < width; i++) panel[i] = mul_conj(panel[i], turn_of(i));
  }

  void clear_rows(Cx<T>* tile, int64_t p) const {
    memset(static_cast<void*>(tile + p * W * pitch), 0, size_t(W * pitch) * sizeof(Cx<T>));
  }

  // Panels of one long row that is cut.
  int64_t cut_panels() const { return dim[dims - 1] / W; }

  void fetch_panel(const Cx<T>* tile, int64_t p, Cx<T>* panel) const {
    to_lanes(tile + p * W * pitch, panel);
    const Cx<T>* w = cut ? twiddle.get() + p % cut_panels() * width : nullptr;
    for (int64_t i = 0; cut && i < width; i++) panel[i] = mul(panel[i], w[i]);
    turn_rows(panel);
  }

  void put_panel(Cx<T>* panel, int64_t p, Cx<T>* tile) const {
    const Cx<T>* w = cut ? twiddle.get() + p % cut_panels() * width : nullptr;
    for (int64_t i = 0; cut && i < width; i++) panel[i] = mul_conj(panel[i], w[i]);
    turn_rows_back(panel);
    from_lanes(panel, tile + p * W * pitch);
  }

  void to_lanes(const Cx<T>* row, Cx<T>* panel) const {
    for (int64_t v = 0; v < row_vectors(); v++) {
      Vec<T> re[W], im[W];
      for (int r = 0; r < W; r++) re[r] = row[r * pitch + v].re;
      transpose(re);
      for (int r = 0; r < W; r++) panel[v * W + r].re = re[r];
      for (int r = 0; r < W; r++) im[r] = row[r * pitch + v].im;
      transpose(im);
      for (int r = 0; r < W; r++) panel[v * W + r].im = im[r];
    }
  }

  void from_lanes(const Cx<T>* panel, Cx<T>* row) const {
    for (int64_t v = 0; v < row_vectors(); v++) {
      Vec<T> re[W], im[W];
      for (int r = 0; r < W; r++) re[r] = panel[v * W + r].re;
      transpose(re);
      for (int r = 0; r < W; r++) row[r * pitch + v].re = re[r];
      for (int r = 0; r < W; r++) im[r] = panel[v * W + r].im;
      transpose(im);
      for (int r = 0; r < W; r++) row[r * pitch + v].im = im[r];
    }
  }

  // ---- the other axes ----

  // Groups of neighbouring columns along an axis, of the first `used` of each row.
  int64_t groups(int a, int64_t used) const {
    return rows / dim[a] * ((used + kGroup - 1) / kGroup);
  }

  // body(first element, column) for each column of a group, counted along the rows of the tile.
  template <class F>
  void each_column(Cx<T>* tile, int a, int64_t group, int64_t used, const F& body) const {
    const int64_t of_row = (used + kGroup - 1) / kGroup;
    const int64_t row = group / of_row, v = group % of_row * kGroup;
    const int64_t start = first_row(a, row);
    for (int64_t i = v; i < least(used, v + kGroup); i++)
      body(tile + start * pitch + i, row * row_vectors() + i);
  }

  // Where the columns along an axis begin, of which there are as many as rows / dim[a].
  int64_t first_row(int a, int64_t i) const {
    const int64_t between = inner(a);
    return i / between * dim[a] * between + i % between;
  }

  int64_t plane_of_row(int64_t row) const { return row / inner(middle) % dim[middle]; }

  // A column copied to `local` and back: those whose gap is a multiple of many cache lines would
  // compete for the same few places. Folded ones are turned on the way.
  bool is_copied(int a, int64_t gap) const { return a == folded || gap % 16 == 0; }

  Cx<T> turn_of(int64_t e) const {
    return {splat(turn.get()[2 * e]), splat(turn.get()[2 * e + 1])};
  }

  void fetch(const Cx<T>* p, int64_t gap, int a, bool turned, Cx<T>* local,
             const int64_t* from = nullptr) const {
    if (from)
      for (int64_t e = 0; e < dim[a]; e++) {
        const Cx<T> x = from[e] < 0 ? Cx<T>{} : p[from[e] * gap];
        local[e] = turned ? mul(x, turn_of(e)) : x;
      }
    else if (turned)
      for (int64_t e = 0; e < dim[a]; e++) local[e] = mul(p[e * gap], turn_of(e));
    else
      for (int64_t e = 0; e < dim[a]; e++) local[e] = p[e * gap];
  }

  void put(const Cx<T>* local, int64_t n, bool turned, Cx<T>* p, int64_t gap) const {
    if (turned)
      for (int64_t e = 0; e < n; e++) p[e * gap] = mul_conj(local[e], turn_of(e));
    else
      for (int64_t e = 0; e < n; e++) p[e * gap] = local[e];
  }

  // `local` has room for dim[a] vectors.
  template <bool Forward>
  void columns(Cx<T>* tile, int a, int64_t group, int64_t used, Cx<T>* local) const {
    const int64_t gap = inner(a) * pitch;
    const bool copied = is_copied(a, gap);
    each_column(tile, a, group, used, [&](Cx<T>* p, int64_t) {
      if (copied) fetch(p, gap, a, Forward && a == folded, local);
      Cx<T>* x = copied ? local : p;
      Forward ? along[a].forward(x, copied ? 1 : gap) : along[a].backward(x, copied ? 1 : gap);
      if (copied) put(local, dim[a], !Forward && a == folded, p, gap);
    });
  }

  // The kernel of a column along the middle axis.
  const Cx<T>* kernel_of(const Cx<T>* kernel, int64_t column) const {
    if (!panels) column /= row_vectors();
    return kernel + column % kernel_columns() * dim[middle];
  }

  // The crew of a tile has `each`, which calls a body for every number below a count, and `local`,
  // which gives the calling thread room for the longest axis in vectors.
  template <bool Forward, class Crew>
  void inner_axes(Cx<T>* tile, const Used& used, const Crew& crew) const {
    const int64_t vectors = Forward ? row_vectors() : vectors_of(used.numbers);
    for (int i = 1; i < dims - middle; i++) {
      const int a = Forward ? dims - i : middle + i;
      if (!transformed[a]) continue;
      crew.each(groups(a, vectors), [&](int64_t group) {
        if (used.from) {
          const int64_t of_row = (vectors + kGroup - 1) / kGroup;
          const int64_t plane = plane_of_row(first_row(a, group / of_row));
          if (Forward ? used.from[plane] != plane : plane >= used.planes) return;
        }
        columns<Forward>(tile, a, group, vectors, crew.local());
      });
    }
  }

  // Vectors of each row that its first n results need.
  int64_t vectors_of(int64_t n) const {
    return outside || cut ? row_vectors() : least(row_vectors(), (n + W - 1) / W);
  }

  // From a filled tile to one that is to be emptied.
  template <class Crew>
  void convolve(Cx<T>* tile, const Cx<T>* kernel, const Used& used, const Crew& crew) const {
    inner_axes<true>(tile, used, crew);
    if (inside()) {
      crew.each(panel_count(), [&](int64_t p) {
        Cx<T>* panel = crew.local();
        fetch_panel(tile, p, panel);
        row_fft.convolve(panel, 1, kernel + p * width);
        put_panel(panel, p, tile);
      });
    } else {
      const int64_t gap = inner(middle) * pitch;
      const bool copied = used.from || is_copied(middle, gap), turned = middle == folded;
      const int64_t planes = used.from ? used.planes : dim[middle];
      crew.each(groups(middle, row_vectors()), [&](int64_t group) {
        Cx<T>* local = crew.local();
        each_column(tile, middle, group, row_vectors(), [&](Cx<T>* p, int64_t column) {
          if (copied) fetch(p, gap, middle, turned, local, used.from);
          along[middle].convolve(copied ? local : p, copied ? 1 : gap, kernel_of(kernel, column));
          if (copied) put(local, planes, turned, p, gap);
        });
      });
    }
    inner_axes<false>(tile, used, crew);
  }

  // The same in two halves, for many kernels. The first half leaves in `kept` what all of them
  // need, and spoils the tile; the second fills the tile for one kernel.
  int64_t kept_size() const { return inside() ? panel_count() * width : rows * row_vectors(); }

  template <class Crew>
  void begin(Cx<T>* tile, Cx<T>* kept, const Used& used, const Crew& crew) const {
    inner_axes<true>(tile, used, crew);
    if (inside())
      crew.each(panel_count(), [&](int64_t p) {
        fetch_panel(tile, p, kept + p * width);
        row_fft.begin(kept + p * width, 1);
      });
    else
      crew.each(groups(middle, row_vectors()), [&](int64_t group) {
        each_column(tile, middle, group, row_vectors(), [&](Cx<T>* p, int64_t column) {
          Cx<T>* own = kept + column * dim[middle];
          fetch(p, inner(middle) * pitch, middle, middle == folded, own, used.from);
          along[middle].begin(own, 1);
        });
      });
  }

  template <class Crew>
  void finish(const Cx<T>* kept, Cx<T>* tile, const Cx<T>* kernel, const Used& used,
              const Crew& crew) const {
    const int64_t planes = used.from ? used.planes : inside() ? 0 : dim[middle];
    if (inside())
      crew.each(panel_count(), [&](int64_t p) {
        Cx<T>* panel = crew.local();
        row_fft.finish(kept + p * width, panel, 1, kernel + p * width);
        put_panel(panel, p, tile);
      });
    else
      crew.each(groups(middle, row_vectors()), [&](int64_t group) {
        Cx<T>* local = crew.local();
        each_column(tile, middle, group, row_vectors(), [&](Cx<T>* p, int64_t column) {
          along[middle].finish(kept + column * dim[middle], local, 1, kernel_of(kernel, column));
          put(local, planes, middle == folded, p, inner(middle) * pitch);
        });
      });
    inner_axes<false>(tile, used, crew);
  }

  int64_t longest() const {
    int64_t n = panels ? width : 1;
    for (int a = 0; a < dims; a++) n = most(n, dim[a]);
    return n;
  }

  void make_turn() {
    if (folded < 0) return;
    const int64_t n = folded == dims ? width : dim[folded];
    turn = allocated<T>(2 * n);
    for (int64_t e = 0; e < n; e++) {
      turn.get()[2 * e] = T(cos(kPi * double(e) / double(2 * n)));
      turn.get()[2 * e + 1] = T(sin(kPi * double(e) / double(2 * n)));
    }
  }

  // exp(-2 pi i * column * frequency(row) / n) for the cut axis, from two small tables.
  void make_twiddle() {
    if (!cut) return;
    const int64_t n1 = dim[dims - 1], n = n1 * width, fine = 1024, coarse = n / fine + 1;
    const Owned<double> kept = allocated<double>(2 * (fine + coarse));
    double* const table = kept.get();
    twiddle = allocated<Cx<T>>(n1 / W * width);
    for (int64_t i = 0; i < fine + coarse; i++) {
      const double angle = -2 * kPi * double(i < fine ? i : (i - fine) * fine) / double(n);
      table[2 * i] = cos(angle);
      table[2 * i + 1] = sin(angle);
    }
    T* out = reinterpret_cast<T*>(twiddle.get());
    for (int64_t r = 0; r < n1; r++) {
      const int64_t k = along[dims - 1].frequency(r);
      for (int64_t i = 0; i < width; i++) {
        const int64_t turns = i * k % n;
        const double *a = table + 2 * (turns % fine), *b = table + 2 * (fine + turns / fine);
        T* at = out + ((r / W * width + i) * 2) * W + r % W;
        at[0] = T(a[0] * b[0] - a[1] * b[1]);
        at[W] = T(a[0] * b[1] + a[1] * b[0]);
      }
    }
  }
};

}  // namespace
