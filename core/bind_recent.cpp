// The binding of calls made before: equal arguments lead to the same plan without being read again.
//
// Reading and checking a call takes longer than filtering a small image, so this only compares.
// What may be remembered is decided in Python; it consists of values that mean the same when they
// have one type and are equal.
#include <nanobind/stl/pair.h>
#include <nanobind/stl/vector.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "call.hpp"

namespace nb = nanobind;
using namespace iw;

namespace {

// Of larger kernels only so many words are mixed into the number that calls are found by.
constexpr size_t kWords = 16;

// Values that are compared without a word of Python code, which might come back here.
bool is_plain(PyObject* object) {
  return object == Py_None || PyLong_CheckExact(object) || PyFloat_CheckExact(object) ||
         PyComplex_CheckExact(object) || PyBool_Check(object) || PyUnicode_CheckExact(object) ||
         Py_TYPE(object) == &PyType_Type || PyArray_DescrCheck(object);
}

// Options are tuples of tuples at most.
constexpr int kDeepest = 4;

// Equal and of the same type: 1, 1.0 and True are equal, but not all are a stride.
bool same(PyObject* a, PyObject* b, int depth = 0) {
  if (a == b) return true;
  if (Py_TYPE(a) != Py_TYPE(b) || depth > kDeepest) return false;
  if (!PyTuple_CheckExact(a)) {
    if (!is_plain(a)) return false;
    const int equal = PyObject_RichCompareBool(a, b, Py_EQ);
    if (equal < 0) PyErr_Clear();
    return equal == 1;
  }
  const Py_ssize_t n = PyTuple_GET_SIZE(a);
  if (n != PyTuple_GET_SIZE(b)) return false;
  for (Py_ssize_t i = 0; i < n; i++)
    if (!same(PyTuple_GET_ITEM(a, i), PyTuple_GET_ITEM(b, i), depth + 1)) return false;
  return true;
}

// A new reference, or nothing where there is no such attribute.
nb::object attribute(nb::handle object, const char* name) {
  PyObject* const found = PyObject_GetAttrString(object.ptr(), name);
  if (!found) {
    if (!PyErr_ExceptionMatches(PyExc_AttributeError)) throw nb::python_error();
    PyErr_Clear();
  }
  return nb::steal(found);
}

bool is_row_of_integers(PyObject* object) {
  if (!PyTuple_CheckExact(object)) return false;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(object); i++)
    if (!PyLong_CheckExact(PyTuple_GET_ITEM(object, i))) return false;
  return true;
}

// What is looked for: all that the plan of a call depends on.
class Question {
 public:
  // `said`: the options in their order.
  Question(nb::handle x, nb::handle k, nb::tuple said, bool flip)
      : x(as_array(x.ptr())), said(said), flip(flip) {
    if (!is_plain_array(x.ptr())) return;
    origin = nb::none();
    nb::object taps = nb::borrow(k);
    if (!PyArray_CheckExact(k.ptr())) {
      if (PyList_CheckExact(k.ptr()) || PyTuple_CheckExact(k.ptr())) return;
      taps = attribute(k, "taps");
      if (!taps.is_valid() || !is_plain_array(taps.ptr())) return;
      const nb::object says = attribute(k, "_lasting");
      lasting = says.is_valid() && says.ptr() == Py_True;
      origin = attribute(k, "origin");
      if (!origin.is_valid() || !is_row_of_integers(origin.ptr())) return;
    }
    if (!is_plain_array(taps.ptr())) return;
    kernel = nb::steal(reinterpret_cast<PyObject*>(PyArray_GETCONTIGUOUS(as_array(taps.ptr()))));
    if (!kernel.is_valid()) throw nb::python_error();
    number = mix();
    asked = true;
  }

  PyArrayObject* array() const { return as_array(kernel.ptr()); }

  bool asked = false;
  PyArrayObject* x;
  nb::tuple said;
  bool flip;
  nb::object origin, kernel;  // the kernel contiguous
  bool lasting = false;       // whether it says that it never changes: one array, one kernel
  uint64_t number = 0;        // differs for most questions that differ

