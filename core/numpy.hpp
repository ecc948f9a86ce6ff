// NumPy's own interface, for the files that make arrays or look into them.
#pragma once

#include <nanobind/nanobind.h>

#define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION
#define NPY_TARGET_VERSION NPY_2_0_API_VERSION
#define PY_ARRAY_UNIQUE_SYMBOL intertwine_numpy
#ifndef INTERTWINE_IMPORTS_NUMPY
#define NO_IMPORT_ARRAY
#endif
#include <numpy/arrayobject.h>

namespace iw {

// A new array that owns its memory. Null with a Python error when there is none. Steals `type`.
PyObject* new_array(int ndim, const npy_intp* shape, PyArray_Descr* type);

}  // namespace iw
