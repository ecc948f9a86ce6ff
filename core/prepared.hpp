// What all methods have in common once they are made ready.
#pragma once

#include "geometry.hpp"
#include "turned.hpp"
#include "unlocked.hpp"

namespace iw {

// A method made ready for one geometry and one kernel. What it holds never changes.
class Prepared {
 public:
  explicit Prepared(const Geometry& geometry) : geometry_(geometry) {}
  virtual ~Prepared() = default;
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;

  // Whose sums all methods call; told once, when the module is made.
  static inline const Kernels* kernels = nullptr;

  // True when samples were NaN or infinite and left out of the sums.
  bool run(nanobind::handle x_, nanobind::handle out_, double cval, bool add, int threads) const {
    View x(x_, false), out(out_, true);
    const Array from = x.array("x"), to = out.array("out");
    const Unlocked release;
    return run_here(from, to, cval, add, threads);
  }

  // Complex data as two planes that travel together.
  bool run_complex(nanobind::handle x_re, nanobind::handle x_im, nanobind::handle out_re,
                   nanobind::handle out_im, double cval_re, double cval_im, int threads) const {
    View re(x_re, false), im(x_im, false), to_re(out_re, true), to_im(out_im, true);
    const Array from[2] = {re.array("x"), im.array("x")};
    const Array to[2] = {to_re.array("out"), to_im.array("out")};
    const double cval[2] = {cval_re, cval_im};
    const Unlocked release;
    return run_both_here(from, to, cval, threads);
  }

  // The same without a word to Python.
  bool run_here(const Array& x, const Array& out, double cval, bool add, int threads) const {
    Job job = geometry_.job(x, out, cval, add, threads);
    const Turned samples(job, Turned::samples, *kernels, services());
    if (add || !writes_all()) return trimmed(compute(job));
    const Turned results(job, Turned::results, *kernels, services());
    const bool left_out = compute(job);
    results.bring_back();
    return trimmed(left_out);
  }

  bool run_both_here(const Array (&x)[2], const Array (&out)[2], const double (&cval)[2],
                     int threads) const {
    if (x[0].type != x[1].type || out[0].type != out[1].type) refuse("planes: types differ");
    Job jobs[2] = {geometry_.job(x[0], out[0], cval[0], false, threads),
                   geometry_.job(x[1], out[1], cval[1], false, threads)};
    const Turned re(jobs[0], Turned::samples, *kernels, services());
    const Turned im(jobs[1], Turned::samples, *kernels, services());
    const Turned to_re(jobs[0], Turned::results, *kernels, services());
    const Turned to_im(jobs[1], Turned::results, *kernels, services());
    const bool left_out = compute_both(jobs);
    to_re.bring_back();
    to_im.bring_back();
    return trimmed(left_out);
  }

  // What it holds on to, in bytes.
  virtual int64_t kept_bytes() const = 0;

 protected:
  virtual bool compute(const Job& job) const = 0;

  // Whether every result is written, and none is read.
  virtual bool writes_all() const { return true; }

  virtual bool compute_both(const Job (&)[2]) const {
    refuse("whole: this method takes real data");
  }

  // For methods that take one kernel at a time.
  void refuse_bank() const {
    if (geometry_.axes().bank_nd) refuse("bank: this method takes one kernel");
  }

  static bool trimmed(bool left_out) {
    trim_scratch();
    return left_out;
  }

  int nd() const { return geometry_.axes().nd; }
  const Axis& axis(int a) const { return geometry_.axes().axis[a]; }

  Geometry geometry_;
};

}  // namespace iw
