// The binding of weights: what results are multiplied with or divided by when some taps met
// nothing.
#include <nanobind/nanobind.h>
#include <nanobind/stl/vector.h>

#include "box_sums.hpp"
#include "dispatch.hpp"
#include "unlocked.hpp"
#include "weights.hpp"

namespace nb = nanobind;
using namespace iw;

namespace {

template <class T>
void box_sums(nb::handle numbers_, nb::handle low_, nb::handle high_, nb::handle out_) {
  const Plain<const T> numbers(numbers_, "numbers");
  const Plain<T> out(out_, "out");
  const Ints low = Plain<const int64_t>(low_, "low").copied();
  const Ints high = Plain<const int64_t>(high_, "high").copied();
  if (numbers.ndim() != 3 || out.ndim() != 3) refuse("box_sums: needs 3 axes");
  const int64_t taps = int64_t(numbers.shape(1)), count = int64_t(low.size());
  if (high.size() != low.size()) refuse("box_sums: low and high differ");
  if (out.shape(0) != numbers.shape(0) || out.shape(1) != low.size() ||
      out.shape(2) != numbers.shape(2))
    refuse("box_sums: sizes differ");
  for (size_t i = 0; i < low.size(); i++)
    if (low[i] < 0 || high[i] > taps || low[i] > high[i]) refuse("box_sums: outside the taps");
  const BoxSums sums{
      int64_t(numbers.shape(0)), taps, int64_t(numbers.shape(2)), count, low.data(), high.data()};
  const Unlocked release;
  sums.run(numbers.data(), out.data());
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
  m.def(
      "box_sums",
      [](nb::handle numbers, nb::handle low, nb::handle high, nb::handle out) {
        for_type_of<int64_t, double>(numbers, "numbers",
                                     [&]<class T>() { box_sums<T>(numbers, low, high, out); });
      },
      nb::arg("numbers"), nb::arg("low"), nb::arg("high"), nb::arg("out"));
}
