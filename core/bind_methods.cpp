// The binding of the methods that compute sums: each is made ready once, then takes buffers.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "dispatch.hpp"
#include "pool.hpp"
#include "prepared.hpp"

namespace nb = nanobind;
using namespace iw;

namespace {

using Reals = std::vector<double>;

class Direct : public Prepared {
 public:
  // `halvings`: 16-bit sums are times two to this power, `negative`: and may be less than zero.
  // `weights` of differences between the samples under `pairs` of taps; those of each kernel begin
  // at one of `first`.
  Direct(const Geometry& geometry, nb::handle taps, const std::string& compute, int halvings,
         bool negative, nb::handle weights, const Ints& pairs, const Ints& first)
      : Prepared(geometry),
        type_(compute == "int16" ? Type::i16 : compute_type(compute)),
        taps_(taps, type_, geometry.taps(), "taps"),
        halvings_(halvings),
        negative_(negative),
        pairs_(pairs),
        first_(first) {
    if (!first.empty()) {
      check_pairs();
      weights_.emplace(weights, type_, first.back(), "weights");
    }
    if (halvings < 0 || halvings > kMostHalvings || (halvings && type_ != Type::i16))
      refuse("halvings: 0 to 14, of sums in 16 bits");
  }

  int64_t kept_bytes() const override {
    const size_t ints = (pairs_.size() + first_.size()) * sizeof(int64_t);
    return taps_.bytes() + (weights_ ? weights_->bytes() : 0) + int64_t(ints);
  }

 private:
  void check_pairs() const {
    const Job& axes = geometry_.axes();
    if (type_ != Type::f32 && type_ != Type::f64) refuse("pairs: of sums in floating point");
    if (first_.size() != size_t(axes.kernels) + 1 || first_[0] != 0)
      refuse("first: one for each kernel, and the end");
    for (size_t i = 1; i < first_.size(); i++)
      if (first_[i] < first_[i - 1]) refuse("first: must not fall");
    if (pairs_.size() % 2 || int64_t(pairs_.size() / 2) != first_.back())
      refuse("pairs: two taps for each weight");
    const int64_t taps = geometry_.taps() / axes.kernels;
    for (int64_t tap : pairs_)
      if (tap < 0 || tap >= taps) refuse("pairs: no such tap");
  }

  // Numbers of 16 bits that have a sign keep a bit for it.
  static constexpr int kMostHalvings = 14;

  bool compute(const Job& job) const override {
    if (halvings_ && kBytes[int(job.out_type)] != 1) refuse("out: halved sums have 8 bits");
    if (halvings_) {
      Job own = job;
      own.halvings = halvings_;
      own.negative = negative_;
      kernels->direct(own, services(), type_, taps_.get(), {});
    } else {
      const Pairs pairs{weights_ ? weights_->get() : nullptr, pairs_.data(),
                        weights_ ? first_.data() : nullptr};
      kernels->direct(job, services(), type_, taps_.get(), pairs);
    }
    return false;
  }

  Type type_;
  Numbers taps_;
  int halvings_;
  bool negative_;
  Ints pairs_, first_;
  std::optional<Numbers> weights_;
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

  int64_t kept_bytes() const override { return factors_.bytes(); }

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

