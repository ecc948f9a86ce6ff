// Vectors as the compiler knows them: load, store, splat; arithmetic is the operators'.
#pragma once

#include <stddef.h>
#include <stdint.h>

#define IW_INLINE static inline __attribute__((always_inline))

// Inner loops stand apart: inlined among other code they would be given fewer registers.
#define IW_APART static __attribute__((noinline))

namespace {

#if defined(__AVX512F__) && !defined(IW_SHORT_VECTORS)
constexpr int kVectorBytes = 64;
#elif defined(__AVX2__)
constexpr int kVectorBytes = 32;
#else
constexpr int kVectorBytes = 16;
#endif

template <class T>
struct VectorOf {
  typedef T type __attribute__((vector_size(kVectorBytes)));
};
// Whole numbers of the same size.
template <class T>
struct BitsOf {
  using type = int64_t;
};
template <>
struct BitsOf<float> {
  using type = int32_t;
};

template <class T>
using Vec = typename VectorOf<T>::type;

template <class T>
constexpr int kLanes = kVectorBytes / int(sizeof(T));

template <class T>
IW_INLINE Vec<T> load(const T* p) {
  Vec<T> v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

template <class T>
IW_INLINE void store(T* p, Vec<T> v) {
  __builtin_memcpy(p, &v, sizeof v);
}

template <class T>
IW_INLINE Vec<T> splat(T value) {
  return value - Vec<T>{};  // minus zero keeps every bit and costs nothing; plus zero does not
}

template <int... I>
struct Sequence {};
template <int N, int... I>
struct CountTo : CountTo<N - 1, N - 1, I...> {};
template <int... I>
struct CountTo<0, I...> {
  using type = Sequence<I...>;
};

template <class T, int... E>
IW_INLINE Vec<T> reversed(Vec<T> v, Sequence<E...>) {
  return __builtin_shufflevector(v, v, (kLanes<T> - 1 - E)...);
}

// Whether loads need `pin`: products of int64 are put together from parts anyway.
template <class T>
constexpr bool kPinned = sizeof(T) < 8 || T(0.5) != T(0);

// Keep a value in a register: otherwise GCC folds its load into every multiply-add that uses it,
// and the load ports become the limit.
template <class T, class V>
IW_INLINE void pin([[maybe_unused]] V& v) {
#if defined(__AVX512F__)
  if constexpr (kPinned<T>) asm("" : "+v"(v));  // "x" means the first 16 registers only
#elif defined(__x86_64__)
  if constexpr (kPinned<T>) asm("" : "+x"(v));
#endif
}

IW_INLINE int64_t round_up(int64_t n, int64_t unit) { return (n + unit - 1) / unit * unit; }
IW_INLINE int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
IW_INLINE int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }

// Elements from one row of work space to the next: an odd number of cache lines, so that rows
// above each other do not compete for the same places in the cache.
template <class T>
IW_INLINE int64_t padded_row(int64_t width) {
  constexpr int64_t line = 64 / sizeof(T);
  return ((width + line - 1) / line | 1) * line;
}

}  // namespace
