// Means stay within the range of the samples that they are means of.
//
// Taps that are not negative and sum to one make means, but each sum is rounded, and one over equal
// samples may be rounded away from them. So the least and the largest result of each tile are found
// as it is summed. Most tiles hold nothing beyond a few samples that were looked at beforehand. Of
// the others all samples are looked at, what lies outside the data too, and results beyond these
// are held within. None of it depends on threads.
#pragma once

#include "kernels.hpp"
#include "vec.hpp"

namespace iw {

namespace IW_LEVEL {

// A few samples of a job, so many more where there are many.
Span span_of_few(const Job&, const Services&);

// Results of a box held within its samples and `known`, which is in the data too; `results` are the
// least and the largest there.
void hold_box(const Job&, const Services&, const Span& known, Span results, const int64_t* lo,
              const int64_t* len);

// The results of a box as they are in memory.
Span span_of_results(const Job&, const int64_t* lo, const int64_t* len);

}  // namespace IW_LEVEL
}  // namespace iw

namespace {

// The same of vectors, in the type that sums run in.
template <class T>
struct Seen {
  static constexpr T kFar = T(0.5) != T(0) ? T(__builtin_inf()) : T(0);  // of integers: unused
  Vec<T> low = splat(kFar), high = splat(T(-kFar));

  // Where a number is NaN, neither comparison holds.
  [[gnu::always_inline]] void vector(Vec<T> v) {
    low = v < low ? v : low;
    high = v > high ? v : high;
  }

  // Sums on their way to memory; columns by themselves, so that they do not wait for each other.
  template <int R, int C>
  [[gnu::always_inline]] void vectors(const Vec<T> (&sums)[R][C]) {
    Seen column[C];
#pragma GCC unroll 8
    for (int c = 0; c < C; c++)
#pragma GCC unroll 4
      for (int r = 0; r < R; r++) column[c].vector(sums[r][c]);
#pragma GCC unroll 8
    for (int c = 0; c < C; c++) join(column[c]);
  }

  [[gnu::always_inline]] void join(const Seen& other) {
    low = other.low < low ? other.low : low;
    high = other.high > high ? other.high : high;
  }

  [[gnu::noinline]] void run(const T* p, int64_t count) {
    constexpr int64_t W = kLanes<T>;
    Seen<T> even = *this, odd = *this;
    int64_t i = 0;
    for (; i + 2 * W <= count; i += 2 * W) {
      even.vector(load(p + i));
      odd.vector(load(p + i + W));
    }
    if (count >= W && i + W <= count) even.vector(load(p + i)), i += W;
    if (count >= W && i < count) odd.vector(load(p + count - W)), i = count;
    for (; i < count; i++) even.vector(splat(p[i]));
    even.join(odd);
    *this = even;
  }

  iw::Span span() const {
    iw::Span all;
    T least[kLanes<T>], largest[kLanes<T>];
    store(least, low);
    store(largest, high);
    for (int l = 0; l < kLanes<T>; l++) all.join({double(least[l]), double(largest[l])});
    return all;
  }
};

// The means among the kernels of a job, and what its tiles are held within.
class Held {
 public:
  explicit Held(const iw::Job& job, const iw::Services& services)
      : means_(job.means), services_(services), alone_(job.kernels == 1) {
    if (means_ && alone_ && means_[0]) known_ = iw::IW_LEVEL::span_of_few(job, services);
  }

  // Whether results of this kernel are means.
  bool means(int64_t kernel = 0) const { return means_ && means_[kernel]; }

  // A box of results of a kernel's own job, the least and the largest of which are known.
  void box(const iw::Job& own, const int64_t* lo, const int64_t* len,
           const iw::Span& results) const {
    const iw::Span known = alone_ ? known_ : iw::IW_LEVEL::span_of_few(own, services_);
    iw::IW_LEVEL::hold_box(own, services_, known, results, lo, len);
  }

 private:
  const uint8_t* means_;
  const iw::Services& services_;
  const bool alone_;
  iw::Span known_;
};

}  // namespace
