// A tile that is filled with rows of samples and emptied into rows of results, by one thread or by
// all of them together.
//
// Rows are taken in sets: W of them make a panel; of a tile whose rows are cut, one row makes
// several panels.
#pragma once

#include "kernels.hpp"
#include "panel.hpp"
#include "tile.hpp"

namespace {

enum Slot {
  kTileSlot,
  kLocalSlot,
  kRowSlot,
  kSamplesSlot,
  kSumSlot,
  kMarkSlot,
  kKeptSlot,
  kSeenSlot,
  kPlanesSlot
};

// Samples are looked at in this many parts at most, of at least so many rows: threads can share
// them, and the parts do not depend on the threads.
constexpr int64_t kMostParts = 64, kLeastPartRows = 32;

// Tiles of this size are shared by all threads: one of them fills the caches alone.
constexpr int64_t kSharedBytes = 1 << 20;

template <class T>
struct Filled {
  static constexpr int W = kLanes<T>;

  const Tile<T>& tile;
  const int64_t row_count, row_room;  // rows before they are cut; elements that each may need
  const int threads;
  const iw::Services& services;
  const bool shared;

  Filled(const Tile<T>& t, int64_t rows, int64_t room, int thread_count, const iw::Services& s)
      : tile(t),
        row_count(rows),
        row_room(padded_row<T>(room)),
        threads(thread_count),
        services(s),
        shared(thread_count > 1 && t.bytes() >= kSharedBytes) {}

  // Rows of results in both planes, a null for each that is not there.
  struct Results {
    T* row[2][W];
  };

  int64_t set_rows() const { return tile.cut ? 1 : W; }
  int64_t set_panels() const { return tile.cut ? tile.cut_panels() : 1; }
  int64_t panels() const { return tile.cut ? row_count * set_panels() : tile.panel_count(); }

  template <class E>
  E* scratch(int slot, int64_t count) const {
    return static_cast<E*>(services.scratch(slot, count * int64_t(sizeof(E))));
  }

  Cx<T>* space(int slot = kTileSlot) const { return scratch<Cx<T>>(slot, tile.vectors()); }

  // Room for the longest axis of a tile, for the calling thread.
  Cx<T>* local() const { return scratch<Cx<T>>(kLocalSlot, tile.longest()); }

  // Let body(i) be called for each i < count, by all threads when the tile is theirs together.
  template <class F>
  void each(int64_t count, const F& body) const {
    if (!shared) {
      for (int64_t i = 0; i < count; i++) body(i);
      return;
    }
    services.parallel_for(
        count, threads, [](void* context, int64_t i) { (*static_cast<const F*>(context))(i); },
        const_cast<F*>(&body));
  }

  // Where rows of a set may be copied.
  T* copies() const { return scratch<T>(kRowSlot, 2 * set_rows() * row_room); }
  T* copy_of(T* copies, int h, int64_t r) const { return copies + (h * set_rows() + r) * row_room; }

  // ---- samples ----

  // Parts of the samples that are looked at together, those of the two planes apart.
  struct Seen {
    Spread<T> (*part)[2];
    int64_t step;  // panels of a part
  };

  // Samples of both planes: `n` of each row. find(number, plane, r, copy, rows) puts a row of the
  // tile into `rows`, as its r-th. Rows as they lie are followed by others `below` elements
  // further.
  template <class F>
  struct Source {
    int64_t n[2], below;
    F find;
  };

  struct Samples {
    PlaneRows<T> plane[2];
    T* copies;
  };

  template <class S>
  Samples find_samples(const S& source, int64_t which) const {
    Samples found{};
    found.copies = copies();
    for (int h = 0; h < 2; h++) {
      PlaneRows<T>& rows = found.plane[h];
      for (int64_t r = 0; r < set_rows() && source.n[h] > 0; r++)
        if (which * set_rows() + r < row_count)
          source.find(which * set_rows() + r, h, r, copy_of(found.copies, h, r), rows);
    }
    return found;
  }

