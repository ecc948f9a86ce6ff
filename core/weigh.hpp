// Sums of whole numbers, times a weight: rounded once, as if in float64, or whole numbers again.
// Zero is added to each product: a sum of 0 gives 0, not -0, under negative weights too.
#pragma once

#include "widen.hpp"

namespace {

struct Weigh {
  double weight;
  bool in_floats = false;  // whether float32 gives the same numbers
  float high, low;         // the weight as the sum of two
  int32_t whole;           // the weight if it is a whole number, else 0

  explicit Weigh(double w)
      : weight(w),
        high(float(w)),
        low(float(w - double(float(w)))),
        whole(w > -0x1p31 && w < 0x1p31 && double(int32_t(w)) == w ? int32_t(w) : 0) {}

  // The sums are those of `taps` samples, each `largest` in size at the most.
  //
  // Up to 2^24 float32 holds the sum, and a product added in one step is rounded once, save for
  // parts of 2^-47 of the result in the product with `low`. That gives the nearest number, but for
  // results that lie so close to the middle between two. Weights of 24 bits have no `low`, and
  // means of n whole numbers, s / n with s < 2^24, stay 2^-25 / n away from every middle.
  void look(int64_t taps, int64_t largest) {
    const double off = weight * double(taps) - 1, size = weight < 0 ? -weight : weight;
    const bool mean = off < 0x1p-49 && off > -0x1p-49;
    in_floats =
        taps * largest <= 1 << 24 && (mean || (low == 0 && size > 0x1p-60 && size < 0x1p60));
  }

  // A vector of sums as results of type O. Whole ones are of either sign, and as long as the sums
  // or twice as long.
  template <class A, class O>
  [[gnu::always_inline]] void write(Vec<A> sums, O* out) const {
    if constexpr (sizeof(O) == sizeof(A) && O(0.5) == O(0)) {
      store(out, Vec<O>(sums) * splat(O(whole)));
    } else if constexpr (sizeof(A) == 4) {
      write_ints(sums, out);
    } else {
#if defined(__AVX2__)
      const __m128i lower = _mm256_castsi256_si128(__m256i(sums));
      const __m128i upper = _mm256_extracti128_si256(__m256i(sums), 1);
      if constexpr (A(-1) > A(0)) {
        write_ints(Vec<int32_t>(_mm256_cvtepu16_epi32(lower)), out);
        write_ints(Vec<int32_t>(_mm256_cvtepu16_epi32(upper)), out + 8);
      } else {
        write_ints(Vec<int32_t>(_mm256_cvtepi16_epi32(lower)), out);
        write_ints(Vec<int32_t>(_mm256_cvtepi16_epi32(upper)), out + 8);
      }
#else
      A sum[kLanes<A>];
      store(sum, sums);
      for (int l = 0; l < kLanes<A>; l++)
        if constexpr (O(0.5) == O(0))
          out[l] = O(sum[l]) * O(whole);
        else
          out[l] = O(weight * double(sum[l]) + 0);
#endif
    }
  }

 private:
  template <class O>
  [[gnu::always_inline]] void write_ints(Vec<int32_t> sums, O* out) const {
    if constexpr (O(0.5) == O(0))
      store(out, Vec<O>(sums) * splat(O(whole)));
    else
      write_reals(sums, out);
  }

#if defined(__AVX2__) && defined(__FMA__)
  [[gnu::always_inline]] void write_reals(Vec<int32_t> sums, float* out) const {
    if (in_floats) {
      const __m256 s = _mm256_cvtepi32_ps(__m256i(sums));
      const __m256 rest = _mm256_fmadd_ps(s, _mm256_set1_ps(low), _mm256_setzero_ps());
      _mm256_storeu_ps(out, _mm256_fmadd_ps(s, _mm256_set1_ps(high), rest));
    } else {
      _mm_storeu_ps(out, _mm256_cvtpd_ps(product(sums, 0)));
      _mm_storeu_ps(out + 4, _mm256_cvtpd_ps(product(sums, 1)));
    }
  }
  [[gnu::always_inline]] void write_reals(Vec<int32_t> sums, double* out) const {
    _mm256_storeu_pd(out, product(sums, 0));
    _mm256_storeu_pd(out + 4, product(sums, 1));
  }
  [[gnu::always_inline]] __m256d product(Vec<int32_t> sums, int half) const {
    const __m256i s = __m256i(sums);
    const __m128i four = half ? _mm256_extracti128_si256(s, 1) : _mm256_castsi256_si128(s);
    return _mm256_fmadd_pd(_mm256_cvtepi32_pd(four), _mm256_set1_pd(weight), _mm256_setzero_pd());
  }
#else
  template <class O>
  [[gnu::always_inline]] void write_reals(Vec<int32_t> sums, O* out) const {
    int32_t sum[kLanes<int32_t>];
    store(sum, sums);
    for (int l = 0; l < kLanes<int32_t>; l++) out[l] = O(weight * double(sum[l]) + 0);
  }
#endif
};

}  // namespace
