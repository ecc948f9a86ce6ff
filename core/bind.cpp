// The binding: plain buffers in, plain numbers out. Friendly messages belong to Python; here every
// size is checked once more, so that no call from Python can crash the process.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
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

// The axes of every job of one shape, read and checked once, and how arrays lie on them. A call
// only brings buffers, which must fit.
class Geometry {
 public:
  // `numbers` holds (n, m, k, start, stride, dilation, border) of each axis. `order` says which
  // axis of an array stands at each place; with `channels` its last entry is `inner`. The first
  // places are those of a bank, with so many kernels along them.
  Geometry(const Ints& numbers, const std::vector<int>& order, bool channels, const Ints& bank) {
    if (numbers.empty() || numbers.size() % 7) refuse("geometry: needs 7 numbers an axis");
    if (numbers.size() / 7 > kMaxDims) refuse("geometry: too many axes");
    job_.nd = int(numbers.size() / 7);
    for (int a = 0; a < job_.nd; a++) {
      read_axis(a, numbers.data() + 7 * a);
      if (__int128(taps_) * job_.axis[a].k > kMostTaps) refuse("geometry: too many taps");
      taps_ *= job_.axis[a].k;
    }
    channels_ = channels;
    read_bank(bank);
    const int places = job_.bank_nd + job_.nd + int(channels);
    if (order.size() != size_t(places)) refuse("order: needs one place an axis");
    bool seen[2 * kMaxDims + 1] = {};
    for (int i = 0; i < places; i++) {
      if (order[size_t(i)] < 0 || order[size_t(i)] >= places || seen[order[size_t(i)]])
        refuse("order: no permutation");
      seen[order[size_t(i)]] = true;
      order_[i] = order[size_t(i)];
    }
  }

  const Job& axes() const { return job_; }

  // Taps of all kernels.
  int64_t taps() const { return taps_ * job_.kernels; }
  bool channels() const { return channels_; }

  Job job(const View& x, const View& out, double cval, bool add, int threads) const {
    Job job = job_;
    const int nd = job.nd, ndim = job.bank_nd + nd + int(channels_);
    if (x->ndim != ndim || out->ndim != ndim) refuse("x, out: wrong number of axes");
    if (threads < 1) refuse("threads: less than 1");
    const int* axes = order_ + job.bank_nd;
    for (int a = 0; a < job.bank_nd; a++) {
      const int i = order_[a];
      const bool same = x->shape[i] == 1;
      if ((!same && x->shape[i] != job.bank[a]) || out->shape[i] != job.bank[a])
        refuse("bank: differs");
      job.bank_x_stride[a] = same ? 0 : x->strides[i];
      job.bank_out_stride[a] = out->strides[i];
    }
    for (int a = 0; a < nd; a++) {
      const int i = axes[a];
      if (x->shape[i] != job.axis[a].n || out->shape[i] != job.axis[a].m)
        refuse("x, out: shape differs from geometry");
      job.x_stride[a] = x->strides[i];
      job.out_stride[a] = out->strides[i];
      job.axis[a].fill = filled_[a] ? cval : 0;
    }
    job.inner = 1;
    job.x_stride[nd] = x->itemsize;
    job.out_stride[nd] = out->itemsize;
    if (channels_) {
      const int i = axes[nd];
      if (x->shape[i] != out->shape[i] || x->shape[i] < 1) refuse("inner: differs");
      job.inner = x->shape[i];
      job.x_stride[nd] = x->strides[i];
      job.out_stride[nd] = out->strides[i];
    }
    job.x = static_cast<const char*>(x->buf);
    job.out = static_cast<char*>(out->buf);
    job.x_type = x.type("x");
    job.out_type = out.type("out");
    job.add = add;
    job.threads = threads;
    return job;
  }

 private:
  // The border after the last: `constant` with the call's `cval` outside, not with zero.
  static constexpr int64_t kFilled = int64_t(Border::wrap) + 1;
  static constexpr int64_t kMostTaps = int64_t(1) << 40;

  void read_bank(const Ints& bank) {
    if (bank.size() > size_t(kMaxDims)) refuse("bank: too many axes");
    job_.bank_nd = int(bank.size());
    job_.kernels = 1;
    for (int a = 0; a < job_.bank_nd; a++) {
      const int64_t n = job_.bank[a] = bank[size_t(a)];
      if (n < 1 || __int128(taps_) * job_.kernels * n > kMostTaps) refuse("bank: out of range");
      job_.kernels *= n;
    }
  }

