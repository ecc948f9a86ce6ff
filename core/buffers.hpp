// Arrays as Python hands them over: where they lie, and copies of the small ones.
#pragma once

#include <nanobind/nanobind.h>

#include <complex>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <type_traits>
#include <vector>

#include "job.hpp"

namespace iw {

[[noreturn]] inline void refuse(const std::string& what) {
  throw nanobind::value_error(what.c_str());
}

[[noreturn]] inline void refuse_unaligned(const std::string& name) {
  refuse(name + ": not aligned");
}

inline Type compute_type(const std::string& name) {
  if (name == "float32") return Type::f32;
  if (name == "float64") return Type::f64;
  if (name == "int64") return Type::i64;
  refuse("compute: unknown type " + name);
}

// More threads than this are nobody's wish: a number like that is a mistake.
constexpr int kMostThreads = 1024;

inline void check_threads(int threads) {
  if (threads < 1) refuse("threads: less than 1");
  if (threads > kMostThreads) refuse("threads: more than 1024");
}

// Axes of an array: those of a bank, those of the samples, and channels.
constexpr int kMostPlaces = 2 * kMaxDims + 1;

// Where an array lies, whoever says so. Lengths and steps are copies, so that it stays true when
// somebody else reshapes the array.
struct Array {
  Array(const char* name, void* where, int axes, const Py_ssize_t* lengths, const Py_ssize_t* steps,
        Py_ssize_t size, Type is)
      : data(static_cast<char*>(where)), ndim(axes), itemsize(size), type(is) {
    if (axes > kMostPlaces) refuse(std::string(name) + ": too many axes");
    const Py_ssize_t number = kBytes[int(is)];  // complex ones are two
    Py_ssize_t step = size;
    bool aligned = uintptr_t(where) % uintptr_t(number) == 0;
    for (int a = axes - 1; a >= 0; a--) {
      shape[a] = lengths[a];
      strides[a] = steps ? steps[a] : step;  // none: one after the other
      step *= lengths[a];
      aligned = aligned && (lengths[a] < 2 || strides[a] % number == 0);
    }
    if (!aligned) refuse_unaligned(name);
  }

  char* data;
  int ndim;
  Py_ssize_t shape[kMostPlaces], strides[kMostPlaces];  // strides in bytes
  Py_ssize_t itemsize;
  Type type;
};

// A buffer seen through the buffer protocol, released on leaving.
class View {
 public:
  View(nanobind::handle object, bool writable) {
    const int flags = PyBUF_STRIDES | PyBUF_FORMAT | (writable ? PyBUF_WRITABLE : 0);
    if (PyObject_GetBuffer(object.ptr(), &buffer_, flags)) throw nanobind::python_error();
  }
  ~View() { PyBuffer_Release(&buffer_); }
  View(const View&) = delete;
  View& operator=(const View&) = delete;

  const Py_buffer* operator->() const { return &buffer_; }
  const Py_buffer& operator*() const { return buffer_; }

  template <class T>
  bool holds() const {
    const std::string f = format();
    if (std::is_same_v<T, std::complex<float>>) return f == "Zf";
    if (std::is_same_v<T, std::complex<double>>) return f == "Zd";
    if (std::is_same_v<T, float>) return f == "f";
    if (std::is_same_v<T, double>) return f == "d";
    if (std::is_same_v<T, bool>) return f == "?";
    return std::is_same_v<T, int64_t> && (f == "l" || f == "q") && buffer_.itemsize == 8;
  }

  Array array(const char* name) const {
    return Array(name, buffer_.buf, buffer_.ndim, buffer_.shape, buffer_.strides, buffer_.itemsize,
                 type(name));
  }

  // As many numbers of this type, one after the other.
  void check_plain(Type wanted, int64_t count, const char* name) const {
    if (type(name) != wanted || buffer_.len / buffer_.itemsize != count ||
        !PyBuffer_IsContiguous(&buffer_, 'C'))
      refuse(std::string(name) + ": wrong type, size or order");
  }

  Type type(const char* name) const {
    const char* const f = format();
    if (f[0] && !f[1]) {
      const bool is_signed = std::strchr("bhilqn", f[0]) != nullptr;
      if (std::strchr("?BHILQNbhilqn", f[0])) {
        switch (buffer_.itemsize) {
          case 1:
            return is_signed ? Type::i8 : Type::u8;
          case 2:
            return is_signed ? Type::i16 : Type::u16;
          case 4:
            return is_signed ? Type::i32 : Type::u32;
          case 8:
            return is_signed ? Type::i64 : Type::u64;
        }
      }
      if (f[0] == 'e' && buffer_.itemsize == 2) return Type::f16;
      if (f[0] == 'f' && buffer_.itemsize == 4) return Type::f32;
      if (f[0] == 'd' && buffer_.itemsize == 8) return Type::f64;
    }
    refuse(std::string(name) + ": no real native type: " + (buffer_.format ? buffer_.format : "B"));
  }

 private:
  // Of one number; the byte order of the processor needs no sign.
  const char* format() const {
    const char* const f = buffer_.format ? buffer_.format : "B";
    return *f == '=' || *f == '@' || *f == '<' ? f + 1 : f;
  }

  Py_buffer buffer_;
};

// Numbers of one type, one after the other, that are read, or written where T is not const.
template <class T>
class Plain {
 public:
  Plain(nanobind::handle object, const char* name) : view_(object, !std::is_const_v<T>) {
    if (!view_.holds<std::remove_const_t<T>>() || !PyBuffer_IsContiguous(&*view_, 'C'))
      throw nanobind::type_error((std::string(name) + ": wrong type or order").c_str());
    if (uintptr_t(view_->buf) % alignof(T)) refuse_unaligned(name);
  }

  T* data() const { return static_cast<T*>(view_->buf); }
  size_t size() const { return size_t(view_->len / view_->itemsize); }
  size_t ndim() const { return size_t(view_->ndim); }
  size_t shape(size_t axis) const { return size_t(view_->shape[axis]); }

  // A copy, checked and used although somebody else may change the numbers meanwhile.
  std::vector<std::remove_const_t<T>> copied() const { return {data(), data() + size()}; }

 private:
  View view_;
};

// Call `work` for the first of the types whose numbers an array holds.
template <class T, class... Others, class F>
auto for_type_of(nanobind::handle object, const char* name, F&& work) {
  if (View(object, false).holds<T>()) return work.template operator()<T>();
  if constexpr (sizeof...(Others) > 0)
    return for_type_of<Others...>(object, name, work);
  else
    throw nanobind::type_error((std::string(name) + ": wrong type").c_str());
}

// A copy of plain numbers of the compute type, aligned for vectors.
class Numbers {
 public:
  Numbers(nanobind::handle object, Type type, int64_t count, const char* name) {
    const View view(object, false);
    view.check_plain(type, count, name);
    bytes_ = size_t(view->len);
    data_.reset(std::aligned_alloc(64, bytes_ / 64 * 64 + 64));
    if (!data_) throw std::bad_alloc();
    std::memcpy(data_.get(), view->buf, bytes_);
  }

  const void* get() const { return data_.get(); }
  int64_t bytes() const { return int64_t(bytes_); }

 private:
  struct Free {
    void operator()(void* p) const { std::free(p); }
  };
  std::unique_ptr<void, Free> data_;
  size_t bytes_ = 0;
};

}  // namespace iw
