// The binding of normalised scores: norms of windows from their sums, and products over them.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include "dispatch.hpp"

namespace nb = nanobind;
using namespace iw;

namespace {

template <class T>
using Array = nb::ndarray<T, nb::c_contig, nb::device::cpu>;

const Kernels* kernels;

[[noreturn]] void refuse(const char* what) { throw nb::value_error(what); }

// `sums`, `squares` and `out` have as many places for each of the segments that `floor` counts.
template <class T>
bool norms(Array<const double> sums, Array<const double> squares, Array<const double> floor,
           double inverse, double share, Array<T> out) {
  Scores s{};
  s.segments = int64_t(floor.size());
  const size_t count = sums.size();
  if (squares.size() != count || out.size() != count) refuse("norms: sizes differ");
  if (s.segments < 1 || count % floor.size()) refuse("norms: floor has a wrong size");
  s.places = int64_t(count) / s.segments;
  s.sums = sums.data();
  s.squares = squares.data();
  s.floor = floor.data();
  s.inverse = inverse;
  s.share = share;
  s.single = sizeof(T) == sizeof(float);
  s.norms = out.data();
  nb::gil_scoped_release release;
  return kernels->norms(s);
}

// `products` has a whole number of patterns, each with as many places as there are norms.
template <class T>
void scores(Array<const T> norms, Array<T> products) {
  const size_t count = norms.size();
  if (!count || products.size() % count) refuse("scores: sizes differ");
  const int64_t patterns = int64_t(products.size() / count);
  nb::gil_scoped_release release;
  kernels->scores(sizeof(T) == sizeof(float), norms.data(), int64_t(count), patterns,
                  products.data());
}

template <class T>
void define(nb::module_& m) {
  m.def("norms", &norms<T>, nb::arg("sums").noconvert(), nb::arg("squares").noconvert(),
        nb::arg("floor").noconvert(), nb::arg("inverse"), nb::arg("share"),
        nb::arg("out").noconvert());
  m.def("scores", &scores<T>, nb::arg("norms").noconvert(), nb::arg("products").noconvert());
}

}  // namespace

void bind_scores(nb::module_& m, const Kernels* chosen) {
  kernels = chosen;
  define<float>(m);
  define<double>(m);
}
