// A call of a plan that needs nothing but its methods: the arrays fit, or Python looks at them.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <utility>
#include <vector>

#include "numpy.hpp"
#include "prepared.hpp"
#include "weights.hpp"

namespace iw {

inline PyArrayObject* as_array(PyObject* object) {
  return reinterpret_cast<PyArrayObject*>(object);
}

// Exactly an array, no subclass, aligned and of the processor's byte order.
inline bool is_plain_array(PyObject* object) {
  return PyArray_CheckExact(object) && PyArray_ISBEHAVED_RO(as_array(object));
}

// Shape and type that an array must have.
class Form {
 public:
  Form(const Ints& shape, nanobind::handle type) : shape_(shape.begin(), shape.end()) {
    if (!PyArray_DescrCheck(type.ptr())) refuse("type: no dtype");
    if (shape.size() > size_t(kMostPlaces)) refuse("shape: too many axes");
    descr_ = nanobind::borrow(type);
    number_ = descr()->type_num;
    if (!PyArray_ISNBO(descr()->byteorder)) refuse("type: no real native type");
    planes_ = descr()->kind == 'c' ? 2 : 1;
    type_ =
        type_of(descr()->kind == 'c' ? 'f' : descr()->kind, PyDataType_ELSIZE(descr()) / planes_);
  }

  int planes() const { return planes_; }

  bool fits(PyObject* object) const {
    if (!is_plain_array(object)) return false;
    PyArrayObject* const array = as_array(object);
    return PyArray_TYPE(array) == number_ && size_t(PyArray_NDIM(array)) == shape_.size() &&
           std::equal(shape_.begin(), shape_.end(), PyArray_DIMS(array));
  }

  // Where an array lies that fits: all of it, or the real (0) or imaginary (1) plane.
  Array array(PyObject* object) const {
    PyArrayObject* const array = as_array(object);
    return Array("array", PyArray_BYTES(array), PyArray_NDIM(array), PyArray_DIMS(array),
                 PyArray_STRIDES(array), PyArray_ITEMSIZE(array), type_);
  }

  Array plane(const Array& whole, int which) const {
    Array one = whole;
    one.itemsize /= planes_;
    one.data += which * one.itemsize;
    return one;
  }

  nanobind::object make() const {
    PyArray_Descr* const type = descr();
    Py_INCREF(type);
    PyObject* const made = new_array(int(shape_.size()), shape_.data(), type);
    if (!made) throw nanobind::python_error();
    return nanobind::steal(made);
  }

 private:
  PyArray_Descr* descr() const { return reinterpret_cast<PyArray_Descr*>(descr_.ptr()); }

  static Type type_of(char kind, npy_intp size) {
    if (kind == 'f' && size == 2) return Type::f16;
    if (kind == 'f' && size == 4) return Type::f32;
    if (kind == 'f' && size == 8) return Type::f64;
    const bool is_signed = kind == 'i';
    if (!is_signed && kind != 'u' && kind != 'b') refuse("type: no real native type");
    if (size == 1) return is_signed ? Type::i8 : Type::u8;
    if (size == 2) return is_signed ? Type::i16 : Type::u16;
    if (size == 4) return is_signed ? Type::i32 : Type::u32;
    return is_signed ? Type::i64 : Type::u64;
  }

  std::vector<npy_intp> shape_;
  nanobind::object descr_;
  int number_, planes_;
  Type type_;
};

// Whether arrays lie apart, by their first and last bytes.
inline bool apart(const Array& a, const Array& b) {
  const auto ends = [](const Array& array) {
    const char *first = array.data, *last = array.data + array.itemsize;
    for (int i = 0; i < array.ndim; i++)
      (array.strides[i] < 0 ? first : last) += (array.shape[i] - 1) * array.strides[i];
    return std::pair(first, last);
  };
  const auto [a_first, a_last] = ends(a);
  const auto [b_first, b_last] = ends(b);
  return a_last <= b_first || b_last <= a_first;
}

// Whether no two elements share memory, told by each axis stepping over all that the axes of
// smaller steps cover.
template <class Shape, class Strides>
bool is_nested(int ndim, const Shape& shape, const Strides& strides, int64_t itemsize) {
  std::pair<uint64_t, int64_t> steps[NPY_MAXDIMS];
  int axes = 0;
  for (int i = 0; i < ndim; i++)
    if (shape[i] > 1)
      steps[axes++] = {strides[i] < 0 ? -uint64_t(strides[i]) : uint64_t(strides[i]), shape[i]};
  std::sort(steps, steps + axes);
  unsigned __int128 covered = itemsize > 0 ? uint64_t(itemsize) : 0;
  for (int i = 0; i < axes; i++) {
    const auto [step, count] = steps[i];
    if (step < covered) return false;
    covered += static_cast<unsigned __int128>(step) * uint64_t(count - 1);
  }
  return true;
}

// What one method does in a call: a plane of the data, summed into one of the results; or both
// planes at once.
struct Step {
  nanobind::object kept;  // the method, as Python holds it
  const Prepared* method;
  bool whole;
  int source, target;
  double cval[2];
  bool add;
};

class Call {
 public:
  // `steps`: (method, whole, source, target, cval, add) each. `usual` tells how many threads a call
  // uses that names no number; `weights` is a WeightTable that scales the results, or None, and
  // `within` holds them last of all, or is None.
  Call(nanobind::list steps, const Ints& shape, nanobind::handle type, const Ints& out_shape,
       nanobind::handle result, int64_t most_threads, nanobind::object usual,
       nanobind::object weights, nanobind::object within)
      : x_(shape, type),
        out_(out_shape, result),
        most_threads_(most_threads),
        usual_(std::move(usual)),
        kept_weights_(std::move(weights)),
        kept_within_(std::move(within)) {
    if (most_threads < 1) refuse("threads: less than 1");
    for (nanobind::handle step : steps) add(nanobind::cast<nanobind::tuple>(step));
    if (steps_.empty()) refuse("steps: none");
    if (!kept_within_.is_none()) within_ = nanobind::cast<const Prepared*>(kept_within_);
    if (!kept_weights_.is_none()) weights_ = nanobind::cast<const WeightTable*>(kept_weights_);
  }

