// What NaN and infinities among the samples mean for results whose sums left them out.
//
// The samples are looked at once, in pieces of rows. Only where one holds something, tiles of
// results nearby mark what their windows hold: an axis at a time, windows doubled until they are
// as long as the kernel.
#include <math.h>
#include <string.h>

#include "band.hpp"
#include "kernels.hpp"

namespace {

using iw::Services;

enum Mark : uint8_t { kNan = 1, kUp = 2, kDown = 4, kInfinite = kUp | kDown };
enum Slot { kFlagSlot, kRowSlot, kMarkSlot };

constexpr int64_t kPiece = 512;                      // positions of a row that share a flag
constexpr int64_t kRowResults = 512, kResults = 64;  // of a tile, if windows are no larger
constexpr int64_t kTogether = 64;                    // results whose marks are looked at at once
constexpr double kMostMarks = 1 << 26;               // of a tile, unless one window holds many

template <class T>
IW_INLINE uint8_t mark_of(T value) {
  const T infinity = T(HUGE_VAL);
  return uint8_t((value != value) * kNan | (value == infinity) * kUp |
                 (value == -infinity) * kDown);
}

// What any of these samples is; most are finite, which is seen at once.
template <class T>
uint8_t marks_of(const T* samples, int64_t n) {
  uint8_t any = 0;
  if (oddness(samples, n, T(1)) == T(0)) return any;
  for (int64_t i = 0; i < n; i++) any |= mark_of(samples[i]);
  return any;
}

// Each mark joined by those that its window holds: `k` of them, `gap` bytes apart. Of n marks the
// last (k - 1) * gap have no whole window.
void join_windows(uint8_t* marks, int64_t n, int64_t k, int64_t gap) {
  constexpr int W = kLanes<uint8_t>;
  auto join = [&](int64_t wide, int64_t by) {  // with the window that begins `by` further
    const int64_t end = n - (wide + by - 1) * gap;
    const uint8_t* const other = marks + by * gap;
    int64_t i = 0;
    for (; i + W <= end; i += W) store(marks + i, load(marks + i) | load(other + i));
    for (; i < end; i++) marks[i] |= other[i];
  };
  int64_t wide = 1;
  for (; 2 * wide <= k; wide *= 2) join(wide, wide);
  if (wide < k) join(wide, k - wide);
}

template <class T>
struct Missing {
  Job job;  // of one kernel
  const Services& services;
  const bool positive;  // all taps are, so that what infinities mean is known here
  const int last;
  const int64_t pieces;
  uint8_t* flags;  // of each piece of each row
  bool outside = false, infinite = false;
  Grid grid;

  Missing(const Job& j, const Services& s, bool all_positive)
      : job(j),
        services(s),
        positive(all_positive),
        last(j.nd - 1),
        pieces((j.axis[last].n + kPiece - 1) / kPiece) {
    flags = scratch<uint8_t>(kFlagSlot, rows() * pieces);
    for (int a = 0; a < job.nd; a++)
      if (job.axis[a].border == Border::constant) note(mark_of(job.axis[a].fill), outside);
  }

  template <class E>
  E* scratch(int slot, int64_t count) const {
    return static_cast<E*>(services.scratch(slot, count * int64_t(sizeof(E))));
  }

  int64_t rows() const {
    int64_t count = 1;
    for (int a = 0; a < last; a++) count *= job.axis[a].n;
    return count;
  }

  uint8_t wanted() const { return positive ? kNan | kInfinite : kNan; }

  // Marks that are wanted, told to `found`; others are infinities that somebody else must see to.
  uint8_t note(uint8_t marks, bool& found) {
    if (marks & ~wanted()) __atomic_store_n(&infinite, true, __ATOMIC_RELAXED);
    if (marks & wanted()) __atomic_store_n(&found, true, __ATOMIC_RELAXED);
    return marks & wanted();
  }

  template <class F>
  void each(int64_t count, const F& body) const {
    services.parallel_for(
        count, job.threads, [](void* context, int64_t i) { (*static_cast<const F*>(context))(i); },
        const_cast<F*>(&body));
  }

  // ---- the samples ----

