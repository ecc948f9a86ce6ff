// Arrays as Python hands them over: where they lie, and copies of the small ones.
#pragma once

#include <nanobind/nanobind.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <string>

#include "job.hpp"

namespace iw {

[[noreturn]] inline void refuse(const std::string& what) {
  throw nanobind::value_error(what.c_str());
}

inline Type compute_type(const std::string& name) {
  if (name == "float32") return Type::f32;
  if (name == "float64") return Type::f64;
  if (name == "int64") return Type::i64;
  refuse("compute: unknown type " + name);
}

// Where an array lies, whoever says so.
struct Array {
  char* data;
  int ndim;
  const Py_ssize_t *shape, *strides;  // strides in bytes
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

  Array array(const char* name) const {
    return {static_cast<char*>(buffer_.buf),
            buffer_.ndim,
            buffer_.shape,
            buffer_.strides,
            buffer_.itemsize,
            type(name)};
  }

  // As many numbers of this type, one after the other.
  void check_plain(Type wanted, int64_t count, const char* name) const {
    int64_t size = 1;
    for (int a = 0; a < buffer_.ndim; a++) size *= buffer_.shape[a];
    if (type(name) != wanted || size != count || !PyBuffer_IsContiguous(&buffer_, 'C'))
      refuse(std::string(name) + ": wrong type, size or order");
  }

  Type type(const char* name) const {
    const char* f = buffer_.format ? buffer_.format : "B";
    if (*f == '=' || *f == '@' || *f == '<') f++;
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
          default:
            return is_signed ? Type::i64 : Type::u64;
        }
      }
      if (f[0] == 'e') return Type::f16;
      if (f[0] == 'f') return Type::f32;
      if (f[0] == 'd') return Type::f64;
    }
    refuse(std::string(name) + ": no real native type: " + buffer_.format);
  }

 private:
  Py_buffer buffer_;
};

// A copy of plain numbers of the compute type, aligned for vectors.
class Numbers {
 public:
  Numbers(nanobind::handle object, Type type, int64_t count, const char* name) {
    const View view(object, false);
    view.check_plain(type, count, name);
    bytes_ = size_t(view->len);
    data_.reset(std::aligned_alloc(64, (bytes_ + 63) / 64 * 64));
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