  int64_t kept_bytes() const override {
    return int64_t(weight_.size() * sizeof(double) + 2 * first_.size() * sizeof(int64_t));
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
      if (taps[i] < (poles ? 1 : 0) || taps[i] > axis(int(i / 2)).k)
        refuse("taps: a side with poles has taps, and no more than the kernel");
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

  int64_t kept_bytes() const override {
    size_t numbers = 0;
    for (const Reals& side : sides_) numbers += side.size();
    return int64_t(numbers * sizeof(double));
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
              const std::string& compute, int folded, int threads)
      : Prepared(geometry), complex_taps_(is_complex) {
    const Type type = compute_type(compute);
    if (type == Type::i64) refuse("compute: a transform needs float32 or float64");
    if (geometry.channels()) refuse("order: a transform takes no channels");
    const int planes = is_complex ? 2 : 1;
    check_threads(threads);
    const View plain(taps, false);
    plain.check_plain(type, planes * geometry.taps(), "taps");
    if (tile.size() != size_t(nd())) refuse("tile: one length an axis");
    int64_t size = 1;      // numbers of a tile
    __int128 samples = 1;  // behind it: what a stride drops is read too
    bool any = false;
    for (int a = 0; a < nd(); a++) {
      const int64_t length = tile[size_t(a)];
      const bool transformed = axis(a).reach() > 1;
      if (length < axis(a).reach() || length > kMostInTile / size)
        refuse("tile: smaller than the kernel, or too large");
      size *= length;
      samples *= transformed ? length : length * __int128(axis(a).stride);
      if (samples > kMostBehind) refuse("tile: too many samples behind it");
      if (transformed) check_length(length);
      any = any || transformed;
    }
    if (!any) refuse("geometry: a transform needs an axis with taps");
    if (geometry.axes().kernels > kMostBehind / size) refuse("tile: too many kernels");
    if (tile.back() % 16) refuse("tile: last length must be a multiple of 16");
    if (folded >= 0) check_folded(tile, folded, planes);
    folded_ = folded >= 0;
    Job job = geometry.axes();
    job.threads = threads;
    const Unlocked release;
    spectrum_ =
        kernels->spectrum_new(job, services(), type, planes, plain->buf, tile.data(), folded);
    if (!spectrum_) refuse("tile: lengths that no transform takes");
    trim_scratch();
  }
  ~OverlapSave() override { kernels->spectrum_free(spectrum_); }

  int64_t kept_bytes() const override { return kernels->spectrum_bytes(spectrum_); }

 protected:
  const Spectrum* spectrum() const { return spectrum_; }

 private:
  // Numbers of a tile, and of all the spectra or of all that a tile reads.
  static constexpr int64_t kMostInTile = int64_t(1) << 36, kMostBehind = int64_t(1) << 44;

  static void check_length(int64_t n) {
    for (int64_t p : {2, 3, 5})
      while (n % p == 0) n /= p;
    if (n != 1) refuse("tile: lengths must be products of 2, 3 and 5");
  }

  // Halves of an axis of one tile that covers everything; those of rows fill vectors.
  void check_folded(const Ints& tile, int folded, int planes) const {
    if (folded >= nd() || axis(folded).reach() == 1 || axis(folded).stride != 1)
      refuse("folded: no such axis, or not one to fold");
    const int unit = folded == nd() - 1 ? 32 : 2;
    if (planes != 1 || tile[size_t(folded)] % unit)
      refuse("folded: complex taps, or a length that is no multiple of " + std::to_string(unit));
    for (int a = 0; a < nd(); a++) {
      const int64_t reach = axis(a).reach(), length = tile[size_t(a)];
      const int64_t outputs = reach > 1 ? (length - reach) / axis(a).stride + 1 : length;
      if (outputs < axis(a).m) refuse("folded: more than one tile");
    }
  }

  bool compute(const Job& job) const override {
    if (complex_taps_) refuse("taps: complex ones take both planes of the data");
    return kernels->overlap_save(&job, false, services(), spectrum_, {});
  }

  bool compute_both(const Job (&jobs)[2]) const override {
    if (folded_) refuse("folded: takes real data");
    return kernels->overlap_save(jobs, true, services(), spectrum_, {});
  }

  Spectrum* spectrum_ = nullptr;
  bool folded_ = false, complex_taps_;
};

// Exact sums of integers that are cut in two halves (halves.hpp).
class Halves : public OverlapSave {
 public:
  Halves(const Geometry& geometry, nb::handle taps, const Ints& tile, int bits, int place,
         int threads)
      : OverlapSave(geometry, taps, false, tile, "float64", -1, threads), cut_{bits, place} {
    if (bits < 1 || bits > 52) refuse("bits: the low half has 1 to 52");
    if (place < 0 || place > 63) refuse("place: 0 to 63 bits from the last");
  }

