// Direct convolution: every output its weighted sum, any number of axes.
//
// Output tiles are computed in place where the data allow it; a tile that meets the border, or
// data of another type, is first loaded into work space with its halo.
#include "band.hpp"
#include "fir.hpp"
#include "kernels.hpp"

namespace {

using iw::Services;

constexpr int64_t kTileWidth = 1024, kTileRows = 32, kTileDepth = 4;

// Rows that many bytes apart, or a multiple, are read in place only when few are needed at once.
constexpr int64_t kCrowdedPitch = 1024, kMostCrowdedRows = 5;

// Fewer outputs of a row than this are not worth a piece of their own.
constexpr int64_t kLeastInside = 64;

struct Source {
  int64_t lo[kMaxDims], len[kMaxDims], pitch[kMaxDims];  // pitch in elements
};

template <class T>
struct Direct {
  const Job& job;
  const Services& services;
  const T* taps;
  Grid grid;
  int64_t outer_taps, taps_total;

  Direct(const Job& j, const Services& s, const T* t) : job(j), services(s), taps(t) {
    const int nd = job.nd;
    for (int a = 0; a < nd; a++) grid.size[a] = a == nd - 3 ? kTileDepth : 1;
    grid.size[nd - 1] = most(1, kTileWidth / (job.inner * job.axis[nd - 1].stride));
    if (nd == 1) grid.size[0] *= 8;
    if (nd >= 2) grid.size[nd - 2] = kTileRows;
    grid.cover(job);
    outer_taps = 1;
    for (int a = 0; a < nd - 2; a++) outer_taps *= job.axis[a].k;
    taps_total = outer_taps * job.axis[nd - 1].k * (nd >= 2 ? job.axis[nd - 2].k : 1);
  }

  // Whether a source box can be read where it is.
  bool in_place(const Source& s) const {
    const int nd = job.nd;
    if (job.x_type != kTypeOf<T>) return false;
    if (job.inner > 1 && job.x_stride[nd] != int64_t(sizeof(T))) return false;
    if (job.x_stride[nd - 1] != job.inner * int64_t(sizeof(T))) return false;
    // Rows a power of two apart compete for the same places in the first cache.
    if (nd >= 2 && job.x_stride[nd - 2] % kCrowdedPitch == 0 &&
        outer_taps * job.axis[nd - 2].k > kMostCrowdedRows)
      return false;
    for (int a = 0; a < nd; a++) {
      if (s.lo[a] < 0 || s.lo[a] + s.len[a] > job.axis[a].n) return false;
      if (job.x_stride[a] % int64_t(sizeof(T))) return false;
    }
    return true;
  }

  const T* source(Source& s) const {
    const int nd = job.nd;
    if (in_place(s)) {
      const char* p = job.x;
      for (int a = 0; a < nd; a++) {
        p += s.lo[a] * job.x_stride[a];
        s.pitch[a] = job.x_stride[a] / int64_t(sizeof(T));
      }
      return reinterpret_cast<const T*>(p);
    }
    int64_t size = round_up(s.len[nd - 1] * job.inner, 64 / sizeof(T)) + 64 / sizeof(T);
    s.pitch[nd - 1] = job.inner;
    for (int a = nd - 2; a >= 0; a--) {
      s.pitch[a] = size;
      size *= s.len[a];
    }
    T* loaded = static_cast<T*>(services.scratch(0, size * int64_t(sizeof(T)) + 256));
    load_box(job, s.lo, s.len, loaded, s.pitch);
    return loaded;
  }

  // Shifts of all taps in elements of the source; first those of the axes before the last two.
  void shifts(const Source& s, int64_t* outer, int64_t* all) const {
    const int nd = job.nd;
    int64_t index[kMaxDims] = {};
    for (int64_t o = 0; o < outer_taps; o++) {
      outer[o] = 0;
      for (int a = 0; a < nd - 2; a++) outer[o] += index[a] * job.axis[a].dilation * s.pitch[a];
      const int64_t rows = nd >= 2 ? job.axis[nd - 2].k : 1, cols = job.axis[nd - 1].k;
      for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < cols; j++)
          *all++ = outer[o] + (nd >= 2 ? i * job.axis[nd - 2].dilation * s.pitch[nd - 2] : 0) +
                   j * job.axis[nd - 1].dilation * job.inner;
      for (int a = nd - 3; a >= 0 && ++index[a] == job.axis[a].k; a--) index[a] = 0;
    }
  }

