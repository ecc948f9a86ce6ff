// Normalised correlation from three sums over each window: of its samples, of their squares, and
// with the pattern. What NumPy needs nine passes over the places for takes two here.
#include "kernels.hpp"

namespace {

using iw::Scores;

inline float root(float x) { return __builtin_sqrtf(x); }
inline double root(double x) { return __builtin_sqrt(x); }

constexpr int64_t kAtOnce = 512;

// sqrt(sum w^2 - (sum w)^2 / m), not a number where that is too little; true where any is. Loops
// over one type each, which the compiler turns into vectors.
template <class T>
bool norms_of(const double* sums, const double* squares, int64_t count, double inverse,
              double floor, double share, T* norms) {
  bool lost = false;
  for (int64_t start = 0; start < count; start += kAtOnce) {
    const int64_t n = count - start < kAtOnce ? count - start : kAtOnce;
    double power[kAtOnce];
    double every = 1;  // -1 where one is not enough
    for (int64_t i = 0; i < n; i++) {
      const double sum = sums[start + i], part = sum * sum * inverse;
      const double left = squares[start + i] - part;
      const bool enough = left > floor + share * part;
      power[i] = enough ? left : __builtin_nan("");
      every = enough ? every : -1;
    }
    lost |= every < 0;
    for (int64_t i = 0; i < n; i++) norms[start + i] = T(power[i]);
    for (int64_t i = 0; i < n; i++) norms[start + i] = root(norms[start + i]);
  }
  return lost;
}

template <class T>
bool norms_typed(const Scores& s, T* norms) {
  bool lost = false;
  for (int64_t i = 0; i < s.segments; i++)
    lost |= norms_of(s.sums + i * s.places, s.squares + i * s.places, s.places, s.inverse,
                     s.floor[i], s.share, norms + i * s.places);
  return lost;
}

// Products over norms, held within -1 and 1.
template <class T>
void divide(const T* norms, int64_t count, T* products) {
  for (int64_t i = 0; i < count; i++) {
    const T score = products[i] / norms[i];
    products[i] = score < T(-1) ? T(-1) : score > T(1) ? T(1) : score;
  }
}

template <class T>
void divide_all(const T* norms, int64_t count, int64_t patterns, T* products) {
  for (int64_t p = 0; p < patterns; p++) divide(norms, count, products + p * count);
}

}  // namespace

namespace iw::IW_LEVEL {

bool norms(const Scores& s) {
  return s.single ? norms_typed(s, static_cast<float*>(s.norms))
                  : norms_typed(s, static_cast<double*>(s.norms));
}

void scores(bool single, const void* norms, int64_t count, int64_t patterns, void* products) {
  if (single)
    divide_all(static_cast<const float*>(norms), count, patterns, static_cast<float*>(products));
  else
    divide_all(static_cast<const double*>(norms), count, patterns, static_cast<double*>(products));
}

}  // namespace iw::IW_LEVEL