 private:
  bool compute(const Job& job) const override {
    if (job.x_type == Type::f16 || job.x_type == Type::f32 || job.x_type == Type::f64)
      refuse("x: only integers are cut");
    if (job.out_type != Type::i64 && job.out_type != Type::u64)
      refuse("out: must be 64-bit integers");
    const Job jobs[2] = {job, job};
    return kernels->overlap_save(jobs, true, services(), spectrum(), cut_);
  }

  bool compute_both(const Job (&)[2]) const override { refuse("whole: takes real data"); }

  Cut cut_;
};

// What was left out of sums, in the place of their results, or added to them; true: infinities
// still have to be.
class Missing : public Prepared {
 public:
  Missing(const Geometry& geometry, bool positive) : Prepared(geometry), positive_(positive) {}

  int64_t kept_bytes() const override { return 0; }

 private:
  bool compute(const Job& job) const override {
    const auto real = [](Type type) {
      return type == Type::f16 || type == Type::f32 || type == Type::f64;
    };
    // Samples may be integers: what lies outside them need not be finite.
    if (!real(job.out_type)) refuse("out: integers hold no NaN");
    return kernels->missing(job, services(), positive_);
  }

  bool writes_all() const override { return false; }

  bool positive_;
};

// Means held within the range of all samples, or of those that are finite, and of what is said to
// lie outside them.
class Within : public Prepared {
 public:
  Within(const Geometry& geometry, const Reals& outside, bool finite)
      : Prepared(geometry), finite_(finite) {
    for (double value : outside) outside_.take(value);
  }

  int64_t kept_bytes() const override { return 0; }

 private:
  bool compute(const Job& job) const override {
    kernels->within(job, services(), outside_, finite_);
    return false;
  }

  bool writes_all() const override { return false; }

  Span outside_;
  bool finite_;
};

}  // namespace

void bind_methods(nb::module_& m, const Kernels* chosen) {
  Prepared::kernels = chosen;
  nb::class_<Geometry>(m, "Geometry")
      .def(nb::init<const Ints&, const std::vector<int>&, bool, const Ints&,
                    const std::vector<bool>&>(),
           nb::arg("numbers"), nb::arg("order"), nb::arg("channels"), nb::arg("bank") = Ints{},
           nb::arg("means") = std::vector<bool>{});
  nb::class_<Prepared>(m, "Prepared")
      .def("run", &Prepared::run)
      .def("run_complex", &Prepared::run_complex)
      .def_prop_ro("kept_bytes", &Prepared::kept_bytes);
  nb::class_<Direct, Prepared>(m, "Direct")
      .def(nb::init<const Geometry&, nb::handle, const std::string&, int, bool, nb::handle,
                    const Ints&, const Ints&>(),
           nb::arg("geometry"), nb::arg("taps"), nb::arg("compute"), nb::arg("halvings") = 0,
           nb::arg("negative") = false, nb::arg("weights") = nb::none(), nb::arg("pairs") = Ints(),
           nb::arg("first") = Ints());
  nb::class_<Separable, Prepared>(m, "Separable")
      .def(nb::init<const Geometry&, nb::handle, const Ints&, int64_t, const std::string&>());
  nb::class_<RunningSum, Prepared>(m, "RunningSum")
      .def(nb::init<const Geometry&, const Reals&, const Ints&, const Ints&, const std::string&>());
  nb::class_<Recursive, Prepared>(m, "Recursive")
      .def(nb::init<const Geometry&, const std::vector<int>&, const std::vector<Reals>&,
                    const Ints&, const std::vector<bool>&, const std::string&>());
  nb::class_<Missing, Prepared>(m, "Missing").def(nb::init<const Geometry&, bool>());
  nb::class_<Within, Prepared>(m, "Within").def(nb::init<const Geometry&, const Reals&, bool>());
  nb::class_<OverlapSave, Prepared>(m, "OverlapSave")
      .def(
          nb::init<const Geometry&, nb::handle, bool, const Ints&, const std::string&, int, int>());
  nb::class_<Halves, OverlapSave>(m, "Halves")
      .def(nb::init<const Geometry&, nb::handle, const Ints&, int, int, int>());
}