 private:
  uint64_t mix() const {
    uint64_t h = uint64_t(PyArray_TYPE(x)) << 8 | uint64_t(PyArray_TYPE(array())) << 1 | flip;
    const auto add = [&h](uint64_t word) {
      h = (h ^ word) * 0x9e3779b97f4a7c15u;
      h ^= h >> 32;
    };
    for (int a = 0; a < PyArray_NDIM(x); a++) add(uint64_t(PyArray_DIM(x, a)));
    for (int a = 0; a < PyArray_NDIM(array()); a++) add(uint64_t(PyArray_DIM(array(), a)));
    const size_t bytes = size_t(PyArray_NBYTES(array())), words = bytes / 8;
    const size_t step = 1 + words / kWords;
    for (size_t i = 0; i < words; i += step) add(word(8 * i, 8));
    add(word(8 * words, bytes % 8));
    return h;
  }

  uint64_t word(size_t from, size_t bytes) const {
    uint64_t found = 0;
    std::memcpy(&found, PyArray_BYTES(array()) + from, bytes);
    return found;
  }
};

// A call made before, and its plan.
class Answer {
 public:
  Answer(const Question& q, nb::object plan, nb::object call, int64_t kept)
      : plan(std::move(plan)),
        call(std::move(call)),
        kept(kept + PyArray_NBYTES(q.array())),
        flip_(q.flip),
        x_(lengths(q.x)),
        k_(lengths(q.array())),
        origin_(q.origin),
        lasting_(q.lasting ? q.kernel : nb::object()),
        said_(q.said) {
    if (!q.lasting) taps_.assign(PyArray_BYTES(q.array()), size_t(PyArray_NBYTES(q.array())));
  }

  bool answers(const Question& q) const {
    return flip_ == q.flip && alike(x_, q.x) && alike(k_, q.array()) && same_taps(q) &&
           same(origin_.ptr(), q.origin.ptr()) && same(said_.ptr(), q.said.ptr());
  }

  nb::object plan, call;  // `call`: a Call, or None where the plan needs more
  int64_t kept;           // bytes that the plan holds on to, and those of the kernel

 private:
  // Asked where types and lengths are alike. Large kernels that last are not read again.
  bool same_taps(const Question& q) const {
    if (q.lasting && lasting_.is_valid() && lasting_.ptr() == q.kernel.ptr()) return true;
    const char* const mine =
        lasting_.is_valid() ? PyArray_BYTES(as_array(lasting_.ptr())) : taps_.data();
    return !std::memcmp(mine, PyArray_BYTES(q.array()), size_t(PyArray_NBYTES(q.array())));
  }

  // An array's type and lengths.
  static std::vector<npy_intp> lengths(PyArrayObject* a) {
    std::vector<npy_intp> all{PyArray_TYPE(a)};
    all.insert(all.end(), PyArray_DIMS(a), PyArray_DIMS(a) + PyArray_NDIM(a));
    return all;
  }

  static bool alike(const std::vector<npy_intp>& mine, PyArrayObject* a) {
    return mine[0] == PyArray_TYPE(a) && mine.size() == size_t(PyArray_NDIM(a)) + 1 &&
           std::equal(mine.begin() + 1, mine.end(), PyArray_DIMS(a));
  }

  bool flip_;
  std::vector<npy_intp> x_, k_;
  nb::object origin_;
  nb::object lasting_;  // the kernel itself where it lasts,
  std::string taps_;    // else a copy of its taps
  nb::tuple said_;
};

// The calls made last; beyond the bounds the one remembered longest ago is forgotten.
class Recent {
 public:
  Recent(size_t most, int64_t most_kept) : most_(most), most_kept_(most_kept) {}

  nb::object find(nb::handle x, nb::handle k, nb::tuple said, bool flip) {
    const auto found = look_up(Question(x, k, said, flip));
    return found ? found->plan : nb::none();
  }

