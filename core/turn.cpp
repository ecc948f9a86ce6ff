// Two axes of an array change places: squares of vectors are turned over their diagonal.
//
// Columns are taken some cache lines wide, rows a vector at a time: all of a line is used while it
// is there, of what is read and of what is written.
#include "kernels.hpp"
#include "lanes.hpp"

namespace {

using iw::Services;
using iw::Turn;

constexpr int64_t kLine = 64, kLines = 4;

template <class T>
struct Turning {
  // Squares of so many samples each way: of small ones 16 bytes fill no more than the registers.
  static constexpr int kBytes = sizeof(T) < 4 ? 16 : kVectorBytes, W = kBytes / int(sizeof(T));
  static constexpr int64_t size = sizeof(T), kWide = kLines * kLine / size;
  typedef T V __attribute__((vector_size(kBytes)));

  const Turn& turn;

  int64_t pieces() const { return (turn.column.n + kWide - 1) / kWide; }

  void piece(int64_t i) const {
    const auto &column = turn.column, &row = turn.row;
    const int64_t first = i % pieces() * kWide, count = least(kWide, column.n - first);
    const char* from = turn.from + first * column.from;
    char* to = turn.to + first * column.to;
    i /= pieces();
    for (int a = 0; a < turn.others; a++) {
      const auto& other = turn.other[a];
      from += i % other.n * other.from;
      to += i % other.n * other.to;
      i /= other.n;
    }
    for (int64_t r = 0; r < row.n; r += W) {
      for (int64_t next = r + W; next < least(r + 2 * W, row.n); next++)
        for (int64_t b = 0; b < kLines * kLine; b += kLine)
          __builtin_prefetch(from + next * row.from + b);
      for (int64_t c = 0; c < count; c += W) {
        const char* const here = from + r * row.from + c * column.from;
        char* const there = to + r * row.to + c * column.to;
        if (count - c >= W && row.n - r >= W)
          square(here, there);
        else
          rest(here, there, least(W, count - c), least(W, row.n - r));
      }
    }
  }

  void square(const char* from, char* to) const {
    const auto &column = turn.column, &row = turn.row;
    T apart[W][W];  // samples that are no neighbours: by way of some that are
    V v[W];
#pragma GCC unroll 16
    for (int r = 0; r < W; r++) {
      const char* at = from + r * row.from;
      if (column.from != size) {
        for (int c = 0; c < W; c++) __builtin_memcpy(&apart[r][c], at + c * column.from, sizeof(T));
        at = reinterpret_cast<const char*>(apart[r]);
      }
      __builtin_memcpy(&v[r], at, kBytes);
    }
    transpose(v);
#pragma GCC unroll 16
    for (int c = 0; c < W; c++) {
      char* const at = to + c * column.to;
      if (row.to == size) {
        __builtin_memcpy(at, &v[c], kBytes);
        continue;
      }
      __builtin_memcpy(apart[c], &v[c], kBytes);
      for (int r = 0; r < W; r++) __builtin_memcpy(at + r * row.to, &apart[c][r], sizeof(T));
    }
  }

  void rest(const char* from, char* to, int64_t columns, int64_t rows) const {
    const auto &column = turn.column, &row = turn.row;
    for (int64_t c = 0; c < columns; c++)
      for (int64_t r = 0; r < rows; r++)
        __builtin_memcpy(to + c * column.to + r * row.to, from + c * column.from + r * row.from,
                         sizeof(T));
  }
};

template <class T>
void run(const Turn& turn, const Services& services) {
  Turning<T> work{turn};
  int64_t count = work.pieces();
  for (int a = 0; a < turn.others; a++) count *= turn.other[a].n;
  services.parallel_for(
      count, turn.threads,
      [](void* context, int64_t i) { static_cast<const Turning<T>*>(context)->piece(i); }, &work);
}

}  // namespace

namespace iw::IW_LEVEL {

void turn(const Turn& turn, const Services& services) {
  switch (turn.size) {
    case 1:
      return run<uint8_t>(turn, services);
    case 2:
      return run<uint16_t>(turn, services);
    case 4:
      return run<uint32_t>(turn, services);
    default:
      return run<uint64_t>(turn, services);
  }
}

}  // namespace iw::IW_LEVEL
