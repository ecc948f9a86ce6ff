// Overlap-save: long kernels by transforms of tiles that stay in cache.
//
// Tiles of samples overlap by the kernel's reach; each is turned into frequencies, multiplied by
// the kernel's spectrum and turned back, and the part that did not wrap around is kept. Kernels of
// a bank that share samples share the way to the frequencies too.
//
// A transform spreads its rounding over the whole tile. Two precautions keep that harmless:
//  * NaN and infinities are left out and reported;
//  * where samples of a tile differ so much in size that rounding of the large would be seen among
//    the small, the tile is transformed in float64; where that does not help, and where few samples
//    are not zero, it goes the careful way (careful.hpp).
#include "careful.hpp"
#include "filled.hpp"
#include "halves.hpp"
#include "sides.hpp"
#include "span.hpp"

namespace {

using iw::Services;

template <class T>
struct OverlapSave : Sides {
  const Filled<T> tile;
  const Services& services;
  const iw::Cut cut;
  const int64_t group;  // kernels that share samples
  const Held held;
  bool left_out = false;

  OverlapSave(const Job* j, bool is_complex, const Services& s, const Spectrum& p, const iw::Cut& c)
      : Sides(j, is_complex, p),
        tile(p.tiles<T>(), row_count(), row_samples(), j[0].threads, s),
        services(s),
        cut(c),
        group(group_size(j[0])),
        held(j[0], s) {}

  // A group of kernels is cut where there are few transforms, so that every thread has some; each
  // part then begins anew.
  int64_t parts_of_group() const {
    const bool many = job.kernels / group * transforms() >= 4 * job.threads;
    return tile.shared || many ? 1 : least(job.threads, group);
  }

  int64_t tasks() const { return job.kernels / group * transforms() * parts_of_group(); }

  // Transforms of one group follow each other, so that its kernels stay near.
  void task(int64_t i) {
    const int64_t parts = parts_of_group(), part = i % parts, transform = i / parts % transforms();
    convolve_group(i / parts / transforms(), transform, group * part / parts,
                   group * (part + 1) / parts);
  }

  // Fill the tile; how its samples' sizes compare.
  Sizes read(const Side* side, int count, const int64_t* from, Cx<T>* buffer) {
    auto find = [&](int64_t at, int h, int64_t r, T* copy, PlaneRows<T>& rows) {
      int64_t index[kMaxDims];
      row_index(at, index);
      find_row(side[h], h, index, r, copy, rows);
      if constexpr (sizeof(T) == 8)
        if (cut.bits && rows.row[r]) take_half(copy, side[h].len[last], cut.bits, h == 1);
    };
    typename Filled<T>::template Source<decltype(find)> source{{}, 0, find};
    for (int h = 0; h < count; h++) source.n[h] = side[h].len[last];
    source.below = last > 0 ? job.x_stride[last - 1] / int64_t(sizeof(T))
                            : (complex ? 1 : 2) * grid.size[0] * job.axis[0].stride;
    return tile.fill(buffer, source, from, &left_out);
  }

  // Numbers of a row up to the last that is a result.
  int64_t row_results(const Side& side) const { return (side.out.len[last] - 1) * last_step() + 1; }

  // Planes of large tiles that a border repeats, and those without results, are left out.
  Used what_is_used(const Side* side, int count) const {
    Used used{0};
    for (int h = 0; h < count; h++) used.numbers = most(used.numbers, row_results(side[h]));
    if (!tile.tile.outside || tile.tile.bytes() < kSharedBytes) return used;
    const int a = tile.tile.middle;
    auto* from = tile.template scratch<int64_t>(kPlanesSlot, tile.tile.dim[a]);
    planes_along(a, side, count, from);
    used.from = from;
    for (int h = 0; h < count; h++)
      used.planes = most(used.planes, (side[h].out.len[a] - 1) * job.axis[a].stride + 1);
    return used;
  }

  void write(const Side* side, int count, Cx<T>* buffer) const {
    const bool pairs = this->template pairs<T>(), as_is = pairs || straight<T>();
    const RowStorer<T> storer = row_storer<T>(job);
    int64_t n[2] = {};
    for (int h = 0; h < count; h++) n[h] = row_results(side[h]);
    auto find = [&](int64_t at, int h) -> char* {
      if (h >= count || n[h] <= 0 || (pairs && h > 0)) return nullptr;
      int64_t index[kMaxDims];
      row_index(at, index);
      return result_row(side[h], index);
    };
    tile.empty(
        buffer, n, pairs, last > 0 ? job.out_stride[last - 1] / int64_t(sizeof(T)) : 0,
        [&](int64_t at, int h, T* space) {
          char* to = find(at, h);
          return to && !as_is ? space : reinterpret_cast<T*>(to);
        },
        [&](int64_t at, int h, T* row) {
          char* const to = find(at, h);
          if (cut.bits)
            store_second(side[h], h, row, to);
          else
            storer(*side[h].job, row, last_step(), side[h].out.len[last], to);
        });
  }

  // Both halves of a row of results, once the second is there: the first is a copy beside it.
  void store_second(const Side& side, int h, const T* row, char* to) const {
    if constexpr (sizeof(T) == 8)
      if (h == 1)
        store_halves(*side.job, row - tile.set_rows() * tile.row_room, row, last_step(),
                     side.out.len[last], cut, to);
  }