  void read_axis(int a, const int64_t* g) {
    if (g[0] < 1 || g[1] < 1 || g[2] < 1 || g[4] < 1 || g[5] < 1 || g[6] < 0 || g[6] > kFilled)
      refuse("geometry: number out of range");
    constexpr int64_t far = int64_t(1) << 62;
    const __int128 reach = __int128(g[2] - 1) * g[5] + 1;
    const __int128 end = __int128(g[1] - 1) * g[4] + g[3] + reach;
    if (reach > far || end > far || g[3] < -far || g[0] > far) refuse("geometry: too far");
    filled_[a] = g[6] == kFilled;
    const Border border = filled_[a] ? Border::constant : Border(g[6]);
    job_.axis[a] = {g[0], g[1], g[2], g[3], g[4], g[5], border, 0};
  }

  Job job_{};
  int64_t taps_ = 1;
  int order_[2 * kMaxDims + 1] = {};
  bool filled_[kMaxDims] = {};
  bool channels_ = false;
};

// A method made ready for one geometry and one kernel. What it holds never changes.
class Prepared {
 public:
  explicit Prepared(const Geometry& geometry) : geometry_(geometry) {}
  virtual ~Prepared() = default;
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;

  // True when samples were NaN or infinite and left out of the sums.
  bool run(nb::handle x_, nb::handle out_, double cval, bool add, int threads) const {
    View x(x_, false), out(out_, true);
    const Job job = geometry_.job(x, out, cval, add, threads);
    nb::gil_scoped_release release;
    return compute(job);
  }

 protected:
  virtual bool compute(const Job& job) const = 0;

  // For methods that take one kernel at a time.
  void refuse_bank() const {
    if (geometry_.axes().bank_nd) refuse("bank: this method takes one kernel");
  }

  int nd() const { return geometry_.axes().nd; }
  const Axis& axis(int a) const { return geometry_.axes().axis[a]; }

  Geometry geometry_;
};

// A copy of plain numbers of the compute type, aligned for vectors.
class Numbers {
 public:
  Numbers(nb::handle object, Type type, int64_t count, const char* name) {
    const View view(object, false);
    int64_t size = 1;
    for (int a = 0; a < view->ndim; a++) size *= view->shape[a];
    if (view.type(name) != type || size != count || !PyBuffer_IsContiguous(view.operator->(), 'C'))
      refuse(std::string(name) + ": wrong type, size or order");
    const size_t bytes = size_t(view->len);
    data_.reset(std::aligned_alloc(64, (bytes + 63) / 64 * 64));
    if (!data_) throw std::bad_alloc();
    std::memcpy(data_.get(), view->buf, bytes);
  }

  const void* get() const { return data_.get(); }

 private:
  struct Free {
    void operator()(void* p) const { std::free(p); }
  };
  std::unique_ptr<void, Free> data_;
};

class Direct : public Prepared {
 public:
  Direct(const Geometry& geometry, nb::handle taps, const std::string& compute)
      : Prepared(geometry),
        type_(compute_type(compute)),
        taps_(taps, type_, geometry.taps(), "taps") {}

 private:
  bool compute(const Job& job) const override {
    kernels->direct(job, services(), type_, taps_.get());
    return false;
  }

  Type type_;
  Numbers taps_;
};

class Separable : public Prepared {
 public:
  // `batch`: planes filtered at a time while a tile slides.
  Separable(const Geometry& geometry, nb::handle factors, const Ints& tile, int64_t batch,
            const std::string& compute)
      : Prepared(geometry),
        type_(compute_type(compute)),
        terms_(count_terms(factors)),
        factors_(factors, type_, terms_ * term_size(), "factors"),
        tile_(tile),
        batch_(batch) {
    refuse_bank();
    if (tile.size() != size_t(nd())) refuse("tile: one length an axis");
    for (int64_t n : tile)
      if (n < 1 || batch < 1) refuse("tile: less than 1");
    if (nd() < 2) refuse("geometry: needs two axes");
  }

 private:
  static int64_t count_terms(nb::handle factors) {
    const View view(factors, false);
    const int64_t terms = view->ndim == 2 ? view->shape[0] : 0;
    if (terms < 1) refuse("factors: needs (terms, taps)");
    return terms;
  }

  int64_t term_size() const {
    int64_t size = 0;
    for (int a = 0; a < nd(); a++) size += axis(a).k;
    return size;
  }

  bool compute(const Job& job) const override {
    return kernels->separable(job, services(), type_,
                              Factors{terms_, factors_.get(), tile_.data(), batch_});
  }

  Type type_;
  int64_t terms_;
  Numbers factors_;
  Ints tile_;
  int64_t batch_;
};

