// Overlap-save: long kernels by transforms of tiles that stay in cache.
//
// Tiles of samples overlap by the kernel's reach; each is turned into frequencies, multiplied by
// the kernel's spectrum and turned back, and the part that did not wrap around is kept. Two tiles
// of real samples travel as the real and imaginary part of one complex tile; they are paired by
// their place, so that no bit depends on the threads. Kernels of a bank that share samples share
// the way to the frequencies too.
//
// A transform spreads its rounding over the whole tile. Two precautions keep that harmless:
//  * NaN and infinities are left out and reported;
//  * a tile whose samples differ so much in size that rounding of the large would be seen among
//    the small goes the careful way: in float64, its samples sorted by size into bands that are
//    transformed one at a time, each added only to outputs whose window meets the band.
#include "band.hpp"
#include "kernels.hpp"
#include "pack.hpp"
#include "spectrum.hpp"

namespace {

using iw::Services;

// Samples of one band differ by less than this factor; more bands than this are not told apart.
constexpr double kBandFloat32 = 1 << 20, kBandFloat64 = 1 << 10;
constexpr int kMostBands = 200;

enum Slot {
  kTileSlot,
  kLocalSlot,
  kRowSlot,
  kSamplesSlot,
  kSumSlot,
  kMarkSlot,
  kWideSlot,
  kKeptSlot
};

// Positions of a box, row by row: the boxes of source samples and of results.
struct Place {
  int64_t lo[kMaxDims], len[kMaxDims];
};

// What travels as the real or as the imaginary part of a transform: one of two tiles of real data,
// one half of a folded one, or one plane of a tile of complex data.
struct Side {
  const Job* job;
  Place out, in;
  int64_t len[kMaxDims], step[kMaxDims];  // samples read along each axis, and their distance
};

// Rows of a tile are read and written in this many parts at most, so that threads can share them
// and the parts do not depend on the threads.
constexpr int64_t kMostParts = 64, kLeastPartRows = 32;

// Tiles of this size are shared by all threads: one of them fills the caches alone.
constexpr int64_t kSharedBytes = 1 << 20;

template <class T>
struct OverlapSave {
  const Job* const jobs;  // one, or two: the real and the imaginary plane of complex data
  const bool complex;
  const Job& job;
  const Services& services;
  const Spectrum& spectrum;
  const Tile<T>& tile;
  const bool shared;
  const int64_t group;  // kernels that share samples
  Grid grid;
  bool left_out = false, failed = false;

  OverlapSave(const Job* j, bool is_complex, const Services& s, const Spectrum& p)
      : jobs(j),
        complex(is_complex),
        job(j[0]),
        services(s),
        spectrum(p),
        tile(*static_cast<const Tile<T>*>(p.layout)),
        shared(j[0].threads > 1 && tile.bytes() >= kSharedBytes),
        group(group_size(j[0])) {
    for (int a = 0; a < job.nd; a++) {
      const int64_t valid = spectrum.tile[a] - spectrum.reach[a] + 1;
      grid.size[a] = (valid - 1) / job.axis[a].stride + 1;
      if (!is_transformed(spectrum, a)) grid.size[a] = spectrum.tile[a];
    }
    grid.cover(job);
  }

  int64_t transforms() const { return complex ? grid.total : (grid.total + 1) / 2; }

  // A group of kernels is cut where there are few transforms, so that every thread has some; each
  // part then begins anew.
  int64_t parts_of_group() const {
    const bool many = job.kernels / group * transforms() >= 4 * job.threads;
    return shared || many ? 1 : least(job.threads, group);
  }

  int64_t tasks() const { return job.kernels / group * transforms() * parts_of_group(); }

  // Transforms of one group follow each other, so that its kernels stay near.
  void task(int64_t i) {
    const int64_t parts = parts_of_group(), part = i % parts, transform = i / parts % transforms();
    convolve_group(i / parts / transforms(), transform, group * part / parts,
                   group * (part + 1) / parts);
  }

  bool folded() const { return spectrum.folded >= 0; }