  // One transform of the samples of a group, for its kernels from `first` to `end`.
  void convolve_group(int64_t which, int64_t i, int64_t first, int64_t end) {
    Job own[2];
    int64_t kernel = choose(which, first, own);
    Side side[2];
    const int count = sides(i, own, side);
    Cx<T>* buffer = tile.space();
    const Used used = what_is_used(side, count);
    const Sizes sizes = read(side, count, used.from, buffer);
    // Whole halves are rounded to what they are: their sizes do not matter.
    if (sizes != Sizes::alike && !cut.bits) return go_elsewhere(sizes, which, i, first, end);
    if (end - first == 1) {
      tile.convolve(buffer, kernel, used);
      write(side, count, buffer);
      return hold(side, count, kernel);
    }
    Cx<T>* kept = tile.begin(buffer, used);
    for (int64_t k = first; k < end; k++) {
      kernel = choose(which, k, own);
      tile.finish(kept, buffer, kernel, used);
      write(side, count, buffer);
      hold(side, count, kernel);
    }
  }

  // Means within the range of their samples, by parts that all threads share where a tile is theirs
  // together.
  void hold(const Side* side, int count, int64_t kernel) const {
    if (complex || !held.means(kernel)) return;
    for (int h = 0; h < count; h++) {
      const Place& out = side[h].out;
      const int64_t parts = tile.shared ? least(out.len[0], kMostParts) : 1;
      tile.each(parts, [&](int64_t part) {
        Place own = out;
        own.lo[0] = out.lo[0] + out.len[0] * part / parts;
        own.len[0] = out.lo[0] + out.len[0] * (part + 1) / parts - own.lo[0];
        for (int a = 0; a < job.nd; a++)
          if (own.len[a] < 1) return;
        const Job& job = *side[h].job;
        held.box(job, own.lo, own.len, iw::IW_LEVEL::span_of_results(job, own.lo, own.len));
      });
    }
  }

  // The same by tiles of float64, or the careful way.
  void go_elsewhere(Sizes sizes, int64_t which, int64_t i, int64_t first, int64_t end) {
    const Spectrum& wide = wide_spectrum(spectrum, job.threads, services);
    if (sizes == Sizes::unlike && spectrum.compute == Type::f32) {
      OverlapSave<double> tiles(jobs, complex, services, wide, cut);
      tiles.convolve_group(which, i, first, end);
      if (tiles.left_out) note(left_out);
      return;
    }
    const Careful careful(jobs, complex, services, wide);
    for (int64_t k = first; k < end; k++) {
      careful.convolve(i, which, k);
      Job own[2];
      const int64_t kernel = choose(which, k, own);
      Side side[2];
      hold(side, sides(i, own, side), kernel);
    }
  }

  // Several threads may.
  static void note(bool& what) { __atomic_store_n(&what, true, __ATOMIC_RELAXED); }
};

template <class T>
bool run(const Job* jobs, bool complex, const Services& services, const Spectrum& spectrum,
         const iw::Cut& cut) {
  OverlapSave<T> work(jobs, complex, services, spectrum, cut);
  if (work.tile.shared) {
    for (int64_t i = 0; i < work.tasks(); i++) work.task(i);
  } else {
    services.parallel_for(
        work.tasks(), jobs[0].threads,
        [](void* context, int64_t i) { static_cast<OverlapSave<T>*>(context)->task(i); }, &work);
  }
  return work.left_out;
}

}  // namespace

namespace iw::IW_LEVEL {

Spectrum* spectrum_new(const Job& job, const Services& services, Type compute, int planes,
                       const void* taps, const int64_t* tile, int folded) {
  Spectrum shape;
  shape.compute = compute;
  shape.kernels = job.kernels;
  shape.planes = planes;
  shape.folded = folded;
  shape.nd = job.nd;
  shape.samples = 1;
  for (int a = 0; a < job.nd; a++) {
    if (job.axis[a].reach() > 1) shape.samples *= job.axis[a].n;
    shape.tile[a] = tile[a];
    shape.k[a] = job.axis[a].k;
    shape.dilation[a] = job.axis[a].dilation;
    shape.reach[a] = job.axis[a].reach();
  }
  std::unique_ptr<::Spectrum> s = new_spectrum(shape, taps);
  const auto make = compute == Type::f32 ? prepare<float> : prepare<double>;
  return make(*s, job.threads, services) ? s.release() : nullptr;
}

void spectrum_free(Spectrum* s) { delete static_cast<::Spectrum*>(s); }

int64_t spectrum_bytes(const Spectrum* s) { return static_cast<const ::Spectrum*>(s)->bytes(); }

bool overlap_save(const Job* jobs, bool complex, const Services& services, const Spectrum* spectrum,
                  const Cut& cut) {
  const auto& own = *static_cast<const ::Spectrum*>(spectrum);
  return own.compute == Type::f32 ? run<float>(jobs, complex, services, own, cut)
                                  : run<double>(jobs, complex, services, own, cut);
}

}  // namespace iw::IW_LEVEL
