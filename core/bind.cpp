// The binding: plain buffers in, plain numbers out. Friendly messages belong to Python; here every
// size is checked once more, so that no call from Python can crash the process.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "dispatch.hpp"
#include "pool.hpp"

namespace nb = nanobind;
using namespace iw;

namespace {

using Ints = std::vector<int64_t>;
using Reals = std::vector<double>;

const Kernels* kernels = nullptr;

[[noreturn]] void refuse(const std::string& what) { throw nb::value_error(what.c_str()); }

// A buffer seen through the buffer protocol, released on leaving.
class View {
 public:
  View(nb::handle object, bool writable) {
    const int flags = PyBUF_STRIDES | PyBUF_FORMAT | (writable ? PyBUF_WRITABLE : 0);
    if (PyObject_GetBuffer(object.ptr(), &buffer_, flags)) throw nb::python_error();
  }
  ~View() { PyBuffer_Release(&buffer_); }
  View(const View&) = delete;
  View& operator=(const View&) = delete;

  const Py_buffer* operator->() const { return &buffer_; }

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

Type compute_type(const std::string& name) {
  if (name == "float32") return Type::f32;
  if (name == "float64") return Type::f64;
  if (name == "int64") return Type::i64;
  refuse("compute: unknown type " + name);
}

// Fill in the axes alone: `geometry` holds (n, m, k, start, stride, dilation, border) of each.
Job make_axes(const Ints& geometry) {
  if (geometry.empty() || geometry.size() % 7) refuse("geometry: needs 7 numbers an axis");
  Job job{};
  if (geometry.size() / 7 > kMaxDims) refuse("geometry: too many axes");
  job.nd = int(geometry.size() / 7);
  job.inner = 1;
  constexpr int64_t far = int64_t(1) << 62;
  for (int a = 0; a < job.nd; a++) {
    const int64_t* g = geometry.data() + 7 * a;
    if (g[0] < 1 || g[1] < 1 || g[2] < 1 || g[4] < 1 || g[5] < 1 || g[6] < 0 || g[6] > 4)
      refuse("geometry: number out of range");
    const __int128 reach = __int128(g[2] - 1) * g[5] + 1;
    const __int128 end = __int128(g[1] - 1) * g[4] + g[3] + reach;
    if (reach > far || end > far || g[3] < -far || g[0] > far) refuse("geometry: too far");
    job.axis[a] = {g[0], g[1], g[2], g[3], g[4], g[5], Border(g[6]), 0};
  }
  return job;
}

int64_t tap_count(const Job& job) {
  __int128 count = 1;
  for (int a = 0; a < job.nd; a++) {
    count *= job.axis[a].k;
    if (count > (int64_t(1) << 40)) refuse("geometry: too many taps");
  }
  return int64_t(count);
}

// Axes of x and out before those of `geometry`: along them lie the kernels of a bank.
void add_bank(Job& job, const View& x, const View& out) {
  job.kernels = 1;
  job.bank_nd = x->ndim - job.nd - 1;
  if (job.bank_nd > kMaxDims) refuse("bank: too many axes");
  for (int a = 0; a < job.bank_nd; a++) {
    job.bank[a] = x->shape[a];
    if (out->shape[a] != job.bank[a] || job.bank[a] < 1) refuse("bank: differs, or is empty");
    if (job.kernels > (int64_t(1) << 32) / job.bank[a]) refuse("bank: too many kernels");
    job.kernels *= job.bank[a];
    job.bank_x_stride[a] = x->strides[a];
    job.bank_out_stride[a] = out->strides[a];
  }
}

Job make_job(const View& x, const View& out, const Ints& geometry, const Reals& fill, bool add,
             int threads, bool bank = false) {
  Job job = make_axes(geometry);
  if (fill.size() != size_t(job.nd)) refuse("fill: one number an axis");
  if (x->ndim <= job.nd || out->ndim != x->ndim || (!bank && x->ndim > job.nd + 1))
    refuse("x, out: wrong number of axes");
  if (threads < 1) refuse("threads: less than 1");
  add_bank(job, x, out);
  const Py_ssize_t* n = x->shape + job.bank_nd;
  const Py_ssize_t* m = out->shape + job.bank_nd;
  for (int a = 0; a < job.nd; a++)
    if (n[a] != job.axis[a].n || m[a] != job.axis[a].m)
      refuse("x, out: shape differs from geometry");
  if (n[job.nd] != m[job.nd] || n[job.nd] < 1) refuse("inner: differs");
  job.inner = n[job.nd];
  for (int a = 0; a <= job.nd; a++) {
    if (a < job.nd) job.axis[a].fill = fill[size_t(a)];
    job.x_stride[a] = x->strides[job.bank_nd + a];
    job.out_stride[a] = out->strides[job.bank_nd + a];
  }
  job.x = static_cast<const char*>(x->buf);
  job.out = static_cast<char*>(out->buf);
  job.x_type = x.type("x");
  job.out_type = out.type("out");
  job.add = add;
  job.threads = threads;
  return job;
}

void check_plain(const View& view, Type type, int64_t count, const char* name) {
  int64_t size = 1;
  for (int a = 0; a < view->ndim; a++) size *= view->shape[a];
  if (view.type(name) != type || size != count || !PyBuffer_IsContiguous(view.operator->(), 'C'))
    refuse(std::string(name) + ": wrong type, size or order");
}

void direct(nb::handle x_, nb::handle out_, nb::handle taps_, const std::string& compute,
            const Ints& geometry, const Reals& fill, bool add, int threads) {
  View x(x_, false), out(out_, true), taps(taps_, false);
  const Type type = compute_type(compute);
  const Job job = make_job(x, out, geometry, fill, add, threads, true);
  check_plain(taps, type, tap_count(job) * job.kernels, "taps");
  nb::gil_scoped_release release;
  kernels->direct(job, services(), type, taps->buf);
}

bool separable(nb::handle x_, nb::handle out_, nb::handle factors_, const Ints& tile,
               const std::string& compute, const Ints& geometry, const Reals& fill, bool add,
               int threads) {
  View x(x_, false), out(out_, true), taps(factors_, false);
  const Type type = compute_type(compute);
  const Job job = make_job(x, out, geometry, fill, add, threads);
  int64_t term = 0;
  for (int a = 0; a < job.nd; a++) term += job.axis[a].k;
  const int64_t terms = taps->ndim == 2 ? taps->shape[0] : 0;
  if (terms < 1) refuse("factors: needs (terms, taps)");
  if (tile.size() != size_t(job.nd)) refuse("tile: one length an axis");
  for (int64_t n : tile)
    if (n < 1) refuse("tile: less than 1");
  check_plain(taps, type, terms * term, "factors");
  nb::gil_scoped_release release;
  return kernels->separable(job, services(), type, Factors{terms, taps->buf, tile.data()});
}

bool running_sum(nb::handle x_, nb::handle out_, const Reals& weight, const Ints& first,
                 const Ints& length, const std::string& compute, const Ints& geometry,
                 const Reals& fill, bool add, int threads) {
  View x(x_, false), out(out_, true);
  const Type type = compute_type(compute);
  const Job job = make_job(x, out, geometry, fill, add, threads);
  if (weight.empty() || first.size() != weight.size() * size_t(job.nd) ||
      length.size() != first.size())
    refuse("boxes: sizes differ");
  for (size_t i = 0; i < first.size(); i++) {
    const Axis& axis = job.axis[i % size_t(job.nd)];
    if (axis.dilation != 1 || first[i] < 0 || length[i] < 1 || first[i] + length[i] > axis.k)
      refuse("boxes: outside the kernel");
  }
  const Boxes boxes{int64_t(weight.size()), weight.data(), first.data(), length.data()};
  nb::gil_scoped_release release;
  return kernels->running_sum(job, services(), type, boxes);
}

// A kernel's spectrum for tiles of one shape, and the geometry it was made for.
class SpectrumHandle {
 public:
  SpectrumHandle(nb::handle taps_, const std::string& compute, const Ints& geometry,
                 const Ints& tile) {
    View taps(taps_, false);
    const Type type = compute_type(compute);
    if (type == Type::i64) refuse("compute: a transform needs float32 or float64");
    axes_ = make_axes(geometry);
    check_plain(taps, type, tap_count(axes_), "taps");
    if (tile.size() != size_t(axes_.nd)) refuse("tile: one length an axis");
    __int128 size = 1;
    for (int a = 0; a < axes_.nd; a++) {
      size *= tile[a];
      const Axis& axis = axes_.axis[a];
      if (tile[a] < 1 || tile[a] < axis.reach() || size > (int64_t(1) << 36))
        refuse("tile: smaller than the kernel, or too large");
      if (axis.reach() > 1) check_length(tile[a]);
    }
    if (tile.back() % 16) refuse("tile: last length must be a multiple of 16");
    nb::gil_scoped_release release;
    spectrum_ = kernels->spectrum_new(axes_, type, taps->buf, tile.data());
    if (!spectrum_) throw std::bad_alloc();
  }
  ~SpectrumHandle() { kernels->spectrum_free(spectrum_); }
  SpectrumHandle(const SpectrumHandle&) = delete;
  SpectrumHandle& operator=(const SpectrumHandle&) = delete;