  int sides(int64_t i, const Job* own, Side (&side)[2]) const {
    if (folded()) return halves(own[0], side);
    const int count = complex || 2 * i + 1 < grid.total ? 2 : 1;
    for (int h = 0; h < count; h++) find(complex ? i : 2 * i + h, own[complex ? h : 0], side[h]);
    return count;
  }

  int halves(const Job& of, Side (&side)[2]) const {
    const int a = spectrum.folded;
    const int64_t half = length_along(spectrum, a);
    find(0, of, side[0]);
    side[1] = side[0];
    auto split = [&](Place& first, Place& second) {
      second.lo[a] += half;
      second.len[a] -= half;
      first.len[a] = least(half, first.len[a]);
    };
    split(side[0].out, side[1].out);
    split(side[0].in, side[1].in);
    for (Side& each : side) each.len[a] = each.in.len[a];
    return 2;
  }

  // Source samples behind the outputs of grid box i. An axis that is not transformed is read at
  // its stride: one sample for each output.
  void find(int64_t i, const Job& of, Side& side) const {
    side.job = &of;
    grid.box(of, i, side.out.lo, side.out.len);
    for (int a = 0; a < of.nd; a++) {
      const Axis& ax = of.axis[a];
      side.in.lo[a] = side.out.lo[a] * ax.stride + ax.start;
      side.in.len[a] = (side.out.len[a] - 1) * ax.stride + ax.reach();
      const bool every = is_transformed(spectrum, a) || ax.stride == 1;
      side.step[a] = every ? 1 : ax.stride;
      side.len[a] = every ? side.in.len[a] : side.out.len[a];
    }
  }

  // The samples of one row of a tile: where they lie, or copied to `row`. Null when the tile's
  // source has no such row.
  template <class S>
  const S* source_row(const Side& side, const int64_t* index, S* row) const {
    const Job& of = *side.job;
    const int last = of.nd - 1;
    const char* p = of.x;
    double fill = 0;
    for (int a = 0; a < last; a++) {
      if (index[a] >= side.len[a]) return nullptr;
      const Axis& ax = of.axis[a];
      const int64_t s = fold(side.in.lo[a] + index[a] * side.step[a], ax.n, ax.border);
      if (s < 0) fill = p ? ax.fill : fill_of_both(fill, ax.fill);
      p = s < 0 || !p ? nullptr : p + s * of.x_stride[a];
    }
    const int64_t lo = side.in.lo[last], len = side.in.len[last];
    if (p && of.x_type == kTypeOf<S> && of.x_stride[last] == int64_t(sizeof(S)) && lo >= 0 &&
        lo + len <= of.axis[last].n && side.step[last] == 1)
      return reinterpret_cast<const S*>(p) + lo;
    if (p)
      row_loader<S>(of.x_type)(of, p, lo, len, row);
    else
      fill_row(of, fill, lo, len, row);
    if (side.step[last] > 1)
      for (int64_t i = 0; i < side.len[last]; i++) row[i] = row[i * side.step[last]];
    return row;
  }

  // Rows of a tile before its long rows are cut, and where they lie on its axes.
  int64_t row_count() const {
    int64_t rows = 1;
    for (int a = 0; a < job.nd - 1; a++) rows *= length_along(spectrum, a);
    return rows;
  }

  void row_index(int64_t at, int64_t* index) const {
    for (int a = job.nd - 2; a >= 0; a--) {
      index[a] = at % length_along(spectrum, a);
      at /= length_along(spectrum, a);
    }
  }

  // Where the results of a row of a tile begin in the output. Null when it holds none.
  char* result_row(const Side& side, const int64_t* index) const {
    const Job& of = *side.job;
    int64_t place[kMaxDims];
    for (int a = 0; a < of.nd - 1; a++) {
      const int64_t step = is_transformed(spectrum, a) ? of.axis[a].stride : 1;
      if (index[a] % step || index[a] / step >= side.out.len[a]) return nullptr;
      place[a] = side.out.lo[a] + index[a] / step;
    }
    place[of.nd - 1] = side.out.lo[of.nd - 1];
    return out_at(of, place);
  }

  int64_t last_step() const {
    return is_transformed(spectrum, job.nd - 1) ? job.axis[job.nd - 1].stride : 1;
  }

