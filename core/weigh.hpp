// Sums of whole numbers, times a weight: rounded once, as if in float64.
#pragma once

#include "widen.hpp"

namespace {

struct Weigh {
  double weight;
  bool in_floats = false;  // whether float32 gives the same numbers
  float high, low;         // the weight as the sum of two

  explicit Weigh(double w) : weight(w), high(float(w)), low(float(w - double(float(w)))) {}

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

  template <class A>
  [[gnu::always_inline]] void write(Vec<A> sums, float* out) const {
#if defined(__AVX2__) && defined(__FMA__)
    if (in_floats) {
      if constexpr (sizeof(A) == 4) {
        one(__m256i(sums), out);
      } else {
        const __m128i lower = _mm256_castsi256_si128(__m256i(sums));
        const __m128i upper = _mm256_extracti128_si256(__m256i(sums), 1);
        if constexpr (A(-1) > A(0)) {
          one(_mm256_cvtepu16_epi32(lower), out);
          one(_mm256_cvtepu16_epi32(upper), out + 8);
        } else {
          one(_mm256_cvtepi16_epi32(lower), out);
          one(_mm256_cvtepi16_epi32(upper), out + 8);
        }
      }
      return;
    }
#endif
    in_double<A>(sums, out);
  }
  template <class A>
  [[gnu::always_inline]] void write(Vec<A> sums, double* out) const {
    in_double<A>(sums, out);
  }

 private:
#if defined(__AVX2__) && defined(__FMA__)
  [[gnu::always_inline]] void one(__m256i sums, float* out) const {
    const __m256 s = _mm256_cvtepi32_ps(sums);
    const __m256 rest = _mm256_mul_ps(s, _mm256_set1_ps(low));
    _mm256_storeu_ps(out, _mm256_fmadd_ps(s, _mm256_set1_ps(high), rest));
  }
#endif
  template <class A, class O>
  [[gnu::always_inline]] void in_double(Vec<A> sums, O* out) const {
    A sum[kLanes<A>];
    store(sum, sums);
    for (int l = 0; l < kLanes<A>; l++) out[l] = O(weight * double(sum[l]));
  }
};

}  // namespace
