// The binding of weights: what results are multiplied with or divided by when some taps met
// nothing.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/vector.h>

#include "box_sums.hpp"
#include "dispatch.hpp"
#include "unlocked.hpp"
#include "weights.hpp"

namespace nb = nanobind;
using namespace iw;

namespace {

template <class T>
using Cube = nb::ndarray<T, nb::ndim<3>, nb::c_contig, nb::device::cpu>;

using Places = nb::ndarray<const int64_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

template <class T>
void box_sums(Cube<const T> numbers, Places low, Places high, Cube<T> out) {
  const int64_t taps = int64_t(numbers.shape(1)), count = int64_t(low.size());
  if (high.size() != low.size()) refuse("box_sums: low and high differ");
  if (out.shape(0) != numbers.shape(0) || out.shape(1) != low.size() ||
      out.shape(2) != numbers.shape(2))
    refuse("box_sums: sizes differ");
  check_aligned(numbers, "numbers");
  check_aligned(out, "out");
  const Ints first = copied(low, "low"), end = copied(high, "high");
  for (size_t i = 0; i < first.size(); i++)
    if (first[i] < 0 || end[i] > taps || first[i] > end[i]) refuse("box_sums: outside the taps");
  const BoxSums sums{
      int64_t(numbers.shape(0)), taps, int64_t(numbers.shape(2)), count, first.data(), end.data()};
  const Unlocked release;
  sums.run(numbers.data(), out.data());
}

template <class T>
void define(nb::module_& m) {
  m.def("box_sums", &box_sums<T>, nb::arg("numbers").noconvert(), nb::arg("low").noconvert(),
        nb::arg("high").noconvert(), nb::arg("out").noconvert());
}

}  // namespace

void bind_weights(nb::module_& m, const Kernels* kernels) {
  nb::class_<WeightTable>(m, "WeightTable")
      .def(
          "__init__",
          [kernels](WeightTable* self, nb::handle table, const Ints& shape, const Ints& begin,
                    const Ints& end) { new (self) WeightTable(kernels, table, shape, begin, end); })
      .def("scale", &WeightTable::scale)
      .def("divide", &WeightTable::divide)
      .def_prop_ro("kept_bytes", &WeightTable::kept_bytes);
  define<int64_t>(m);
  define<double>(m);
}