  // Samples of a row as it is read: all those between the ones used, too.
  int64_t row_samples() const {
    const int last = job.nd - 1;
    return spectrum.tile[last] * (is_transformed(spectrum, last) ? 1 : job.axis[last].stride) + 8;
  }

  template <class S>
  S* row_space(int rows) const {
    return static_cast<S*>(services.scratch(kRowSlot, rows * row_samples() * int64_t(sizeof(S))));
  }

  // Let body(i) be called for each i < count, by all threads when the tile is theirs together.
  template <class F>
  void each(int64_t count, const F& body) const {
    if (!shared) {
      for (int64_t i = 0; i < count; i++) body(i);
      return;
    }
    services.parallel_for(
        count, job.threads, [](void* context, int64_t i) { (*static_cast<const F*>(context))(i); },
        const_cast<F*>(&body));
  }

  int64_t part_rows() const {
    return most(kLeastPartRows, (row_count() + kMostParts - 1) / kMostParts);
  }

  template <class F>
  void each_part(const F& body) const {
    const int64_t rows = row_count(), step = part_rows();
    each((rows + step - 1) / step,
         [&](int64_t part) { body(part, part * step, least(rows, (part + 1) * step)); });
  }

  // Numbers of a row up to the last that is a result, of either side.
  int64_t row_results(const Side* side, int count) const {
    const int last = job.nd - 1;
    int64_t longest = side[0].out.len[last];
    if (count > 1) longest = most(longest, side[1].out.len[last]);
    return (longest - 1) * last_step() + 1;
  }

  // Bytes from a row to the next.
  int64_t below(const int64_t* stride) const { return job.nd > 1 ? stride[job.nd - 2] : 0; }

  // Ask for the next row: rows are too short for the machine to see where they go on.
  template <int Writing>
  static void fetch(const char* row, int64_t bytes, int64_t below) {
    for (int64_t at = 0; below && at < bytes; at += 64)
      __builtin_prefetch(row + below + at, Writing);
  }

  // Fill the tile; whether its samples are too unlike in size for it.
  bool read(const Side* side, int count, Cx<T>* buffer) {
    Spread<T> spread[kMostParts];
    each_part([&](int64_t part, int64_t begin, int64_t end) {
      T* row = row_space<T>(1);
      int64_t index[kMaxDims];
      for (int64_t at = begin; at < end; at++) {
        row_index(at, index);
        for (int h = 0; h < 2; h++) {
          const T* samples = h < count ? source_row(side[h], index, row) : nullptr;
          const int64_t n = samples ? side[h].len[job.nd - 1] : 0;
          if (samples && samples != row)
            fetch<0>(reinterpret_cast<const char*>(samples), n * int64_t(sizeof(T)),
                     below(job.x_stride));
          const Spread<T> before = spread[part];
          if (pack_row(tile, buffer, at, samples, n, h, spread[part])) continue;
          if (samples != row) memcpy(row, samples, size_t(n) * sizeof(T));
          if (leave_out_nonfinite(row, n)) __atomic_store_n(&left_out, true, __ATOMIC_RELAXED);
          spread[part] = before;
          pack_row(tile, buffer, at, row, n, h, spread[part]);
        }
      }
      spread[part].finish();
    });
    Spread<T> all;
    for (const Spread<T>& part : spread) all.join(part);
    return all.wide();
  }

  // Whether results are complex numbers in the output, in its own type.
  bool writes_pairs() const {
    if (!complex || last_step() != 1) return false;
    const Job& re = jobs[0];
    const Job& im = jobs[1];
    const int last = re.nd - 1;
    constexpr int64_t size = sizeof(T);
    bool same = im.out == re.out + size && re.out_type == kTypeOf<T> && im.out_type == re.out_type;
    for (int a = 0; a <= last; a++) same = same && re.out_stride[a] == im.out_stride[a];
    for (int a = 0; a < re.bank_nd; a++)
      same = same && re.bank_out_stride[a] == im.bank_out_stride[a];
    return same && re.out_stride[last] == 2 * size;
  }

