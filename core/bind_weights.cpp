// The binding of weights: what results are multiplied with or divided by when some taps met
// nothing.
#include <nanobind/nanobind.h>
#include <nanobind/stl/vector.h>

#include "dispatch.hpp"
#include "weights.hpp"

namespace nb = nanobind;
using namespace iw;

void bind_weights(nb::module_& m, const Kernels* kernels) {
  nb::class_<WeightTable>(m, "WeightTable")
      .def(
          "__init__",
          [kernels](WeightTable* self, nb::handle table, const Ints& shape, const Ints& begin,
                    const Ints& end) { new (self) WeightTable(kernels, table, shape, begin, end); })
      .def("scale", &WeightTable::scale)
      .def("divide", &WeightTable::divide)
      .def_prop_ro("kept_bytes", &WeightTable::kept_bytes);
}
