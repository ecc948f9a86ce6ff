// The binding of samples put aside.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>

#include <algorithm>
#include <complex>

#include "buffers.hpp"
#include "dispatch.hpp"
#include "unlocked.hpp"

namespace nb = nanobind;
using namespace iw;

namespace {

template <class T>
using Plain = nb::ndarray<T, nb::c_contig, nb::device::cpu>;

const Kernels* kernels;

// Without `clean` and `present` samples are only looked at.
template <class T, class Real>
bool put_aside(Plain<const T> x, std::optional<Plain<const bool>> mask, bool finite,
               std::optional<Plain<T>> clean, std::optional<Plain<bool>> present, int threads) {
  const size_t count = x.size();
  if (mask && mask->size() != count) refuse("mask: has another size");
  if (clean.has_value() != present.has_value()) refuse("clean, present: both or none");
  if (clean && (clean->size() != count || present->size() != count))
    refuse("clean, present: sizes differ");
  if (!mask && !finite) refuse("mask: none, and NaN are no matter");
  check_threads(threads);
  check_aligned(x, "x");
  if (clean) check_aligned(*clean, "clean");
  Present p{};
  p.x = x.data();
  p.count = int64_t(count);
  p.planes = int(sizeof(T) / sizeof(Real));
  p.single = sizeof(Real) == sizeof(float);
  p.mask = mask ? reinterpret_cast<const uint8_t*>(mask->data()) : nullptr;
  p.finite = finite;
  p.clean = clean ? clean->data() : nullptr;
  p.present = present ? reinterpret_cast<uint8_t*>(present->data()) : nullptr;
  p.threads = int(std::min<int64_t>(threads, 1 + p.count / (1 << 16)));
  const Unlocked release;
  return kernels->present(p, services());
}

template <class T, class Real>
void define(nb::module_& m) {
  m.def("put_aside", &put_aside<T, Real>, nb::arg("x").noconvert(),
        nb::arg("mask").noconvert().none(), nb::arg("finite"), nb::arg("clean").noconvert().none(),
        nb::arg("present").noconvert().none(), nb::arg("threads"));
}

}  // namespace

void bind_present(nb::module_& m, const Kernels* chosen) {
  kernels = chosen;
  define<float, float>(m);
  define<double, double>(m);
  define<std::complex<float>, float>(m);
  define<std::complex<double>, double>(m);
}
