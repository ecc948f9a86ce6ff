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
#include "band.hpp"
#include "kernels.hpp"
#include "spectrum.hpp"
#include "spread.hpp"

namespace {

using iw::Services;

// Samples of one band differ by less than this factor; more bands than this are not told apart.
constexpr double kBandFloat32 = 1 << 20, kBandFloat64 = 1 << 10;
constexpr int kMostBands = 200;

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

  void careful(int64_t i);
};

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
  const Spectrum* wide = wide_spectrum(spectrum);
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
  Spectrum* s = new_spectrum(shape);
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