  // Fill the tile, or the planes that have their samples `from` themselves, and transform its rows;
  // how the samples' sizes compare. NaN and infinities are left out.
  template <class S>
  Sizes fill(Cx<T>* buffer, const S& source, const int64_t* from, bool* left_out) const {
    Seen seen;
    const int64_t count = panels();
    seen.step = most(kLeastPartRows / W, (count + kMostParts - 1) / kMostParts);
    const int64_t parts = (count + seen.step - 1) / seen.step;
    seen.part = scratch<Spread<T>[2]>(kSeenSlot, 2 * parts);
    for (int64_t part = 0; part < parts; part++)
      for (Spread<T>& plane : seen.part[part]) plane = {};
    if (tile.cut) {
      for (int64_t i = 0; i < row_count; i++) {
        Samples samples = find_samples(source, i);
        fill_cut(buffer, samples, i, source.n, source.below, seen, seen.part + parts, left_out);
      }
    } else {
      each(parts, [&](int64_t part) {
        for (int64_t p = part * seen.step; p < least(count, (part + 1) * seen.step); p++) {
          if (is_unused(from, p)) continue;
          Samples samples = find_samples(source, p);
          fill_panel(buffer, samples, p, source.n, source.below, seen.part[part], left_out);
        }
      });
    }
    Spread<T> all;
    for (int64_t part = 0; part < parts; part++) {
      for (Spread<T>& plane : seen.part[part]) {
        plane.finish();
        all.join(plane);
      }
    }
    return all.sizes();
  }

  // Whether no plane has its samples from a row of this panel.
  bool is_unused(const int64_t* from, int64_t p) const {
    for (int64_t r = p * W; from && r < least(row_count, (p + 1) * W); r++)
      if (const int64_t plane = tile.plane_of_row(r); from[plane] == plane) return false;
    return from;
  }

  void fill_panel(Cx<T>* buffer, Samples& samples, int64_t p, const int64_t (&n)[2], int64_t below,
                  Spread<T> (&seen)[2], bool* left_out) const {
    Cx<T>* panel = local();
    bool any = false;
    for (int h = 0; h < 2; h++)
      for (int64_t r = 0; r < W; r++) any = any || samples.plane[h].row[r];
    if (!any) return tile.clear_rows(buffer, p);
    for (int h = 0; h < 2; h++) {
      const PlaneRows<T>& rows = samples.plane[h];
      const Spread<T> before = seen[h];
      if (load(buffer, panel, rows, p, h, n[h], below, seen[h])) continue;
      leave_out(samples, h, n[h], left_out);
      seen[h] = before;
      load(buffer, panel, rows, p, h, n[h], 0, seen[h]);
    }
    if (tile.outside) tile.rows_forward(panel, p, buffer);
  }

  bool load(Cx<T>* buffer, Cx<T>* panel, const PlaneRows<T>& rows, int64_t p, int h, int64_t n,
            int64_t below, Spread<T>& spread) const {
    if (tile.outside) return rows_to_panel(rows, n, panel, tile.width, h, below, spread);
    bool finite = true;
    for (int64_t r = 0; r < W; r++)
      finite &= pack(rows, r, 0, n, W * below, plane_of(buffer + (p * W + r) * tile.pitch, h),
                     tile.row_vectors(), spread);
    return finite;
  }

  // One row that is cut: again from a copy, when it held what must be left out.
  void fill_cut(Cx<T>* buffer, Samples& samples, int64_t which, const int64_t (&n)[2],
                int64_t below, const Seen& seen, Spread<T> (*before)[2], bool* left_out) const {
    const int64_t begin = which * set_panels(), end = begin + set_panels();
    const int64_t first = begin / seen.step, parts = (end - 1) / seen.step + 1 - first;
    auto copy = [&](Spread<T>(*from)[2], Spread<T>(*to)[2]) {
      for (int64_t part = 0; part < parts; part++)
        for (int h = 0; h < 2; h++) to[part][h] = from[part][h];
    };
    copy(seen.part + first, before);
    bool finite[2] = {true, true};
    auto fill_all = [&] {
      each(parts, [&](int64_t part) {
        part += first;
        const int64_t to = least(end, (part + 1) * seen.step);
        for (int64_t r = most(begin, part * seen.step) * W; r < to * W; r++)
          for (int h = 0; h < 2; h++) {
            const int64_t at = (r - begin * W) * tile.width;
            if (!pack(samples.plane[h], 0, at, least(n[h], at + tile.width), below,
                      plane_of(buffer + r * tile.pitch, h), tile.row_vectors(), seen.part[part][h]))
              __atomic_store_n(&finite[h], false, __ATOMIC_RELAXED);
          }
      });
    };
    fill_all();
    if (finite[0] && finite[1]) return;
    for (int h = 0; h < 2; h++)
      if (!finite[h]) leave_out(samples, h, n[h], left_out);
    copy(before, seen.part + first);
    fill_all();
  }