class RunningSum : public Prepared {
 public:
  RunningSum(const Geometry& geometry, const Reals& weight, const Ints& first, const Ints& length,
             const std::string& compute)
      : Prepared(geometry),
        type_(compute_type(compute)),
        weight_(weight),
        first_(first),
        length_(length) {
    refuse_bank();
    if (weight.empty() || first.size() != weight.size() * size_t(nd()) ||
        length.size() != first.size())
      refuse("boxes: sizes differ");
    for (size_t i = 0; i < first.size(); i++) {
      const Axis& a = axis(int(i % size_t(nd())));
      if (a.dilation != 1 || first[i] < 0 || length[i] < 1 || first[i] > a.k - length[i])
        refuse("boxes: outside the kernel");
    }
  }

 private:
  bool compute(const Job& job) const override {
    return kernels->running_sum(
        job, services(), type_,
        Boxes{int64_t(weight_.size()), weight_.data(), first_.data(), length_.data()});
  }

  Type type_;
  Reals weight_;
  Ints first_, length_;
};

class Recursive : public Prepared {
 public:
  // `order`: the axes that are filtered. For each axis of the geometry two `sides`, of six numbers
  // a pole; `taps` and `ends` of each side.
  Recursive(const Geometry& geometry, const std::vector<int>& order,
            const std::vector<Reals>& sides, const Ints& taps, const std::vector<bool>& ends,
            const std::string& compute)
      : Prepared(geometry), type_(compute_type(compute)), sides_(sides) {
    refuse_bank();
    if (type_ == Type::i64) refuse("compute: recursions need float32 or float64");
    if (geometry.channels()) refuse("order: recursions take no channels");
    const size_t count = 2 * size_t(nd());
    if (sides.size() != count || taps.size() != count || ends.size() != count)
      refuse("sides: two an axis");
    for (size_t i = 0; i < count; i++) {
      const size_t poles = sides_[i].size() / kPoleNumbers;
      if (sides_[i].size() % kPoleNumbers || poles > kMostPoles) refuse("sides: 6 numbers a pole");
      if (taps[i] < (poles ? 1 : 0)) refuse("taps: a side with poles has taps");
      recursion_.side[i] = {int64_t(poles), sides_[i].data(), taps[i], ends[i]};
    }
    for (int a = 0; a < nd(); a++) {
      const Axis& ax = axis(a);
      const bool filtered = std::count(order.begin(), order.end(), a) == 1;
      if (taps[2 * size_t(a)] + taps[2 * size_t(a) + 1] != ax.k || taps[2 * size_t(a)] < 1)
        refuse("taps: do not add up to the kernel");
      if (ax.stride != 1 || ax.dilation != 1) refuse("geometry: stride and dilation must be 1");
      if (!filtered && (ax.k != 1 || ax.n != ax.m || ax.start != 0))
        refuse("order: leaves out an axis");
      if (ax.n != ax.m) refuse("geometry: lengths differ");
    }
    for (int a : order)
      if (a < 0 || a >= nd() || std::count(order.begin(), order.end(), a) != 1)
        refuse("order: no axes");
    recursion_.count = int(order.size());
    std::copy(order.begin(), order.end(), recursion_.axis);
    if (order.empty()) refuse("order: no axes");
  }

 private:
  static constexpr size_t kPoleNumbers = 6, kMostPoles = 8;

  bool compute(const Job& job) const override {
    if (job.out_type != type_ || job.add) refuse("out: must be of the compute type, and new");
    return kernels->recursive(job, services(), type_, recursion_);
  }

  Type type_;
  std::vector<Reals> sides_;
  Recursion recursion_{};
};

class OverlapSave : public Prepared {
 public:
  // Taps of a complex kernel are two planes, one after the other; kernel after kernel.
  OverlapSave(const Geometry& geometry, nb::handle taps, bool is_complex, const Ints& tile,
              const std::string& compute, int folded)
      : Prepared(geometry) {
    const Type type = compute_type(compute);
    if (type == Type::i64) refuse("compute: a transform needs float32 or float64");
    if (geometry.channels()) refuse("order: a transform takes no channels");
    const int planes = is_complex ? 2 : 1;
    const Numbers plain(taps, type, planes * geometry.taps(), "taps");
    if (tile.size() != size_t(nd())) refuse("tile: one length an axis");
    __int128 size = 1;
    for (int a = 0; a < nd(); a++) {
      size *= tile[size_t(a)];
      if (tile[size_t(a)] < 1 || tile[size_t(a)] < axis(a).reach() || size > (int64_t(1) << 36))
        refuse("tile: smaller than the kernel, or too large");
      if (axis(a).reach() > 1) check_length(tile[size_t(a)]);
    }
    if (tile.back() % 16) refuse("tile: last length must be a multiple of 16");
    if (folded >= 0) check_folded(tile, folded, planes);
    folded_ = folded >= 0;
    nb::gil_scoped_release release;
    spectrum_ =
        kernels->spectrum_new(geometry.axes(), type, planes, plain.get(), tile.data(), folded);
    if (!spectrum_) throw std::bad_alloc();
    kept_bytes_ = geometry.axes().kernels * int64_t(size) * (type == Type::f32 ? 8 : 16);
    if (folded_) kept_bytes_ /= 2;
  }
  ~OverlapSave() override { kernels->spectrum_free(spectrum_); }

