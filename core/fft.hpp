// Complex transforms of many series at once: one series a lane, so that no butterfly shuffles.
//
// Forward is decimation in frequency, backward its exact reverse (decimation in time): the order
// of frequencies in between is scrambled, the same for data and kernel, and never straightened.
#pragma once

#include <math.h>

#include "lanes.hpp"
#include "owned.hpp"
#include "vec.hpp"

namespace {

template <class T>
struct Cx {
  Vec<T> re, im;
};

template <class T>
IW_INLINE Cx<T> add(Cx<T> a, Cx<T> b) {
  return {a.re + b.re, a.im + b.im};
}
template <class T>
IW_INLINE Cx<T> sub(Cx<T> a, Cx<T> b) {
  return {a.re - b.re, a.im - b.im};
}
template <class T>
IW_INLINE Cx<T> mul(Cx<T> a, Cx<T> b) {
  return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
// a * conj(b)
template <class T>
IW_INLINE Cx<T> mul_conj(Cx<T> a, Cx<T> b) {
  return {a.re * b.re + a.im * b.im, a.im * b.re - a.re * b.im};
}
// a + i b, or a - i b going forward
template <class T, bool Forward>
IW_INLINE Cx<T> add_turned(Cx<T> a, Cx<T> b) {
  if constexpr (Forward) return {a.re + b.im, a.im - b.re};
  return {a.re - b.im, a.im + b.re};
}
template <class T>
IW_INLINE Cx<T> scaled(Cx<T> a, T s) {
  return {a.re * s, a.im * s};
}

constexpr double kPi = 3.14159265358979323846;

// The transform of R numbers, in place.
template <class T, int R, bool Forward>
IW_INLINE void small_dft([[maybe_unused]] Cx<T> (&u)[R]) {
  if constexpr (R == 1) {
    return;
  } else if constexpr (R == 2) {
    Cx<T> a = u[0], b = u[1];
    u[0] = add(a, b);
    u[1] = sub(a, b);
  } else if constexpr (R == 4) {
    Cx<T> a = add(u[0], u[2]), b = sub(u[0], u[2]), c = add(u[1], u[3]), d = sub(u[1], u[3]);
    u[0] = add(a, c);
    u[2] = sub(a, c);
    u[1] = add_turned<T, Forward>(b, d);
    u[3] = add_turned<T, !Forward>(b, d);
  } else if constexpr (R == 3) {
    constexpr T half = T(0.5), s = T(0.86602540378443864676);
    Cx<T> a = add(u[1], u[2]), b = scaled<T>(sub(u[1], u[2]), s);
    Cx<T> c = sub(u[0], scaled<T>(a, half));
    u[0] = add(u[0], a);
    u[1] = add_turned<T, Forward>(c, b);
    u[2] = add_turned<T, !Forward>(c, b);
  } else if constexpr (R == 8) {
    constexpr T half = T(0.70710678118654752440);
    Cx<T> even[4] = {u[0], u[2], u[4], u[6]}, odd[4] = {u[1], u[3], u[5], u[7]};
    small_dft<T, 4, Forward>(even);
    small_dft<T, 4, Forward>(odd);
    const Cx<T> a = scaled<T>(add_turned<T, Forward>(odd[1], odd[1]), half);
    const Cx<T> b = scaled<T>(add_turned<T, !Forward>(odd[3], odd[3]), half);
    u[0] = add(even[0], odd[0]);
    u[4] = sub(even[0], odd[0]);
    u[1] = add(even[1], a);
    u[5] = sub(even[1], a);
    u[2] = add_turned<T, Forward>(even[2], odd[2]);
    u[6] = add_turned<T, !Forward>(even[2], odd[2]);
    u[3] = sub(even[3], b);
    u[7] = add(even[3], b);
  } else {
    static_assert(R == 5);
    constexpr T c1 = T(0.30901699437494742410), c2 = T(-0.80901699437494742410),
                s1 = T(0.95105651629515357212), s2 = T(0.58778525229247312917);
    Cx<T> a = add(u[1], u[4]), b = sub(u[1], u[4]), c = add(u[2], u[3]), d = sub(u[2], u[3]);
    Cx<T> p = add(u[0], add(scaled<T>(a, c1), scaled<T>(c, c2)));
    Cx<T> q = add(u[0], add(scaled<T>(a, c2), scaled<T>(c, c1)));
    Cx<T> v = add(scaled<T>(b, s1), scaled<T>(d, s2));
    Cx<T> w = sub(scaled<T>(b, s2), scaled<T>(d, s1));
    u[0] = add(u[0], add(a, c));
    u[1] = add_turned<T, Forward>(p, v);
    u[4] = add_turned<T, !Forward>(p, v);
    u[2] = add_turned<T, Forward>(q, w);
    u[3] = add_turned<T, !Forward>(q, w);
  }
}

// Inputs of a butterfly. Each is used twice, and unless it is pinned GCC reads it twice. Eight
// complex numbers fill 16 registers, so that pinning them would only spill others; AVX-512 has 32.
template <class T, int R>
IW_INLINE void gather(Cx<T> (&u)[R], const Cx<T>* p, int64_t gap) {
#pragma GCC unroll 8
  for (int q = 0; q < R; q++) {
    u[q] = p[q * gap];
    if constexpr (R < 8 || kVectorBytes == 64) {
      pin<T>(u[q].re);
      pin<T>(u[q].im);
    }
  }
}

// All butterflies of one stage: blocks of `length`, elements `gap` apart.
template <class T, int R, bool Forward>
void stage(Cx<T>* x, int64_t n, int64_t length, int64_t gap, const T* twiddle) {
  const int64_t m = length / R;
  for (int64_t block = 0; block < n; block += length) {
    const T* w = twiddle;
    for (int64_t j = 0; j < m; j++) {
      Cx<T>* p = x + (block + j) * gap;
      Cx<T> u[R];
      gather<T, R>(u, p, m * gap);
      Cx<T> t[R];
#pragma GCC unroll 8
      for (int q = 1; q < R; q++) t[q] = {splat(w[2 * q - 2]), splat(w[2 * q - 1])};
      w += 2 * (R - 1);
      if constexpr (Forward) {
        small_dft<T, R, true>(u);
#pragma GCC unroll 8
        for (int q = 1; q < R; q++) u[q] = mul(u[q], t[q]);
      } else {
#pragma GCC unroll 8
        for (int q = 1; q < R; q++) u[q] = mul_conj(u[q], t[q]);
        small_dft<T, R, false>(u);
      }
#pragma GCC unroll 8
      for (int q = 0; q < R; q++) p[q * m * gap] = u[q];
    }
  }
}

// The innermost stage: neighbours only, no twiddles.
template <class T, int R, bool Forward>
void last_stage(Cx<T>* x, int64_t n, int64_t gap) {
  for (int64_t i = 0; i < n; i += R) {
    Cx<T>* p = x + i * gap;
    Cx<T> u[R];
    gather<T, R>(u, p, gap);
    small_dft<T, R, Forward>(u);
#pragma GCC unroll 8
    for (int q = 0; q < R; q++) p[q * gap] = u[q];
  }
}

// The innermost stage forward, the product with a kernel and the innermost stage backward, without
// leaving the registers in between. `out` may be `x`.
template <class T, int R>
void middle_stage(const Cx<T>* x, int64_t x_gap, Cx<T>* out, int64_t gap, int64_t n,
                  const Cx<T>* kernel) {
  for (int64_t i = 0; i < n; i += R) {
    Cx<T> u[R];
    gather<T, R>(u, x + i * x_gap, x_gap);
    small_dft<T, R, true>(u);
#pragma GCC unroll 8
    for (int q = 0; q < R; q++) u[q] = mul(u[q], kernel[i + q]);
    small_dft<T, R, false>(u);
#pragma GCC unroll 8
    for (int q = 0; q < R; q++) out[(i + q) * gap] = u[q];
  }
}

template <class T>
struct Fft {
  // Complex vectors that stay in the first cache from stage to stage.
  static constexpr int64_t kCachedLength = (24 << 10) / sizeof(Cx<T>);

  int64_t n = 1;
  int stages = 0, radix[40] = {};
  Owned<T> twiddle;  // stage after stage, (R - 1) complex numbers a butterfly
  int64_t offset[40] = {};

  // The length must be a product of 2, 3, 5; false when it is not.
  bool init(int64_t length) {
    n = length;
    stages = 0;
    int64_t rest = n;
    for (int r = 5; r >= 3; r -= 2)
      for (; rest % r == 0; rest /= r) radix[stages++] = r;
    int64_t twos = 0;
    for (; rest % 2 == 0; rest /= 2) twos++;
    if (rest != 1) return false;
    // An odd factor of two joins the innermost stage, which has no twiddles.
    const bool eight = twos % 2 && twos >= 3;
    if (eight) twos -= 3;
    if (twos % 2) radix[stages++] = 2;
    for (; twos >= 2; twos -= 2) radix[stages++] = 4;
    if (eight) radix[stages++] = 8;
    // There always is an innermost stage, where the kernel is met: that of one number does nothing.
    if (n == 1) radix[stages++] = 1;
    make_twiddles();
    return true;
  }

  void make_twiddles() {
    int64_t size = 0, length = n;
    for (int s = 0; s < stages; s++) {
      offset[s] = size;
      size += 2 * (radix[s] - 1) * (length / radix[s]);
      length /= radix[s];
    }
    twiddle = allocated<T>(size + 1);
    length = n;
    T* w = twiddle.get();
    for (int s = 0; s < stages; s++) {
      const int64_t m = length / radix[s];
      for (int64_t j = 0; j < m; j++)
        for (int q = 1; q < radix[s]; q++) {
          const double angle = -2 * kPi * double(j * q) / double(length);
          *w++ = T(cos(angle));
          *w++ = T(sin(angle));
        }
      length = m;
    }
  }

  // Bytes of the twiddles.
  int64_t bytes() const {
    int64_t numbers = 1, length = n;
    for (int s = 0; s < stages; s++) {
      numbers += 2 * (radix[s] - 1) * (length / radix[s]);
      length /= radix[s];
    }
    return numbers * int64_t(sizeof(T));
  }

  // The frequency that ends at a position.
  int64_t frequency(int64_t position) const {
    int64_t length = n, unit = 1, k = 0;
    for (int s = 0; s < stages; s++) {
      const int64_t m = length / radix[s];
      k += unit * (position / m);
      position %= m;
      unit *= radix[s];
      length = m;
    }
    return k;
  }

  // One stage over `size` elements, in blocks of `length`.
  template <bool Forward>
  void one(Cx<T>* x, int64_t size, int64_t gap, int s, int64_t length) const {
    const T* w = twiddle.get() + offset[s];
    const bool last = length == radix[s];
    switch (radix[s]) {
      case 1:
        return;
      case 2:
        return last ? last_stage<T, 2, Forward>(x, size, gap)
                    : stage<T, 2, Forward>(x, size, length, gap, w);
      case 3:
        return last ? last_stage<T, 3, Forward>(x, size, gap)
                    : stage<T, 3, Forward>(x, size, length, gap, w);
      case 4:
        return last ? last_stage<T, 4, Forward>(x, size, gap)
                    : stage<T, 4, Forward>(x, size, length, gap, w);
      case 8:
        return last_stage<T, 8, Forward>(x, size, gap);
      default:
        return last ? last_stage<T, 5, Forward>(x, size, gap)
                    : stage<T, 5, Forward>(x, size, length, gap, w);
    }
  }

  // The innermost stage there and back, with the kernel in between, over `size` elements.
  void middle(const Cx<T>* x, int64_t x_gap, Cx<T>* out, int64_t gap, int64_t size,
              const Cx<T>* kernel) const {
    switch (radix[stages - 1]) {
      case 1:
        return middle_stage<T, 1>(x, x_gap, out, gap, size, kernel);
      case 2:
        return middle_stage<T, 2>(x, x_gap, out, gap, size, kernel);
      case 3:
        return middle_stage<T, 3>(x, x_gap, out, gap, size, kernel);
      case 4:
        return middle_stage<T, 4>(x, x_gap, out, gap, size, kernel);
      case 8:
        return middle_stage<T, 8>(x, x_gap, out, gap, size, kernel);
      default:
        return middle_stage<T, 5>(x, x_gap, out, gap, size, kernel);
    }
  }

  // Stages from s to before `end` over one block of `length`. A block too large for the first cache
  // is split by one stage, and its parts are finished one after the other.
  void down(Cx<T>* x, int64_t gap, int s, int end, int64_t length) const {
    if (s == end) return;
    const int64_t part = length / radix[s];
    one<true>(x, length, gap, s, length);
    if (length > kCachedLength)
      for (int64_t i = 0; i < length; i += part) down(x + i * gap, gap, s + 1, end, part);
    else
      for (int64_t n = part; ++s < end; n /= radix[s]) one<true>(x, length, gap, s, n);
  }

  // The way back: stages before `end` to s.
  void up(Cx<T>* x, int64_t gap, int s, int end, int64_t length) const {
    if (s == end) return;
    int64_t part = length / radix[s];
    if (length > kCachedLength) {
      for (int64_t i = 0; i < length; i += part) up(x + i * gap, gap, s + 1, end, part);
    } else {
      int64_t n = 1;
      for (int i = stages - 1; i >= end; i--) n *= radix[i];
      for (int i = end - 1; i > s; i--) one<false>(x, length, gap, i, n *= radix[i]);
    }
    one<false>(x, length, gap, s, length);
  }

  // Forward, times the kernel's spectrum, backward, of one block, in place.
  void through(Cx<T>* x, int64_t gap, const Cx<T>* kernel, int s, int64_t length) const {
    const int last = stages - 1;
    if (length > kCachedLength && s < last) {
      const int64_t part = length / radix[s];
      one<true>(x, length, gap, s, length);
      for (int64_t i = 0; i < length; i += part) through(x + i * gap, gap, kernel + i, s + 1, part);
      one<false>(x, length, gap, s, length);
    } else {
      down(x, gap, s, last, length);
      middle(x, gap, x, gap, length, kernel);
      up(x, gap, s, last, length);
    }
  }

  void forward(Cx<T>* x, int64_t gap) const { down(x, gap, 0, stages, n); }

  // Not scaled: forward then backward multiplies by n.
  void backward(Cx<T>* x, int64_t gap) const { up(x, gap, 0, stages, n); }

  void convolve(Cx<T>* x, int64_t gap, const Cx<T>* kernel) const { through(x, gap, kernel, 0, n); }

  // The same in two parts: many kernels can follow one beginning.
  void begin(Cx<T>* x, int64_t gap) const { down(x, gap, 0, stages - 1, n); }

  void finish(const Cx<T>* begun, Cx<T>* x, int64_t gap, const Cx<T>* kernel) const {
    middle(begun, 1, x, gap, n, kernel);
    up(x, gap, 0, stages - 1, n);
  }
};

}  // namespace