  bool run(nb::handle x_, nb::handle out_, const Ints& geometry, const Reals& fill, bool add,
           int threads) const {
    View x(x_, false), out(out_, true);
    const Job job = make_job(x, out, geometry, fill, add, threads);
    if (job.inner != 1 || job.nd != axes_.nd) refuse("inner: must be 1");
    for (int a = 0; a < job.nd; a++)
      if (job.axis[a].k != axes_.axis[a].k || job.axis[a].dilation != axes_.axis[a].dilation)
        refuse("geometry: differs from the spectrum's");
    nb::gil_scoped_release release;
    return kernels->overlap_save(job, services(), spectrum_);
  }

 private:
  static void check_length(int64_t n) {
    for (int64_t p : {2, 3, 5})
      while (n % p == 0) n /= p;
    if (n != 1) refuse("tile: lengths must be products of 2, 3 and 5");
  }

  Job axes_{};
  Spectrum* spectrum_ = nullptr;
};

}  // namespace

NB_MODULE(_core, m) {
  const char* wanted = std::getenv("INTERTWINE_ISA");
  kernels = choose_kernels(wanted ? wanted : "");
  if (!kernels) {
    const std::string text = std::string("INTERTWINE_ISA=") + wanted +
                             " is not a level that runs here. Choose one of: " + available_levels();
    throw nb::import_error(text.c_str());
  }
  m.attr("level") = kernels->name;
  m.attr("levels") = available_levels();
  m.attr("max_axes") = kMaxDims;
  m.def("direct", direct);
  m.def("separable", separable);
  m.def("running_sum", running_sum);
  nb::class_<SpectrumHandle>(m, "Spectrum")
      .def(nb::init<nb::handle, const std::string&, const Ints&, const Ints&>())
      .def("run", &SpectrumHandle::run);
}