  void write(const Side* side, int count, Cx<T>* buffer) const {
    const int last = job.nd - 1;
    const bool straight = writes_straight<T>(job) && last_step() == 1, pairs = writes_pairs();
    const RowStorer<T> storer = row_storer<T>(job.out_type);
    each_part([&](int64_t, int64_t begin, int64_t end) {
      T* row = row_space<T>(1);
      int64_t index[kMaxDims];
      for (int64_t at = begin; at < end; at++) {
        row_index(at, index);
        for (int h = 0; h < (pairs ? 1 : count); h++) {
          char* to = result_row(side[h], index);
          if (!to) continue;
          const int64_t n = side[h].out.len[last];
          if (straight || pairs) fetch<1>(to, n * job.out_stride[last], below(job.out_stride));
          if (pairs) {
            unpack_complex_row(tile, buffer, at, n, reinterpret_cast<T*>(to));
          } else if (straight) {
            unpack_row(tile, buffer, at, n, h, reinterpret_cast<T*>(to));
          } else {
            unpack_row(tile, buffer, at, (n - 1) * last_step() + 1, h, row);
            storer(*side[h].job, row, last_step(), n, to);
          }
        }
      }
    });
  }

  // One transform of the samples of a group, for its kernels from `first` to `end`.
  void convolve_group(int64_t which, int64_t i, int64_t first, int64_t end) {
    Job own[2];
    auto choose = [&](int64_t k) {
      const int64_t kernel = kernel_of_group(job, which, k);
      for (int h = 0; h < (complex ? 2 : 1); h++) own[h] = job_of_kernel(jobs[h], kernel);
      return kernel;
    };
    int64_t kernel = choose(first);
    Side side[2];
    const int count = sides(i, own, side);
    auto* buffer = static_cast<Cx<T>*>(services.scratch(kTileSlot, tile.bytes()));
    const bool wide = read(side, count, buffer), single = end - first == 1;
    const int64_t used = tile.used_by(row_results(side, count));
    Cx<T>* kept = nullptr;
    if (!wide && !single) {
      kept = static_cast<Cx<T>*>(
          services.scratch(kKeptSlot, tile.kept_size() * int64_t(sizeof(Cx<T>))));
      tile.forward(buffer, kept, *this);
    }
    for (int64_t k = first; k < end; k++) {
      if (k > first) kernel = choose(k);
      if (wide) {
        if (folded()) find(0, own[0], side[0]);
        careful(side, folded() ? 1 : count, kernel);
        continue;
      }
      if (single)
        tile.convolve(buffer, tile.kernel(kernel), used, *this);
      else
        tile.backward(kept, buffer, tile.kernel(kernel), used, *this);
      write(side, count, buffer);
    }
  }

  // Room for the longest axis of a tile, for the calling thread.
  Cx<T>* local() const {
    return static_cast<Cx<T>*>(
        services.scratch(kLocalSlot, tile.longest() * int64_t(sizeof(Cx<T>))));
  }

