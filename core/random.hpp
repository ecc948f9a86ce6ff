// Random numbers that are a function of where they are used, not of when: Philox 4x32-10.
//
// Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011), section 3.
// A bijection turns a counter of four words and a key of two into four random words. Who draws for
// place n asks for the words of counter n: no state, no order, the same bits on any thread.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "vec.hpp"

namespace {

constexpr uint32_t kPhiloxTimes[2] = {0xD2511F53u, 0xCD9E8D57u};
constexpr uint32_t kPhiloxStep[2] = {0x9E3779B9u, 0xBB67AE85u};
constexpr int kPhiloxRounds = 10;

IW_INLINE void philox(uint32_t c[4], uint64_t key) {
  uint32_t k0 = uint32_t(key), k1 = uint32_t(key >> 32);
  for (int round = 0; round < kPhiloxRounds; round++) {
    const uint64_t p0 = uint64_t(kPhiloxTimes[0]) * c[0], p1 = uint64_t(kPhiloxTimes[1]) * c[2];
    c[0] = uint32_t(p1 >> 32) ^ c[1] ^ k0;
    c[2] = uint32_t(p0 >> 32) ^ c[3] ^ k1;
    c[1] = uint32_t(p1);
    c[3] = uint32_t(p0);
    k0 += kPhiloxStep[0];
    k1 += kPhiloxStep[1];
  }
}

using Wide = Vec<uint64_t>;

// The whole products of the lower halves of each lane.
IW_INLINE Wide product_of_halves(Wide a, Wide b) {
#if defined(__AVX512F__)
  return Wide(_mm512_mul_epu32(__m512i(a), __m512i(b)));
#elif defined(__AVX2__)
  return Wide(_mm256_mul_epu32(__m256i(a), __m256i(b)));
#elif defined(__x86_64__)
  return Wide(_mm_mul_epu32(__m128i(a), __m128i(b)));
#else
  return (a & 0xffffffffu) * (b & 0xffffffffu);
#endif
}

// One word of each of several counters in a lane's lower half; the upper halves hold what is left
// over from products, which nothing reads.
struct WideCounter {
  Wide word[4];

  IW_INLINE void turn(WideCounter& c, uint32_t k0, uint32_t k1) {
    const Wide p0 = product_of_halves(c.word[0], splat<uint64_t>(kPhiloxTimes[0]));
    const Wide p1 = product_of_halves(c.word[2], splat<uint64_t>(kPhiloxTimes[1]));
    c.word[0] = (p1 >> 32) ^ c.word[1] ^ splat<uint64_t>(k0);
    c.word[2] = (p0 >> 32) ^ c.word[3] ^ splat<uint64_t>(k1);
    c.word[1] = p1;
    c.word[3] = p0;
  }
};

// Words come in groups: 16 neighbouring counters, their first words, their second words, and so on.
// The order is the same for vectors of any length.
constexpr int64_t kGroup = 64, kGroupCounters = kGroup / 4;

// What sets one sequence of words apart from the others.
struct Stream {
  uint64_t seed;
  uint32_t draw, purpose;
};

IW_INLINE void philox_group(uint32_t* out, uint64_t group, const Stream& stream) {
  constexpr int lanes = kLanes<uint64_t>;
  const uint64_t first = group * kGroupCounters;
  Wide even{};
  for (int i = 0; i < lanes; i++) even[i] = uint32_t(first) + 2 * uint64_t(i);
#pragma GCC unroll 1
  for (int part = 0; part < kGroupCounters; part += 2 * lanes) {
    WideCounter a{}, b{};
    a.word[0] = even + uint64_t(part);
    b.word[0] = a.word[0] + 1;
    a.word[1] = b.word[1] = splat<uint64_t>(first >> 32);
    a.word[2] = b.word[2] = splat<uint64_t>(stream.draw);
    a.word[3] = b.word[3] = splat<uint64_t>(stream.purpose);
    uint32_t k0 = uint32_t(stream.seed), k1 = uint32_t(stream.seed >> 32);
    for (int round = 0; round < kPhiloxRounds; round++) {
      WideCounter::turn(a, k0, k1);
      WideCounter::turn(b, k0, k1);
      k0 += kPhiloxStep[0];
      k1 += kPhiloxStep[1];
    }
    for (int w = 0; w < 4; w++) {
      const Wide both = (a.word[w] & 0xffffffffu) | (b.word[w] << 32);
      __builtin_memcpy(out + w * kGroupCounters + part, &both, sizeof both);
    }
  }
}

}  // namespace
