// What memory does beside sums: a few lines asked for, a few written, after each block of outputs.
//
// All at once, the lines asked for fill the queue of those under way and the core waits; results
// written past the caches fill the queue of stores. A few at a time they cost their instructions.
#pragma once

#include "stream.hpp"
#include "vec.hpp"

namespace {

// Rows that are needed soon, asked for from memory or from a farther cache: four lines at a time,
// which a processor that foresees branches does without a stop.
struct Prefetch {
  static constexpr int64_t kPiece = 256;  // bytes
  const char* const* rows = nullptr;
  int64_t count = 0, begin = 0, end = 0;  // rows; bytes of each
  int64_t row = 0, at = 0;
  int64_t pace = 0, owed = 0;  // pieces after each block and so far, in parts of 256

  Prefetch() = default;
  Prefetch(const char* const* r, int64_t n, int64_t b, int64_t e, int64_t blocks)
      : rows(r), count(b < e ? n : 0), begin(b), end(e), at(b) {
    pace = (256 * count * ((e - b + kPiece - 1) / kPiece)) / most(blocks, 1) + 1;
  }
  void some() {
    owed += pace;
    while (owed >= 256 && row < count) {
      owed -= 256;
#pragma GCC unroll 4
      for (int64_t b = 0; b < kPiece; b += 64) __builtin_prefetch(rows[row] + at + b, 0, 2);
      at += kPiece;
      if (at >= end) at = begin, row++;
    }
  }
};

// Rows of results on their way past the caches, which take whole lines. Where the row before in an
// array ends within a line that line's first elements lie before the row, and where another follows
// the last line is left to it.
template <class T>
struct Streams {
  static constexpr int64_t kLine = 64 / sizeof(T);
  const T* from = nullptr;
  T* to = nullptr;
  int64_t from_pitch = 0, to_pitch = 0, rows = 0, width = 0;
  bool follows = false, followed = false;
  int64_t pace = 0;  // elements at a time
  int64_t at = 0;

  // Elements of a line before a place; none where elements straddle lines.
  static int64_t within(const T* p) { return int64_t(uintptr_t(p) & 63) / int64_t(sizeof(T)); }

  void begin(int64_t blocks) {
    pace = round_up(rows * width / most(blocks, 1) + 1, kLine);
    at = follows ? -within(to) : 0;
  }
  void some() {
    if (rows == 0) return;
    const int64_t end = width - (followed ? within(to + width) : 0);
    int64_t next = at + pace;
    if (next < end) next -= within(to + next);
    next = least(next, end);
    if (next > at) stream_run(to + at, from + at, next - at);
    at = next;
    if (at < end) return;
    rows--;
    from += from_pitch;
    to += to_pitch;
    at = follows ? -within(to) : 0;
  }
  void rest() {
    while (rows > 0) some();
  }
};

// Both. The work stands apart: among the sums' own loops it would take registers from them.
template <class T>
struct Aside {
  Prefetch ahead;
  Streams<T> streams;

  __attribute__((noinline)) void some() {
    ahead.some();
    streams.some();
  }
};

}  // namespace