  // A tile in up to three pieces along the last axis: what meets the border on the left, what can
  // be read where it is, what meets the border on the right.
  void tile(int64_t i) const {
    const int last = job.nd - 1;
    int64_t lo[kMaxDims], len[kMaxDims];
    grid.box(job, i, lo, len);
    const Axis& x = job.axis[last];
    const int64_t begin = lo[last], end = lo[last] + len[last];
    int64_t inside = most(begin, (x.stride - 1 - x.start) / x.stride);
    int64_t beyond = least(end, (x.n - x.reach() - x.start) / x.stride + 1);
    // Pieces at the border as wide as a vector: narrower ones would be summed one by one.
    if (inside > begin) inside = most(inside, begin + kLanes<T>);
    if (beyond < end) beyond = least(beyond, end - kLanes<T>);
    if (beyond - inside < kLeastInside) {
      piece(lo, len);
      return;
    }
    const int64_t cuts[4] = {begin, inside, beyond, end};
    for (int c = 0; c < 3; c++) {
      lo[last] = cuts[c];
      len[last] = cuts[c + 1] - cuts[c];
      if (len[last] > 0) piece(lo, len);
    }
  }

  void piece(const int64_t* lo, const int64_t* len) const {
    const int nd = job.nd, last = nd - 1;
    int64_t step[kMaxDims], pitch[kMaxDims];
    Source s;
    for (int a = 0; a < nd; a++) {
      const Axis& ax = job.axis[a];
      s.lo[a] = lo[a] * ax.stride + ax.start;
      s.len[a] = (len[a] - 1) * ax.stride + ax.reach();
      step[a] = 1;
    }
    step[last] = job.axis[last].stride;
    const T* src = source(s);
    const int64_t width = ((len[last] - 1) * step[last] + 1) * job.inner;

    const bool straight = writes_straight<T>(job);
    T* dst;
    if (straight) {
      dst = reinterpret_cast<T*>(out_at(job, lo));
      for (int a = 0; a < nd; a++) pitch[a] = job.out_stride[a] / int64_t(sizeof(T));
    } else {
      int64_t size = round_up(width, 64 / sizeof(T));
      pitch[last] = job.inner;
      for (int a = last - 1; a >= 0; a--) {
        pitch[a] = size;
        size *= len[a];
      }
      dst = static_cast<T*>(services.scratch(1, size * int64_t(sizeof(T)) + 256));
    }
    auto* outer = static_cast<int64_t*>(services.scratch(2, (outer_taps + taps_total) * 8));
    int64_t* all = outer + outer_taps;
    shifts(s, outer, all);
    planes(src, s, dst, pitch, len, width, outer, all);
    if (!straight) store_box(job, lo, len, dst, pitch, step);
  }

  // The tile as planes of the last two axes, one for each place on the axes before.
  void planes(const T* src, const Source& s, T* dst, const int64_t* pitch, const int64_t* len,
              int64_t width, const int64_t* outer, const int64_t* all) const {
    const int nd = job.nd;
    const Shifts<T> every{all, taps, taps_total};
    int64_t index[kMaxDims] = {};
    for (;;) {
      const T* from = src;
      T* to = dst;
      for (int a = 0; a < nd - 2; a++) {
        from += index[a] * job.axis[a].stride * s.pitch[a];
        to += index[a] * pitch[a];
      }
      if (nd == 1) {
        shifts_row(from, every, to, width);
      } else {
        const Axis& y = job.axis[nd - 2];
        if (y.stride == 1 && y.dilation == 1) {
          const Axis& x = job.axis[nd - 1];
          const Patch<T> patch{outer, outer_taps, y.k, x.k, x.dilation * job.inner, taps};
          patch_plane(from, s.pitch[nd - 2], patch, every, to, pitch[nd - 2], len[nd - 2], width);
        } else {
          shifts_plane(from, y.stride * s.pitch[nd - 2], every, to, pitch[nd - 2], len[nd - 2],
                       width);
        }
      }
      int a = nd - 3;
      while (a >= 0 && ++index[a] == len[a]) index[a--] = 0;
      if (a < 0) return;
    }
  }
};

// One tile for one kernel of a bank. Kernels that share samples take turns on a tile, while it is
// near; others work through their own samples in order.
template <class T>
void bank_tile(const Direct<T>& bank, int64_t i) {
  const int64_t kernels = bank.job.kernels, tiles = bank.grid.total;
  const bool turns = group_size(bank.job) > 1;
  const int64_t kernel = turns ? i % kernels : i / tiles;
  const Job own = job_of_kernel(bank.job, kernel);
  Direct<T>(own, bank.services, bank.taps + kernel * bank.taps_total)
      .tile(turns ? i / kernels : i % tiles);
}

template <class T>
void run(const Job& job, const Services& services, const void* taps) {
  Direct<T> direct(job, services, static_cast<const T*>(taps));
  services.parallel_for(
      direct.grid.total * job.kernels, job.threads,
      [](void* context, int64_t i) {
        const auto& all = *static_cast<const Direct<T>*>(context);
        all.job.kernels > 1 ? bank_tile(all, i) : all.tile(i);
      },
      &direct);
}

}  // namespace

namespace iw::IW_LEVEL {

void direct(const Job& job, const Services& services, Type compute, const void* taps) {
  if (compute == Type::f32)
    run<float>(job, services, taps);
  else if (compute == Type::f64)
    run<double>(job, services, taps);
  else
    run<int64_t>(job, services, taps);
}

}  // namespace iw::IW_LEVEL