  // Flag each piece of each row; whether any holds something.
  bool look() {
    constexpr int64_t kPiecesTogether = 64;
    const int64_t count = rows() * pieces;
    bool found = false;
    each((count + kPiecesTogether - 1) / kPiecesTogether, [&](int64_t part) {
      const int64_t end = least(count, (part + 1) * kPiecesTogether);
      for (int64_t i = part * kPiecesTogether; i < end; i++)
        flags[i] = note(look_at(i / pieces, i % pieces * kPiece), found);
    });
    return found;
  }

  const char* row_at(int64_t row) const {
    const char* from = job.x;
    for (int a = last - 1; a >= 0; a--) {
      from += row % job.axis[a].n * job.x_stride[a];
      row /= job.axis[a].n;
    }
    return from;
  }

  uint8_t look_at(int64_t row, int64_t begin) const {
    const char* const from = row_at(row);
    const int64_t count = least(kPiece, job.axis[last].n - begin), size = sizeof(T);
    const bool packed = job.x_type == kTypeOf<T> && job.x_stride[last] == job.inner * size &&
                        (job.inner == 1 || job.x_stride[job.nd] == size);
    if (packed)
      return marks_of(reinterpret_cast<const T*>(from) + begin * job.inner, count * job.inner);
    T* own = scratch<T>(kRowSlot, count * job.inner);
    row_loader<T>(job.x_type)(job, from, begin, count, own);
    return marks_of(own, count * job.inner);
  }

  // ---- the results ----

  // Tiles as large as windows, so that these overlap little, as long as there is room.
  void lay_tiles() {
    double window = double(job.inner);
    for (int a = 0; a < job.nd; a++) {
      const int64_t usual = a == last ? kRowResults : job.nd == 2 ? kResults : kResults / 4;
      grid.size[a] = least(job.axis[a].m, most(usual, job.axis[a].reach()));
      window *= double(job.axis[a].reach());
    }
    const double room = 4 * window > kMostMarks ? 4 * window : kMostMarks;
    while (marks_of_tile() > room) {
      int widest = 0;
      for (int a = 1; a < job.nd; a++)
        if (grid.size[a] > grid.size[widest]) widest = a;
      grid.size[widest] = (grid.size[widest] + 1) / 2;
    }
    grid.cover(job);
  }

  double marks_of_tile() const {
    double marks = double(job.inner);
    for (int a = 0; a < job.nd; a++)
      marks *= double((grid.size[a] - 1) * job.axis[a].stride + job.axis[a].reach());
    return marks;
  }

  void mark_tiles() {
    lay_tiles();
    each(grid.total, [&](int64_t i) { mark_tile(i); });
  }

  void mark_tile(int64_t i) const {
    int64_t lo[kMaxDims], len[kMaxDims], from[kMaxDims], held[kMaxDims], pitch[kMaxDims];
    grid.box(job, i, lo, len);
    int64_t size = job.inner;
    for (int a = last; a >= 0; a--) {
      const Axis& ax = job.axis[a];
      from[a] = lo[a] * ax.stride + ax.start;
      held[a] = (len[a] - 1) * ax.stride + ax.reach();
      pitch[a] = size;
      size *= held[a];
    }
    uint8_t* marks = scratch<uint8_t>(kMarkSlot, size);
    if (!mark_samples(from, held, pitch, marks)) return;
    for (int a = last; a >= 0; a--) {
      const int64_t n = held[a] * pitch[a];
      for (int64_t at = 0; at < size; at += n)
        join_windows(marks + at, n, job.axis[a].k, job.axis[a].dilation * pitch[a]);
    }
    add_marks(lo, len, pitch, marks);
  }

  // What the samples of a box are; whether any may be of note.
  bool mark_samples(const int64_t* from, const int64_t* held, const int64_t* pitch,
                    uint8_t* marks) const {
    const int64_t n = held[last] * job.inner, lo = from[last], hi = lo + held[last];
    const bool beyond = lo < 0 || hi > job.axis[last].n;  // then any piece may be met
    const int64_t first = beyond ? 0 : lo / kPiece, end = beyond ? pieces : (hi - 1) / kPiece + 1;
    const RowLoader<T> loader = row_loader<T>(job.x_type);
    // A row of flags beside each row of samples: rows are found in the same way.
    Job flagged = job;
    flagged.x = reinterpret_cast<const char*>(flags);
    int64_t stride = pieces;
    for (int a = last - 1; a >= 0; a--) {
      flagged.x_stride[a] = stride;
      stride *= job.axis[a].n;
    }
    T* const own = scratch<T>(kRowSlot, n);
    bool found = false;
    for_rows(flagged, from, held, pitch, [&](const char* flag, double fill, int64_t place) {
      bool some = outside && (beyond || !flag);
      for (int64_t p = first; flag && p < end; p++) some = some || flag[p];
      if (!some) return void(memset(marks + place, 0, size_t(n)));
      if (flag) {
        const int64_t row = (reinterpret_cast<const uint8_t*>(flag) - flags) / pieces;
        loader(job, row_at(row), lo, held[last], own);
      } else {
        fill_row(job, fill, lo, held[last], own);
      }
      const uint8_t keep = wanted();
      for (int64_t e = 0; e < n; e++) marks[place + e] = mark_of(own[e]) & keep;
      found = true;
    });
    return found;
  }

