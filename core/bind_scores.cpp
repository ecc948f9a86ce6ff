// The binding of normalised scores: norms of windows from their sums, and products over them.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include "buffers.hpp"
#include "dispatch.hpp"
#include "unlocked.hpp"

namespace nb = nanobind;
using namespace iw;

namespace {

template <class T>
using Plain = nb::ndarray<T, nb::c_contig, nb::device::cpu>;

const Kernels* kernels;

// `sums`, `squares` and `out` have as many places for each of the segments that `floor` counts.
template <class T>
bool norms(Plain<const double> sums, Plain<const double> squares, Plain<const double> floor,
           double inverse, double share, Plain<T> out) {
  Scores s{};
  s.segments = int64_t(floor.size());
  const size_t count = sums.size();
  if (squares.size() != count || out.size() != count) refuse("norms: sizes differ");
  if (s.segments < 1 || count % floor.size()) refuse("norms: floor has a wrong size");
  check_aligned(sums, "sums");
  check_aligned(squares, "squares");
  check_aligned(floor, "floor");
  check_aligned(out, "out");
  s.places = int64_t(count) / s.segments;
  s.sums = sums.data();
  s.squares = squares.data();
  s.floor = floor.data();
  s.inverse = inverse;
  s.share = share;
  s.single = sizeof(T) == sizeof(float);
  s.norms = out.data();
  const Unlocked release;
  return kernels->norms(s);
}

// `products` has a whole number of patterns, each with as many places as there are norms.
template <class T>
void scores(Plain<const T> norms, Plain<T> products) {
  const size_t count = norms.size();
  if (!count || products.size() % count) refuse("scores: sizes differ");
  check_aligned(norms, "norms");
  check_aligned(products, "products");
  const int64_t patterns = int64_t(products.size() / count);
  const Unlocked release;
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
