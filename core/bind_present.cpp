// The binding of samples put aside.
#include <nanobind/nanobind.h>

#include <algorithm>
#include <complex>
#include <optional>

#include "buffers.hpp"
#include "dispatch.hpp"
#include "unlocked.hpp"

namespace nb = nanobind;
using namespace iw;

namespace {

const Kernels* kernels;

template <class T>
std::optional<Plain<T>> unless_none(nb::handle object, const char* name) {
  if (object.is_none()) return {};
  return std::optional<Plain<T>>(std::in_place, object, name);
}

// Without `clean` and `present` samples are only looked at.
template <class T, class Real>
bool put_aside(nb::handle x_, nb::handle mask_, bool finite, nb::handle clean_, nb::handle present_,
               int threads) {
  const Plain<const T> x(x_, "x");
  const auto mask = unless_none<const bool>(mask_, "mask");
  const auto clean = unless_none<T>(clean_, "clean");
  const auto present = unless_none<bool>(present_, "present");
  const size_t count = x.size();
  if (mask && mask->size() != count) refuse("mask: has another size");
  if (clean.has_value() != present.has_value()) refuse("clean, present: both or none");
  if (clean && (clean->size() != count || present->size() != count))
    refuse("clean, present: sizes differ");
  if (!mask && !finite) refuse("mask: none, and NaN are no matter");
  check_threads(threads);
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

}  // namespace

void bind_present(nb::module_& m, const Kernels* chosen) {
  kernels = chosen;
  m.def(
      "put_aside",
      [](nb::handle x, nb::handle mask, bool finite, nb::handle clean, nb::handle present,
         int threads) {
        using std::complex;
        return for_type_of<float, double, complex<float>, complex<double>>(x, "x", [&]<class T>() {
          using Real = decltype(std::abs(T()));
          return put_aside<T, Real>(x, mask, finite, clean, present, threads);
        });
      },
      nb::arg("x"), nb::arg("mask").none(), nb::arg("finite"), nb::arg("clean").none(),
      nb::arg("present").none(), nb::arg("threads"));
}