  int64_t kept_bytes() const { return kept_bytes_; }

  // Complex data as two planes: they travel together.
  bool run_complex(nb::handle x_re, nb::handle x_im, nb::handle out_re, nb::handle out_im,
                   double cval_re, double cval_im, int threads) const {
    if (folded_) refuse("folded: takes real data");
    View re(x_re, false), im(x_im, false), to_re(out_re, true), to_im(out_im, true);
    const Job jobs[2] = {geometry_.job(re, to_re, cval_re, false, threads),
                         geometry_.job(im, to_im, cval_im, false, threads)};
    nb::gil_scoped_release release;
    return kernels->overlap_save(jobs, true, services(), spectrum_);
  }

 private:
  static void check_length(int64_t n) {
    for (int64_t p : {2, 3, 5})
      while (n % p == 0) n /= p;
    if (n != 1) refuse("tile: lengths must be products of 2, 3 and 5");
  }

  // Halves of an axis before the last, of one tile that covers everything.
  void check_folded(const Ints& tile, int folded, int planes) const {
    if (folded >= nd() - 1 || axis(folded).reach() == 1 || axis(folded).stride != 1)
      refuse("folded: no such axis, or not one to fold");
    if (planes != 1 || tile[size_t(folded)] % 2) refuse("folded: complex taps, or an odd length");
    for (int a = 0; a < nd(); a++) {
      const int64_t reach = axis(a).reach(), length = tile[size_t(a)];
      const int64_t outputs = reach > 1 ? (length - reach) / axis(a).stride + 1 : length;
      if (outputs < axis(a).m) refuse("folded: more than one tile");
    }
  }

  bool compute(const Job& job) const override {
    return kernels->overlap_save(&job, false, services(), spectrum_);
  }

  Spectrum* spectrum_ = nullptr;
  int64_t kept_bytes_ = 0;
  bool folded_ = false;
};

// A kernel's taps as chances, made ready for one geometry.
class Sampler {
 public:
  // `tile`: outputs of one tile along each axis; the answer does not depend on it. `parts`: for
  // each where its taps lie, their chances, the last random word that draws each, and a scale.
  Sampler(const Geometry& geometry, const Ints& tile, const nb::list& parts)
      : geometry_(geometry), tile_(tile) {
    if (tile.size() != size_t(geometry.axes().nd)) refuse("tile: one length an axis");
    if (geometry.axes().bank_nd) refuse("bank: needs one kernel");
    for (int a = 0; a < geometry.axes().nd; a++) {
      const Axis& axis = geometry.axes().axis[a];
      if (tile[size_t(a)] < 1) refuse("tile: less than 1");
      if (axis.stride != 1 || axis.dilation != 1) refuse("geometry: stride or dilation");
      tiles_ *= (axis.m - 1) / tile[size_t(a)] + 1;
    }
    if (parts.size() < 1 || parts.size() > 2) refuse("parts: needs 1 or 2");
    parts_.reserve(2);
    for (nb::handle each : parts) {
      const auto part = nb::cast<nb::tuple>(each);
      if (part.size() != 4) refuse("part: needs 4 entries");
      add_part(part[0], part[1], part[2], nb::cast<double>(part[3]));
    }
  }
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;

  int64_t tiles() const { return tiles_; }

  // Tiles `first` to `first + count - 1` of the mean of so many draws.
  void draw(nb::handle x, nb::handle out, double cval, uint64_t seed, int64_t draws, bool together,
            int64_t first, int64_t count, int threads) const {
    if (draws < 1 || draws > UINT32_MAX) refuse("draws: out of range");
    run(kernels->sample, x, out, cval, {seed, draws, together, first, count}, threads);
  }

  void variance(nb::handle x, nb::handle out, double cval, int64_t first, int64_t count,
                int threads) const {
    run(kernels->variance, x, out, cval, {0, 1, false, first, count}, threads);
  }