  // Whole copies of all rows in one plane, without NaN and infinities.
  void leave_out(Samples& samples, int h, int64_t n, bool* left_out) const {
    PlaneRows<T>& rows = samples.plane[h];
    for (int64_t r = 0; r < set_rows(); r++) {
      if (!rows.row[r]) continue;
      T* const own = copy_of(samples.copies, h, r);
      if (rows.row[r] != own)
        as_they_lie(rows.lie_of(r), [&]<Lie How>() {
          for (int64_t i = rows.begin; i < rows.end; i += W)
            store(own + i, load_as<How>(rows.row[r], i));
        });
      if (leave_out_nonfinite(own, n)) __atomic_store_n(left_out, true, __ATOMIC_RELAXED);
      PlaneRows<T>::fill_last(own, n);
      rows.take_copy(r, own);
    }
  }

  // ---- the product ----

  void convolve(Cx<T>* buffer, int64_t which, const Used& used) const {
    tile.convolve(buffer, tile.kernel(which), used, *this);
  }

  // What all kernels of a group need, kept until the next group.
  Cx<T>* begin(Cx<T>* buffer, const Used& used) const {
    Cx<T>* kept = scratch<Cx<T>>(kKeptSlot, tile.kept_size());
    tile.begin(buffer, kept, used, *this);
    return kept;
  }

  void finish(const Cx<T>* kept, Cx<T>* buffer, int64_t which, const Used& used) const {
    tile.finish(kept, buffer, tile.kernel(which), used, *this);
  }

  // ---- results ----

  // The first n numbers of each row of results, as complex ones when they are `pairs`, go where
  // to(number, plane, space) says. Those that it wants in `space` are then given to done(number,
  // plane, row). Rows of the output are `below` elements apart.
  template <class To, class Done>
  void empty(Cx<T>* buffer, const int64_t (&n)[2], bool pairs, int64_t below, const To& to,
             const Done& done) const {
    auto find = [&](int64_t which) {
      Results found{};
      T* const own = this->copies();
      for (int64_t r = 0; r < set_rows(); r++)
        for (int h = 0; h < 2 && which * set_rows() + r < row_count; h++)
          found.row[h][r] = to(which * set_rows() + r, h, copy_of(own, h, r));
      return found;
    };
    auto give = [&](const Results& results, int64_t which) {
      T* const own = this->copies();
      for (int64_t r = 0; r < set_rows(); r++)
        for (int h = 0; h < 2; h++)
          if (results.row[h][r] && results.row[h][r] == copy_of(own, h, r))
            done(which * set_rows() + r, h, results.row[h][r]);
    };
    if (tile.cut) {
      for (int64_t i = 0; i < row_count; i++) {
        const Results results = find(i);
        if (results.row[0][0] || results.row[1][0])
          each(set_panels(), [&](int64_t p) { empty_cut(buffer, results, i, p, n, pairs); });
        give(results, i);
      }
      return;
    }
    each(panels(), [&](int64_t p) {
      const Results results = find(p);
      bool any = false;
      for (int r = 0; r < W; r++) any = any || results.row[0][r] || results.row[1][r];
      if (!any) return;
      empty_panel(buffer, results, p, n, pairs, below);
      give(results, p);
    });
  }

  void empty_panel(Cx<T>* buffer, const Results& results, int64_t p, const int64_t (&n)[2],
                   bool pairs, int64_t below) const {
    if (!tile.outside) {
      for (int64_t r = 0; r < W; r++) {
        Cx<T>* from = buffer + (p * W + r) * tile.pitch;
        if (pairs && results.row[0][r]) unpack_pairs(from, n[0], results.row[0][r]);
        for (int h = 0; h < 2 && !pairs; h++)
          if (results.row[h][r]) unpack(plane_of(from, h), n[h], results.row[h][r]);
      }
      return;
    }
    Cx<T>* panel = local();
    for (int h = 0; h < 2; h++) expect_rows(n[h] * (pairs ? 2 : 1), results.row[h]);
    tile.rows_backward(buffer, p, panel);
    if (pairs) return panel_to_pairs(panel, n[0], results.row[0]);
    for (int h = 0; h < 2; h++) panel_to_rows(panel, h, n[h], below, results.row[h]);
  }

  // W rows of one that is cut.
  void empty_cut(Cx<T>* buffer, const Results& results, int64_t which, int64_t p,
                 const int64_t (&n)[2], bool pairs) const {
    for (int64_t r = p * W; r < (p + 1) * W; r++) {
      Cx<T>* from = buffer + (which * tile.dim[tile.dims - 1] + r) * tile.pitch;
      const int64_t at = r * tile.width;
      for (int h = 0; h < 2; h++) {
        const int64_t count = least(tile.width, n[h] - at);
        if (!results.row[h][0] || count <= 0) continue;
        if (pairs)
          unpack_pairs(from, count, results.row[h][0] + 2 * at);
        else
          unpack(plane_of(from, h), count, results.row[h][0] + at);
      }
    }
  }
};

}  // namespace