  void add_marks(const int64_t* lo, const int64_t* len, const int64_t* pitch,
                 const uint8_t* marks) const {
    const auto add = job.out_type == Type::f16   ? add_row<Half>
                     : job.out_type == Type::f32 ? add_row<float>
                                                 : add_row<double>;
    int64_t index[kMaxDims] = {}, place[kMaxDims];
    for (;;) {
      const uint8_t* row = marks;
      for (int a = 0; a < last; a++) {
        row += index[a] * job.axis[a].stride * pitch[a];
        place[a] = lo[a] + index[a];
      }
      place[last] = lo[last];
      add(job, row, len[last], out_at(job, place));
      int a = last - 1;
      while (a >= 0 && ++index[a] == len[a]) index[a--] = 0;
      if (a < 0) return;
    }
  }

  template <class S>
  static void add_row(const Job& job, const uint8_t* marks, int64_t len, char* out) {
    const int64_t step = job.axis[job.nd - 1].stride * job.inner;
    auto see = [&](int64_t i) {
      for (int64_t j = 0; j < job.inner; j++)
        if (marks[i * step + j])
          add_mark<S>(marks[i * step + j], job.add,
                      out + i * job.out_stride[job.nd - 1] + j * job.out_stride[job.nd]);
    };
    const bool packed = step == 1 && job.out_stride[job.nd - 1] == int64_t(sizeof(S));
    for (int64_t i = 0; i < len; i += kTogether) {
      const int64_t end = least(len, i + kTogether);
      uint8_t any = packed ? 0 : kInfinite;
      for (int64_t e = i; packed && e < end; e++) any |= marks[e];
      if (any == kNan)
        put_nan(marks + i, end - i, reinterpret_cast<S*>(out) + i);
      else
        for (int64_t e = i; any && e < end; e++) see(e);
    }
  }

  template <class S>
  static void put_nan(const uint8_t* marks, int64_t n, S* out) {
    const S nan = convert_to<S>(NAN);
    for (int64_t i = 0; i < n; i++) out[i] = marks[i] ? nan : out[i];
  }

  // Infinities count for more than what finite samples sum to, also where that overflowed: unless
  // they are to be added to other infinities, they take its place.
  template <class S>
  static void add_mark(uint8_t mark, bool add, char* to) {
    double value = NAN;
    if (!(mark & kNan)) {
      value = add ? read_as<double, S>(to) : 0.0;
      if (mark & kUp) value += HUGE_VAL;
      if (mark & kDown) value -= HUGE_VAL;
    }
    const S result = convert_to<S>(value);
    memcpy(to, &result, sizeof result);
  }
};

template <class T>
bool run(const Job& job, const Services& services, bool positive) {
  bool infinite = false;
  const int64_t group = group_size(job);
  for (int64_t which = 0; which < job.kernels / group; which++) {
    const Job own = job_of_kernel(job, kernel_of_group(job, which, 0));
    Missing<T> missing(own, services, positive);
    const bool found = missing.look();
    infinite |= missing.infinite;
    for (int64_t k = 0; (found || missing.outside) && k < group; k++) {
      missing.job = job_of_kernel(job, kernel_of_group(job, which, k));
      missing.mark_tiles();
    }
  }
  return infinite;
}

}  // namespace

namespace iw::IW_LEVEL {

bool missing(const Job& job, const Services& services, bool positive) {
  return job.x_type == Type::f64 ? run<double>(job, services, positive)
                                 : run<float>(job, services, positive);
}

}  // namespace iw::IW_LEVEL
