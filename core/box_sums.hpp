// Sums of numbers from one place to another along an axis, as differences of cumulative sums.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace iw {

// Of `outer` x `taps` x `inner` numbers, for each of `count` boxes those from `low` to `high`.
struct BoxSums {
  int64_t outer, taps, inner, count;
  const int64_t *low, *high;

  template <class T>
  void run(const T* numbers, T* sums) const {
    const bool across = inner < kColumns;  // few columns: those of many rows are taken together
    const int64_t lines = across ? inner : outer, columns = across ? outer : inner;
    const int64_t most = std::min(columns, kColumns);
    std::vector<T> before(size_t((taps + 1) * most));  // the sum of all before a place
    for (int64_t line = 0; line < lines; line++)
      for (int64_t first = 0; first < columns; first += kColumns) {
        const int64_t n = std::min(most, columns - first);
        if (across)
          together(numbers + first * taps * inner + line, taps * inner,
                   sums + first * count * inner + line, count * inner, n, before.data());
        else
          together(numbers + line * taps * inner + first, 1, sums + line * count * inner + first, 1,
                   n, before.data());
      }
  }

  // Sums of whole numbers wrap, which only those without a sign may.
  void run(const int64_t* numbers, int64_t* sums) const {
    run(reinterpret_cast<const uint64_t*>(numbers), reinterpret_cast<uint64_t*>(sums));
  }

 private:
  static constexpr int64_t kColumns = 32;

  // `n` columns that lie `gap` numbers and `gap_out` sums apart.
  template <class T>
  void together(const T* numbers, int64_t gap, T* sums, int64_t gap_out, int64_t n,
                T* before) const {
    std::fill(before, before + n, T(0));
    for (int64_t j = 0; j < taps; j++)
      for (int64_t i = 0; i < n; i++)
        before[(j + 1) * n + i] = before[j * n + i] + numbers[j * inner + i * gap];
    for (int64_t box = 0; box < count; box++) {
      const T *from = before + low[box] * n, *to = before + high[box] * n;
      for (int64_t i = 0; i < n; i++) sums[box * inner + i * gap_out] = to[i] - from[i];
    }
  }
};

}  // namespace iw
