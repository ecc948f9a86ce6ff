// The binding of normalised scores: norms of windows from their sums, and products over them.
#include <nanobind/nanobind.h>

#include "buffers.hpp"
#include "dispatch.hpp"
#include "unlocked.hpp"

namespace nb = nanobind;
using namespace iw;

namespace {

const Kernels* kernels;

// `sums`, `squares` and `out` have as many places for each of the segments that `floor` counts.
template <class T>
bool norms(nb::handle sums_, nb::handle squares_, nb::handle floor_, double inverse, double share,
           nb::handle out_) {
  const Plain<const double> sums(sums_, "sums"), squares(squares_, "squares");
  const Plain<const double> floor(floor_, "floor");
  const Plain<T> out(out_, "out");
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
  const Unlocked release;
  return kernels->norms(s);
}

// `products` has a whole number of patterns, each with as many places as there are norms.
template <class T>
void scores(nb::handle norms_, nb::handle products_) {
  const Plain<const T> norms(norms_, "norms");
  const Plain<T> products(products_, "products");
  const size_t count = norms.size();
  if (!count || products.size() % count) refuse("scores: sizes differ");
  const int64_t patterns = int64_t(products.size() / count);
  const Unlocked release;
  kernels->scores(sizeof(T) == sizeof(float), norms.data(), int64_t(count), patterns,
                  products.data());
}

}  // namespace

void bind_scores(nb::module_& m, const Kernels* chosen) {
  kernels = chosen;
  m.def(
      "norms",
      [](nb::handle sums, nb::handle squares, nb::handle floor, double inverse, double share,
         nb::handle out) {
        return for_type_of<float, double>(out, "out", [&]<class T>() {
          return norms<T>(sums, squares, floor, inverse, share, out);
        });
      },
      nb::arg("sums"), nb::arg("squares"), nb::arg("floor"), nb::arg("inverse"), nb::arg("share"),
      nb::arg("out"));
  m.def(
      "scores",
      [](nb::handle norms, nb::handle products) {
        for_type_of<float, double>(products, "products",
                                   [&]<class T>() { scores<T>(norms, products); });
      },
      nb::arg("norms"), nb::arg("products"));
}
