// The binding of the budget: what Python keeps in it, and how large it is.
#include <nanobind/nanobind.h>

#include <algorithm>

#include "kept.hpp"
#include "pool.hpp"
#include "unlocked.hpp"

namespace nb = nanobind;
using namespace iw;

namespace {

// Dropping an object may run any Python: not without the interpreter, nor while it ends.
bool may_drop_objects() {
#if PY_VERSION_HEX >= 0x030D0000
  return Py_IsInitialized() && !Py_IsFinalizing() && PyGILState_Check();
#else
  return Py_IsInitialized() && !_Py_IsFinalizing() && PyGILState_Check();
#endif
}

// More bytes than any machine has; those of all objects that are kept add up within 64 bits.
constexpr int64_t kMostBytes = int64_t(1) << 50;

nb::object keep(nb::object value, int64_t bytes) {
  nb::object made = nb::cast(new Kept(std::move(value)), nb::rv_policy::take_ownership);
  nb::inst_ptr<Kept>(made)->enter(made, std::clamp<int64_t>(bytes, 0, kMostBytes));
  return made;
}

void use(Kept& kept) {
  const Budget::Lock guard = budget().lock();
  budget().use(kept);
}

}  // namespace

void bind_cache(nb::module_& m) {
  budget().may_drop_objects = may_drop_objects;
  nb::class_<Kept>(m, "Kept", nb::is_weak_referenceable())
      .def_prop_ro("value", [](const Kept& kept) { return kept.value(); })
      .def("use", &use)
      .def("drop", &Kept::leave_now);
  m.def("keep", &keep, nb::arg("value").none(), nb::arg("bytes"));
  m.def("forget_objects", [] { budget().clear(true); });
  m.def("release_memory", [] {
    budget().clear(true);
    const Unlocked released;
    budget().clear(false);
    release_scratch();
  });
  m.def("memory_limit", [] { return budget().limit(); });
  m.def("set_memory_limit", [](int64_t bytes) { budget().set_limit(bytes < 0 ? 0 : bytes); });
  m.def("memory_in_use", [] { return budget().bytes() + budget().held(); });
}
