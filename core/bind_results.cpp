// The binding of results: arrays that own their memory, which comes from `memory.hpp` when they
// are large. NumPy asks for it through a handler (NEP 49) that is set while such an array is made.
#define INTERTWINE_IMPORTS_NUMPY
#include <cstring>

#include "memory.hpp"
#include "numpy.hpp"

namespace nb = nanobind;
using namespace iw;

namespace {

void* take(void*, size_t bytes) { return take_block(bytes); }

void* take_zeros(void*, size_t count, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes)) return nullptr;
  void* const data = take_block(bytes);
  if (data) std::memset(data, 0, bytes);
  return data;
}

void* resize(void*, void* data, size_t bytes) { return resize_block(data, bytes); }

void give(void*, void* data, size_t) { give_block(data); }

PyDataMem_Handler handler = {"intertwine", 1, {nullptr, take, take_zeros, resize, give}};

PyObject* capsule;

bool is_large(int ndim, const npy_intp* shape, PyArray_Descr* type) {
  npy_intp bytes = PyDataType_ELSIZE(type);
  for (int a = 0; a < ndim; a++)
    if (__builtin_mul_overflow(bytes, shape[a], &bytes)) return false;  // NumPy refuses it
  return bytes >= npy_intp(kLeastKept);
}

nb::object empty(nb::tuple lengths, nb::handle type) {
  npy_intp shape[NPY_MAXDIMS];
  const size_t ndim = lengths.size();
  if (ndim > NPY_MAXDIMS) throw nb::value_error("shape: too many axes");
  for (size_t a = 0; a < ndim; a++) shape[a] = nb::cast<npy_intp>(lengths[a]);
  if (!PyArray_DescrCheck(type.ptr())) throw nb::value_error("type: no dtype");
  nb::object kept = nb::borrow(type);
  auto* const descr = reinterpret_cast<PyArray_Descr*>(kept.release().ptr());
  PyObject* const made = new_array(int(ndim), shape, descr);
  if (!made) throw nb::python_error();
  return nb::steal(made);
}

}  // namespace

PyObject* iw::new_array(int ndim, const npy_intp* shape, PyArray_Descr* type) {
  if (!kKeeps || !is_large(ndim, shape, type)) return PyArray_Empty(ndim, shape, type, 0);
  PyObject* const before = PyDataMem_SetHandler(capsule);
  if (!before) return nullptr;
  PyObject* made = PyArray_Empty(ndim, shape, type, 0);
  PyObject* const ours = PyDataMem_SetHandler(before);
  Py_DECREF(before);
  Py_XDECREF(ours);
  return made;
}

void bind_results(nb::module_& m) {
  if (_import_array() < 0) throw nb::python_error();
  capsule = PyCapsule_New(&handler, "mem_handler", nullptr);
  if (!capsule) throw nb::python_error();
  m.def("empty", &empty);
  m.def("kept_bytes", &kept_bytes);
}
