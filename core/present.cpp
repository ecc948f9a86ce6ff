// Samples that are missing, put aside: zeros in their place, and marks of those that are present.
#include "kernels.hpp"
#include "vec.hpp"

namespace {

using iw::Present;
using iw::Services;

constexpr int64_t kPiece = 1 << 14;  // numbers that one thread looks at at a time
constexpr int64_t kAtOnce = 512;

struct Look {
  const Present& p;
  bool any;  // whether one is missing
};

// Which of some samples, of one number or two, are present; true when all are.
template <class T, int kNumbers>
IW_INLINE bool marks_of(const Present& p, int64_t from, int64_t n, uint8_t* marks) {
  const T* x = static_cast<const T*>(p.x) + from * kNumbers;
  uint8_t all = 1;
  if (!p.finite) {
    __builtin_memcpy(marks, p.mask + from, size_t(n));
    for (int64_t i = 0; i < n; i++) all &= marks[i];
    return all;
  }
  for (int64_t i = 0; i < n; i++) {
    T odd = x[i * kNumbers] - x[i * kNumbers];  // zero, or not a number
    if constexpr (kNumbers == 2) odd += x[2 * i + 1] - x[2 * i + 1];
    marks[i] = odd == T(0);
  }
  if (p.mask)
    for (int64_t i = 0; i < n; i++) marks[i] &= p.mask[from + i];
  for (int64_t i = 0; i < n; i++) all &= marks[i];
  return all;
}

template <class T, int kNumbers>
void piece(Look& look, int64_t from, int64_t to) {
  const Present& p = look.p;
  for (; from < to; from += kAtOnce) {
    if (!p.clean && __atomic_load_n(&look.any, __ATOMIC_RELAXED)) return;
    const int64_t n = least(kAtOnce, to - from);
    uint8_t marks[kAtOnce];
    if (!marks_of<T, kNumbers>(p, from, n, marks))
      __atomic_store_n(&look.any, true, __ATOMIC_RELAXED);
    if (!p.clean) continue;
    __builtin_memcpy(p.present + from, marks, size_t(n));
    const T* x = static_cast<const T*>(p.x) + from * kNumbers;
    T* clean = static_cast<T*>(p.clean) + from * kNumbers;
    for (int64_t i = 0; i < n; i++)
      for (int j = 0; j < kNumbers; j++)
        clean[i * kNumbers + j] = marks[i] ? x[i * kNumbers + j] : T(0);
  }
}

template <class T, int kNumbers>
bool run(const Present& present, const Services& services) {
  Look look{present, false};
  services.parallel_for((present.count + kPiece - 1) / kPiece, present.threads,
                        [](void* context, int64_t i) {
                          Look& mine = *static_cast<Look*>(context);
                          piece<T, kNumbers>(mine, i * kPiece,
                                             least((i + 1) * kPiece, mine.p.count));
                        },
                        &look);
  return look.any;
}

}  // namespace

namespace iw::IW_LEVEL {

bool present(const Present& p, const Services& services) {
  if (p.planes == 2) return p.single ? run<float, 2>(p, services) : run<double, 2>(p, services);
  return p.single ? run<float, 1>(p, services) : run<double, 1>(p, services);
}

}  // namespace iw::IW_LEVEL
