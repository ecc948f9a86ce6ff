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
#include <unordered_map>
#include <vector>

#include "call.hpp"
#include "kept.hpp"

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
class CacheKey {
 public:
  // `options`: what was asked for, in its order.
  CacheKey(nb::handle x, nb::handle k, nb::tuple options, bool flip)
      : x(as_array(x.ptr())), options(options), flip(flip) {
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
    comparable = true;
  }

  PyArrayObject* array() const { return as_array(kernel.ptr()); }

  bool comparable = false;
  PyArrayObject* x;
  nb::tuple options;
  bool flip;
  nb::object origin, kernel;  // the kernel contiguous
  bool lasting = false;       // whether it says that it never changes: one array, one kernel
  uint64_t number = 0;        // differs for most keys that differ

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
class CacheEntry {
 public:
  // `kept` holds the plan.
  CacheEntry(const CacheKey& key, nb::object kept, nb::object call)
      : held_(std::move(kept)),
        kept_(nb::inst_ptr<Kept>(held_)),
        call(std::move(call)),
        flip_(key.flip),
        x_(lengths(key.x)),
        k_(lengths(key.array())),
        origin_(key.origin),
        lasting_(key.lasting ? key.kernel : nb::object()),
        options_(key.options) {
    if (!key.lasting) taps_.assign(PyArray_BYTES(key.array()), size_t(PyArray_NBYTES(key.array())));
  }

  bool fits(const CacheKey& key) const {
    return flip_ == key.flip && alike(x_, key.x) && alike(k_, key.array()) && same_taps(key) &&
           same(origin_.ptr(), key.origin.ptr()) && same(options_.ptr(), key.options.ptr());
  }

  Kept& kept() const { return *kept_; }
  const nb::object& plan() const { return kept().value(); }

 private:
  nb::object held_;
  Kept* kept_;

 public:
  const nb::object call;  // a Call, or None where the plan needs more

 private:
  // Asked where types and lengths are alike. Large kernels that last are not read again.
  bool same_taps(const CacheKey& key) const {
    if (key.lasting && lasting_.is_valid() && lasting_.ptr() == key.kernel.ptr()) return true;
    const char* const mine =
        lasting_.is_valid() ? PyArray_BYTES(as_array(lasting_.ptr())) : taps_.data();
    return !std::memcmp(mine, PyArray_BYTES(key.array()), size_t(PyArray_NBYTES(key.array())));
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
  nb::tuple options_;
};

// The calls that led to plans which are kept. They go when their plan goes.
class PlanCache {
 public:
  nb::object lookup(nb::handle x, nb::handle k, nb::tuple options, bool flip) {
    const auto found = find(CacheKey(x, k, options, flip));
    return found ? found->plan() : nb::none();
  }

  void store(nb::handle x, nb::handle k, nb::tuple options, bool flip, nb::object kept,
             nb::object call) {
    const CacheKey key(x, k, options, flip);
    if (!nb::isinstance<Kept>(kept)) refuse("kept: no Kept");
    if (!call.is_none() && !nb::isinstance<Call>(call)) refuse("call: no Call");
    if (!key.comparable) return;
    const auto entry = std::make_shared<CacheEntry>(key, std::move(kept), std::move(call));
    {
      const Budget::Lock guard = budget().lock();
      if (entries_.size() >= most_) {
        std::erase_if(entries_, [](const auto& each) { return each.second.expired(); });
        most_ = 2 * entries_.size() + kFewEntries;
      }
      entries_.emplace(key.number, entry);
    }
    entry->kept().attach(entry, PyArray_NBYTES(key.array()) + kEntryBytes);
  }

  // The result of an equal call, or None: then Python goes the long way.
  nb::object run(nb::handle x, nb::handle k, nb::tuple options, bool flip, nb::handle out,
                 nb::handle threads) {
    const auto found = find(CacheKey(x, k, options, flip));
    if (!found || found->call.is_none()) return nb::none();
    nb::object result = nb::inst_ptr<Call>(found->call)->run(found->plan(), x, out, threads);
    return result.is_valid() ? result : nb::none();
  }

 private:
  // What an entry takes beside its taps, and entries that are not worth tidying up.
  static constexpr int64_t kEntryBytes = 1024;
  static constexpr size_t kFewEntries = 64;

  // The entry that fits, its plan now the one used last. Of entries of one number the next is
  // looked at only where one does not fit, which is rare.
  std::shared_ptr<CacheEntry> find(const CacheKey& key) {
    if (!key.comparable) return {};
    for (size_t skipped = 0;; skipped++) {
      const auto entry = entry_of(key.number, skipped);
      if (!entry || entry->fits(key)) return entry;
    }
  }

  std::shared_ptr<CacheEntry> entry_of(uint64_t number, size_t skipped) {
    std::vector<std::shared_ptr<CacheEntry>> passed;  // let go when the lock is off
    const Budget::Lock guard = budget().lock();
    for (auto each = entries_.find(number); each != entries_.end() && each->first == number;
         ++each) {
      std::shared_ptr<CacheEntry> entry = each->second.lock();
      if (!entry) continue;
      if (passed.size() < skipped) {
        passed.push_back(std::move(entry));
        continue;
      }
      budget().use(entry->kept());
      return entry;
    }
    return {};
  }

  // Found by the keys' numbers. The plans' entries in the budget hold them.
  std::unordered_multimap<uint64_t, std::weak_ptr<CacheEntry>> entries_;
  size_t most_ = kFewEntries;
};

}  // namespace

void bind_plan_cache(nb::module_& m) {
  m.def("is_nested", [](const Ints& shape, const Ints& strides, int64_t itemsize) {
    if (shape.size() != strides.size() || shape.size() > NPY_MAXDIMS)
      refuse("shape: too many axes");
    return is_nested(int(shape.size()), shape, strides, itemsize);
  });
  nb::class_<Call>(m, "Call")
      .def(nb::init<nb::list, const Ints&, nb::handle, const Ints&, nb::handle, int64_t, nb::object,
                    nb::object, nb::object>(),
           nb::arg("steps"), nb::arg("shape"), nb::arg("dtype"), nb::arg("out_shape"),
           nb::arg("result"), nb::arg("most_threads"), nb::arg("usual"),
           nb::arg("weights") = nb::none(), nb::arg("within") = nb::none())
      .def(
          "run",
          [](const Call& call, nb::handle plan, nb::handle x, nb::handle out, nb::handle threads) {
            nb::object result = call.run(plan, x, out, threads);
            return result.is_valid() ? result : nb::none();
          },
          nb::arg("plan"), nb::arg("x").none(), nb::arg("out").none(), nb::arg("threads").none());
  nb::class_<PlanCache>(m, "PlanCache")
      .def(nb::init<>())
      .def("lookup", &PlanCache::lookup, nb::arg("x").none(), nb::arg("k").none(),
           nb::arg("options"), nb::arg("flip"))
      .def("store", &PlanCache::store, nb::arg("x"), nb::arg("k"), nb::arg("options"),
           nb::arg("flip"), nb::arg("kept"), nb::arg("call").none())
      .def("run", &PlanCache::run, nb::arg("x").none(), nb::arg("k").none(), nb::arg("options"),
           nb::arg("flip"), nb::arg("out").none(), nb::arg("threads").none());
}