  void careful(const Side* side, int count, int64_t kernel);
  void by_bands(const Side* side, int planes, int64_t kernel, double ratio) const;
};

template <class T>
IW_INLINE T most_of(T most, T value) {
  return fabs(value) > most ? T(fabs(value)) : most;
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

// Real data one side at a time, so that the other side's samples do not matter; the planes of
// complex data together.
template <class T>
void OverlapSave<T>::careful(const Side* side, int count, int64_t kernel) {
  const Spectrum* wide = wide_spectrum(spectrum);
  if (!wide) {
    __atomic_store_n(&failed, true, __ATOMIC_RELAXED);
    return;
  }
  const OverlapSave<double> exact(jobs, complex, services, *wide);
  const double ratio = spectrum.compute == Type::f32 ? kBandFloat32 : kBandFloat64;
  const int planes = complex ? 2 : 1;
  for (int h = 0; h < count; h += planes) exact.by_bands(side + h, planes, kernel, ratio);
}

template <class T>
void OverlapSave<T>::by_bands(const Side* side, int planes, int64_t kernel, double ratio) const {
  const int last = job.nd - 1;
  const int64_t width = spectrum.tile[last], rows = row_count(), size = rows * width;
  auto* samples = static_cast<T*>(services.scratch(kSamplesSlot, planes * size * 8));
  auto* sum = static_cast<T*>(services.scratch(kSumSlot, planes * size * 8));
  auto* marks = static_cast<uint8_t*>(services.scratch(kMarkSlot, size));
  auto* buffer = static_cast<Cx<T>*>(services.scratch(kWideSlot, tile.bytes()));
  T* row = row_space<T>(1);
  memset(samples, 0, size_t(planes * size) * 8);
  memset(sum, 0, size_t(planes * size) * 8);
  int64_t index[kMaxDims];
  for (int h = 0; h < planes; h++)
    for (int64_t at = 0; at < rows; at++) {
      row_index(at, index);
      const T* from = source_row(side[h], index, row);
      if (!from) continue;
      T* to = samples + h * size + at * width;
      memcpy(to, from, size_t(side[h].len[last]) * 8);
      leave_out_nonfinite(to, side[h].len[last]);
    }

  Spread<T> ignored;
  for (int band = 0; band < kMostBands; band++) {
    T top = 0;
    for (int64_t e = 0; e < planes * size; e++) top = most_of(top, samples[e]);
    if (top == 0) break;
    const T floor = band == kMostBands - 1 ? 0 : top / ratio;
    memset(marks, 0, size_t(size));
    for (int64_t at = 0; at < rows; at++)
      for (int h = 0; h < 2; h++) {
        for (int64_t e = 0; e < (h < planes ? width : 0); e++) {
          T& value = samples[h * size + at * width + e];
          const bool taken = fabs(value) > floor;
          marks[at * width + e] |= taken;
          row[e] = taken ? value / top : 0;  // near one, so that nothing overflows on the way
          if (taken) value = 0;
        }
        pack_row(tile, buffer, at, row, h < planes ? width : 0, h, ignored);
      }
    tile.convolve(buffer, tile.kernel(kernel), tile.used_by(width), *this);
    int64_t outer = size, gap = 1;
    for (int a = last; a >= 0; a--) {
      outer /= spectrum.tile[a];
      widen_marks(marks, outer, spectrum.tile[a], gap, spectrum.reach[a]);
      gap *= spectrum.tile[a];
    }
    for (int h = 0; h < planes; h++)
      for (int64_t at = 0; at < rows; at++) {
        unpack_row(tile, buffer, at, width, h, row);
        for (int64_t e = 0; e < width; e++)
          if (marks[at * width + e]) sum[h * size + at * width + e] += row[e] * top;
      }
  }
  const RowStorer<T> storer = row_storer<T>(job.out_type);
  for (int h = 0; h < planes; h++)
    for (int64_t at = 0; at < rows; at++) {
      row_index(at, index);
      if (char* to = result_row(side[h], index))
        storer(*side[h].job, sum + h * size + at * width, last_step(), side[h].out.len[last], to);
    }
}

template <class T>
bool run(const Job* jobs, bool complex, const Services& services, const Spectrum& spectrum) {
  OverlapSave<T> work(jobs, complex, services, spectrum);
  if (work.shared) {
    for (int64_t i = 0; i < work.tasks(); i++) work.task(i);
  } else {
    services.parallel_for(
        work.tasks(), jobs[0].threads,
        [](void* context, int64_t i) { static_cast<OverlapSave<T>*>(context)->task(i); }, &work);
  }
  if (work.failed) throw std::bad_alloc();
  return work.left_out;
}

}  // namespace

namespace iw::IW_LEVEL {

Spectrum* spectrum_new(const Job& job, Type compute, int planes, const void* taps,
                       const int64_t* tile, int folded) {
  Spectrum shape{};
  shape.compute = compute;
  shape.kernels = job.kernels;
  shape.planes = planes;
  shape.folded = folded;
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

bool overlap_save(const Job* jobs, bool complex, const Services& services,
                  const Spectrum* spectrum) {
  return spectrum->compute == Type::f32 ? run<float>(jobs, complex, services, *spectrum)
                                        : run<double>(jobs, complex, services, *spectrum);
}

}  // namespace iw::IW_LEVEL