 private:
  void add_part(nb::handle tap, nb::handle chance, nb::handle last, double scale) {
    const int64_t taps = View(tap, false)->len / 8;
    Part part{Numbers(tap, Type::i64, taps, "tap"),
              Numbers(chance, Type::f64, taps, "chance"),
              Numbers(last, Type::u32, taps, "last"),
              {},
              taps,
              31,
              scale};
    const auto* place = static_cast<const int64_t*>(part.tap.get());
    const auto* end = static_cast<const uint32_t*>(part.last.get());
    for (int64_t j = 0; j < taps; j++)
      if (place[j] < 0 || place[j] >= geometry_.taps() || (j && end[j] < end[j - 1]))
        refuse("part: out of range");
    if (taps < 1 || taps > UINT32_MAX || end[taps - 1] != UINT32_MAX) refuse("part: no end");
    while (part.shift > 12 && (int64_t(1) << (32 - part.shift)) < 2 * taps) part.shift--;
    part.guide.resize(size_t(1) << (32 - part.shift));
    uint32_t j = 0;
    for (size_t t = 0; t < part.guide.size(); t++) {
      while (end[j] < uint32_t(t << part.shift)) j++;
      part.guide[t] = j;
    }
    parts_.push_back(std::move(part));
  }

  struct Part {
    Numbers tap, chance, last;
    std::vector<uint32_t> guide;
    int64_t taps;
    int shift;
    double scale;
  };
  struct Call {
    uint64_t seed;
    int64_t draws;
    bool together;
    int64_t first, count;
  };

  void run(void (*work)(const Job&, const Services&, const Chances&), nb::handle x_,
           nb::handle out_, double cval, const Call& call, int threads) const {
    if (call.first < 0 || call.count < 0 || call.first > tiles_ - call.count)
      refuse("tiles: out of range");
    View x(x_, false), out(out_, true);
    const Job job = geometry_.job(x, out, cval, false, threads);
    Chances chances{int(parts_.size()), {},        tile_.data(), call.first,
                    call.count,         call.seed, call.draws,   call.together};
    for (size_t p = 0; p < parts_.size(); p++) {
      const Part& part = parts_[p];
      chances.part[p] = {part.taps,
                         static_cast<const int64_t*>(part.tap.get()),
                         static_cast<const double*>(part.chance.get()),
                         static_cast<const uint32_t*>(part.last.get()),
                         part.guide.data(),
                         part.shift,
                         part.scale};
    }
    nb::gil_scoped_release release;
    work(job, services(), chances);
  }

  Geometry geometry_;
  Ints tile_;
  std::vector<Part> parts_;
  int64_t tiles_ = 1;
};

}  // namespace

void bind_random(nb::module_& m);                         // bind_random.cpp
void bind_scores(nb::module_& m, const Kernels* chosen);  // bind_scores.cpp

NB_MODULE(_core, m) {
  // Plans may live until the process ends, in the cache of plans or wherever a program keeps them.
  nb::set_leak_warnings(false);
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
  nb::class_<Geometry>(m, "Geometry")
      .def(nb::init<const Ints&, const std::vector<int>&, bool, const Ints&>(), nb::arg("numbers"),
           nb::arg("order"), nb::arg("channels"), nb::arg("bank") = Ints{});
  nb::class_<Prepared>(m, "Prepared").def("run", &Prepared::run);
  nb::class_<Direct, Prepared>(m, "Direct")
      .def(nb::init<const Geometry&, nb::handle, const std::string&>());
  nb::class_<Separable, Prepared>(m, "Separable")
      .def(nb::init<const Geometry&, nb::handle, const Ints&, int64_t, const std::string&>());
  nb::class_<RunningSum, Prepared>(m, "RunningSum")
      .def(nb::init<const Geometry&, const Reals&, const Ints&, const Ints&, const std::string&>());
  nb::class_<Recursive, Prepared>(m, "Recursive")
      .def(nb::init<const Geometry&, const std::vector<int>&, const std::vector<Reals>&,
                    const Ints&, const std::vector<bool>&, const std::string&>());
  nb::class_<OverlapSave, Prepared>(m, "OverlapSave")
      .def(nb::init<const Geometry&, nb::handle, bool, const Ints&, const std::string&, int>())
      .def("run_complex", &OverlapSave::run_complex)
      .def_prop_ro("kept_bytes", &OverlapSave::kept_bytes);
  nb::class_<Sampler>(m, "Sampler")
      .def(nb::init<const Geometry&, const Ints&, const nb::list&>())
      .def("draw", &Sampler::draw)
      .def("variance", &Sampler::variance)
      .def_prop_ro("tiles", &Sampler::tiles);
  bind_random(m);
  bind_scores(m, kernels);
}