  void remember(nb::handle x, nb::handle k, nb::tuple said, bool flip, nb::object plan,
                nb::object call, int64_t kept) {
    const Question question(x, k, said, flip);
    if (!call.is_none() && !nb::isinstance<Call>(call)) refuse("call: no Call");
    if (!question.asked) return;
    auto answer = std::make_shared<Answer>(question, std::move(plan), std::move(call), kept);
    std::vector<std::shared_ptr<Answer>> forgotten;  // destroyed when the lock is off
    const nb::ft_lock_guard guard(lock_);
    numbers_.push_back(question.number);
    answers_.push_back(std::move(answer));
    int64_t size = 0;
    for (const auto& each : answers_) size += each->kept;
    size_t count = 0;
    for (; answers_.size() - count > most_ || (size > most_kept_ && answers_.size() - count > 1);
         count++)
      size -= answers_[count]->kept;
    forgotten.assign(answers_.begin(), answers_.begin() + long(count));
    answers_.erase(answers_.begin(), answers_.begin() + long(count));
    numbers_.erase(numbers_.begin(), numbers_.begin() + long(count));
  }

  // The result of an equal call, or None: then Python goes the long way.
  nb::object run(nb::handle x, nb::handle k, nb::tuple said, bool flip, nb::handle out,
                 nb::handle threads) {
    const auto found = look_up(Question(x, k, said, flip));
    if (!found || found->call.is_none()) return nb::none();
    nb::object result = nb::inst_ptr<Call>(found->call)->run(found->plan, x, out, threads);
    return result.is_valid() ? result : nb::none();
  }

  void clear() {
    std::vector<std::shared_ptr<Answer>> forgotten;
    const nb::ft_lock_guard guard(lock_);
    forgotten.swap(answers_);
    numbers_.clear();
  }

  std::vector<nb::object> plans() {
    std::vector<nb::object> all;
    const nb::ft_lock_guard guard(lock_);
    for (const auto& each : answers_) all.push_back(each->plan);
    return all;
  }

 private:
  std::shared_ptr<Answer> look_up(const Question& question) {
    if (!question.asked) return {};
    const nb::ft_lock_guard guard(lock_);
    for (size_t i = numbers_.size(); i-- > 0;)
      if (numbers_[i] == question.number && answers_[i]->answers(question)) return answers_[i];
    return {};
  }

  size_t most_;
  int64_t most_kept_;
  std::vector<uint64_t> numbers_;
  std::vector<std::shared_ptr<Answer>> answers_;
  nb::ft_mutex lock_;
};

}  // namespace

void bind_recent(nb::module_& m) {
  m.def("is_nested", [](const Ints& shape, const Ints& strides, int64_t itemsize) {
    if (shape.size() != strides.size() || shape.size() > NPY_MAXDIMS)
      refuse("shape: too many axes");
    return is_nested(int(shape.size()), shape, strides, itemsize);
  });
  nb::class_<Call>(m, "Call")
      .def(nb::init<nb::list, const Ints&, nb::handle, const Ints&, nb::handle, int64_t, nb::object,
                    nb::object>(),
           nb::arg("steps"), nb::arg("shape"), nb::arg("dtype"), nb::arg("out_shape"),
           nb::arg("result"), nb::arg("most_threads"), nb::arg("usual"),
           nb::arg("weights") = nb::none())
      .def(
          "run",
          [](const Call& call, nb::handle plan, nb::handle x, nb::handle out, nb::handle threads) {
            nb::object result = call.run(plan, x, out, threads);
            return result.is_valid() ? result : nb::none();
          },
          nb::arg("plan"), nb::arg("x").none(), nb::arg("out").none(), nb::arg("threads").none());
  nb::class_<Recent>(m, "Recent")
      .def(nb::init<size_t, int64_t>())
      .def("find", &Recent::find, nb::arg("x").none(), nb::arg("k").none(), nb::arg("said"),
           nb::arg("flip"))
      .def("remember", &Recent::remember, nb::arg("x"), nb::arg("k"), nb::arg("said"),
           nb::arg("flip"), nb::arg("plan"), nb::arg("call").none(), nb::arg("kept"))
      .def("run", &Recent::run, nb::arg("x").none(), nb::arg("k").none(), nb::arg("said"),
           nb::arg("flip"), nb::arg("out").none(), nb::arg("threads").none())
      .def("clear", &Recent::clear)
      .def("plans", &Recent::plans);
}
