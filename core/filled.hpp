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
  kWideSlot,
  kKeptSlot
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

  // Rows of both planes, a null for each that is not there.
  template <class R>
  struct Set {
    R* row[2][W];
    T* space;  // where rows may be copied
  };

  int64_t set_rows() const { return tile.cut ? 1 : W; }
  int64_t set_panels() const { return tile.cut ? tile.cut_panels() : 1; }
  int64_t panels() const { return tile.cut ? row_count * set_panels() : tile.panel_count(); }

  template <class E>
  E* scratch(int slot, int64_t count) const {
    return static_cast<E*>(services.scratch(slot, count * int64_t(sizeof(E))));
  }

  Cx<T>* space(int slot = kTileSlot) const { return scratch<Cx<T>>(slot, tile.vectors()); }
  const Cx<T>* kernel(int64_t i) const { return tile.kernel(i); }

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

  // row(number, plane, space) for each row of a set.
  template <class R, class F>
  Set<R> find_rows(int64_t which, const F& row) const {
    Set<R> set{};
    set.space = scratch<T>(kRowSlot, 2 * set_rows() * row_room);
    for (int64_t r = 0; r < set_rows(); r++)
      for (int h = 0; h < 2 && which * set_rows() + r < row_count; h++)
        set.row[h][r] = row(which * set_rows() + r, h, own_row(set, h, r));
    return set;
  }

  template <class R>
  T* own_row(const Set<R>& set, int h, int64_t r) const {
    return set.space + (h * set_rows() + r) * row_room;
  }

  // ---- samples ----

  // Parts of the samples that are looked at together.
  struct Seen {
    Spread<T> part[kMostParts];
    int64_t step;  // panels of a part
  };

  // Fill the tile with n samples of each row, those of the real and of the imaginary plane, and
  // transform its rows; whether the samples are too unlike in size for it. Rows as they lie are
  // followed by others `below` elements further. NaN and infinities are left out.
  template <class F>
  bool fill(Cx<T>* buffer, const int64_t (&n)[2], int64_t below, bool* left_out,
            const F& row) const {
    Seen seen;
    const int64_t count = panels(), sets = count / set_panels();
    seen.step = most(kLeastPartRows / W, (count + kMostParts - 1) / kMostParts);
    const int64_t parts = (count + seen.step - 1) / seen.step;
    if (tile.cut) {
      for (int64_t i = 0; i < sets; i++) {
        Set<const T> set = find_rows<const T>(i, row);
        fill_cut(buffer, set, i, n, seen, left_out);
      }
    } else {
      each(parts, [&](int64_t part) {
        for (int64_t p = part * seen.step; p < least(count, (part + 1) * seen.step); p++) {
          Set<const T> set = find_rows<const T>(p, row);
          fill_panel(buffer, set, p, n, below, seen.part[part], left_out);
        }
      });
    }
    Spread<T> all;
    for (int64_t part = 0; part < parts; part++) {
      seen.part[part].finish();
      all.join(seen.part[part]);
    }
    return all.wide();
  }

  void fill_panel(Cx<T>* buffer, Set<const T>& set, int64_t p, const int64_t (&n)[2],
                  int64_t below, Spread<T>& spread, bool* left_out) const {
    Cx<T>* panel = tile.panel_at(buffer, p, local());
    for (int h = 0; h < 2; h++) {
      const Spread<T> before = spread;
      if (load(buffer, panel, set, p, h, n[h], below, spread)) continue;
      leave_out(set, h, n[h], left_out);
      spread = before;
      load(buffer, panel, set, p, h, n[h], below, spread);
    }
    if (tile.panels) tile.rows_forward(panel, p, buffer);
  }

  bool load(Cx<T>* buffer, Cx<T>* panel, const Set<const T>& set, int64_t p, int h, int64_t n,
            int64_t below, Spread<T>& spread) const {
    if (tile.panels)
      return rows_to_panel(set.row[h], n, panel, tile.width, h, W * below, spread);
    bool finite = true;
    for (int64_t r = 0; r < W; r++)
      finite &= pack(set.row[h][r], n, plane_of(buffer + (p * W + r) * tile.pitch, h),
                     tile.row_vectors(), spread);
    return finite;
  }

  // All panels of one row: again from a copy, when it held what must be left out.
  void fill_cut(Cx<T>* buffer, Set<const T>& set, int64_t which, const int64_t (&n)[2], Seen& seen,
                bool* left_out) const {
    const int64_t begin = which * set_panels(), end = begin + set_panels();
    const int64_t first = begin / seen.step, parts = (end - 1) / seen.step + 1 - first;
    const Seen before = seen;
    bool finite[2] = {true, true};
    auto fill_all = [&] {
      each(parts, [&](int64_t part) {
        part += first;
        const int64_t to = least(end, (part + 1) * seen.step);
        for (int64_t p = most(begin, part * seen.step); p < to; p++) {
          Cx<T>* panel = tile.panel_at(buffer, p, local());
          for (int h = 0; h < 2; h++) {
            const int64_t at = (p - begin) * W;
            const T* row = set.row[h][0];
            if (!strip_to_panel(row ? row + at : row, n[h] - at, tile.dim[tile.dims - 1], panel,
                                tile.width, h, seen.part[part]))
              __atomic_store_n(&finite[h], false, __ATOMIC_RELAXED);
          }
          tile.rows_forward(panel, p, buffer);
        }
      });
    };
    fill_all();
    if (finite[0] && finite[1]) return;
    for (int h = 0; h < 2; h++)
      if (!finite[h]) leave_out(set, h, n[h], left_out);
    seen = before;
    fill_all();
  }

  void leave_out(Set<const T>& set, int h, int64_t n, bool* left_out) const {
    for (int64_t r = 0; r < set_rows(); r++) {
      if (!set.row[h][r]) continue;
      T* own = own_row(set, h, r);
      if (set.row[h][r] != own) memcpy(own, set.row[h][r], size_t(n) * sizeof(T));
      if (leave_out_nonfinite(own, n)) __atomic_store_n(left_out, true, __ATOMIC_RELAXED);
      set.row[h][r] = own;
    }
  }

  // ---- the product ----

  void convolve(Cx<T>* buffer, int64_t which) const { tile.convolve(buffer, kernel(which), *this); }

  // What all kernels of a group need, kept until the next group.
  Cx<T>* begin(Cx<T>* buffer) const {
    Cx<T>* kept = scratch<Cx<T>>(kKeptSlot, tile.kept_size());
    tile.begin(buffer, kept, *this);
    return kept;
  }

  void finish(const Cx<T>* kept, Cx<T>* buffer, int64_t which) const {
    tile.finish(kept, buffer, kernel(which), *this);
  }

  // ---- results ----

  // The first n numbers of each row of results, as complex ones when they are `pairs`, go where
  // to(number, plane, space) says. Those that it wants in `space` are then given to done(number,
  // plane, row).
  template <class To, class Done>
  void empty(Cx<T>* buffer, const Cx<T>* kernel, const int64_t (&n)[2], bool pairs, const To& to,
             const Done& done) const {
    auto give = [&](const Set<T>& set, int64_t which) {
      for (int64_t r = 0; r < set_rows(); r++)
        for (int h = 0; h < 2; h++)
          if (set.row[h][r] && set.row[h][r] == own_row(set, h, r))
            done(which * set_rows() + r, h, set.row[h][r]);
    };
    if (tile.cut) {
      for (int64_t i = 0; i < panels() / set_panels(); i++) {
        const Set<T> set = find_rows<T>(i, to);
        if (set.row[0][0] || set.row[1][0])
          each(set_panels(), [&](int64_t p) { empty_cut(buffer, set, i, p, kernel, n, pairs); });
        give(set, i);
      }
      return;
    }
    each(panels(), [&](int64_t p) {
      const Set<T> set = find_rows<T>(p, to);
      bool any = false;
      for (int r = 0; r < W; r++) any = any || set.row[0][r] || set.row[1][r];
      if (!any) return;
      empty_panel(buffer, set, p, kernel, n, pairs);
      give(set, p);
    });
  }

  void empty_panel(Cx<T>* buffer, const Set<T>& set, int64_t p, const Cx<T>* kernel,
                   const int64_t (&n)[2], bool pairs) const {
    if (!tile.panels) {
      for (int64_t r = 0; r < W; r++) {
        Cx<T>* from = buffer + (p * W + r) * tile.pitch;
        if (pairs && set.row[0][r]) unpack_pairs(from, n[0], set.row[0][r]);
        for (int h = 0; h < 2 && !pairs; h++)
          if (set.row[h][r]) unpack(plane_of(from, h), n[h], set.row[h][r]);
      }
      return;
    }
    Cx<T>* panel = local();
    tile.rows_backward(buffer, p, panel, kernel);
    if (pairs) return panel_to_pairs(panel, n[0], set.row[0]);
    for (int h = 0; h < 2; h++) panel_to_rows(panel, h, n[h], set.row[h]);
  }

  void empty_cut(Cx<T>* buffer, const Set<T>& set, int64_t which, int64_t p, const Cx<T>* kernel,
                 const int64_t (&n)[2], bool pairs) const {
    const int64_t at = p * W, step = tile.dim[tile.dims - 1];
    Cx<T>* panel = local();
    tile.rows_backward(buffer, which * set_panels() + p, panel, kernel);
    if (pairs)
      return strip_to_pairs(panel, n[0] - at, step, tile.width, set.row[0][0] + 2 * at);
    for (int h = 0; h < 2; h++)
      if (set.row[h][0])
        panel_to_strip(panel, h, n[h] - at, step, tile.width, set.row[h][0] + at);
  }
};

}  // namespace