  // Data that fit are taken, and the result is returned; else nothing is done and nothing returned.
  // `plan` is told when samples were left out of the sums: its `stamp` says what they mean.
  nanobind::object run(nanobind::handle plan, nanobind::handle x, nanobind::handle out,
                       nanobind::handle threads) const {
    const std::optional<int> count = threads_for(threads);
    if (!count || !x_.fits(x.ptr())) return {};
    nanobind::object result;
    if (out.is_none()) {
      result = out_.make();
    } else {
      if (!out_.fits(out.ptr()) || !PyArray_ISWRITEABLE(as_array(out.ptr()))) return {};
      const Array to = out_.array(out.ptr());
      if (!apart(x_.array(x.ptr()), to) || !is_nested(to.ndim, to.shape, to.strides, to.itemsize))
        return {};
      result = nanobind::borrow(out);
    }
    const Array from = x_.array(x.ptr()), to = out_.array(result.ptr());
    const bool left_out = [&] {
      const Unlocked release;
      bool any = false;
      for (const Step& step : steps_) any |= take(step, from, to, *count);
      return any;
    }();
    if (left_out) plan.attr("stamp")(x, result, *count);
    if (weights_) scale(to, *count);
    if (within_) hold(from, to, *count);
    return result;
  }

 private:
  void add(nanobind::tuple said) {
    if (said.size() != 6 || !nanobind::isinstance<Prepared>(said[0])) refuse("steps: no method");
    const auto cval = nanobind::cast<std::pair<double, double>>(said[4]);
    const Step step{nanobind::borrow(said[0]),     nanobind::cast<const Prepared*>(said[0]),
                    nanobind::cast<bool>(said[1]), nanobind::cast<int>(said[2]),
                    nanobind::cast<int>(said[3]),  {cval.first, cval.second},
                    nanobind::cast<bool>(said[5])};
    const auto there = [](const Form& form, int plane) {
      return plane >= 0 && plane < form.planes();
    };
    if (!there(x_, step.source) || !there(out_, step.target)) refuse("steps: no such plane");
    if (step.whole && (x_.planes() < 2 || out_.planes() < 2)) refuse("steps: data are not complex");
    steps_.push_back(step);
  }

  bool take(const Step& step, const Array& x, const Array& out, int threads) const {
    if (!step.whole)
      return step.method->run_here(x_.plane(x, step.source), out_.plane(out, step.target),
                                   step.cval[0], step.add, threads);
    const Array from[2] = {x_.plane(x, 0), x_.plane(x, 1)};
    const Array to[2] = {out_.plane(out, 0), out_.plane(out, 1)};
    return step.method->run_both_here(from, to, step.cval, threads);
  }

  void scale(const Array& out, int threads) const {
    const Unlocked release;
    for (int plane = 0; plane < out_.planes(); plane++)
      weights_->scale_here(out_.plane(out, plane), threads);
  }

  void hold(const Array& x, const Array& out, int threads) const {
    const Unlocked release;
    within_->run_here(x, out, 0, false, threads);
  }

  // Nothing when Python has to look at what was asked for.
  std::optional<int> threads_for(nanobind::handle asked) const {
    long count = 1;
    if (!asked.is_none()) {
      if (!PyLong_CheckExact(asked.ptr())) return {};
      int overflow;
      count = PyLong_AsLongAndOverflow(asked.ptr(), &overflow);
      if (overflow || count < 1 || count > kMostThreads) return {};
    } else if (most_threads_ > 1) {
      count = nanobind::cast<long>(usual_(nanobind::none()));
    }
    return int(std::min(int64_t(count), most_threads_));
  }

  std::vector<Step> steps_;
  Form x_, out_;
  int64_t most_threads_;
  nanobind::object usual_, kept_weights_, kept_within_;
  const WeightTable* weights_ = nullptr;
  const Prepared* within_ = nullptr;
};

}  // namespace iw
