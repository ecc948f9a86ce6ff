// What all methods have in common once they are made ready.
#pragma once

#include "geometry.hpp"

namespace iw {

// A method made ready for one geometry and one kernel. What it holds never changes.
class Prepared {
 public:
  explicit Prepared(const Geometry& geometry) : geometry_(geometry) {}
  virtual ~Prepared() = default;
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;

  // True when samples were NaN or infinite and left out of the sums.
  bool run(nanobind::handle x_, nanobind::handle out_, double cval, bool add, int threads) const {
    View x(x_, false), out(out_, true);
    const Array from = x.array("x"), to = out.array("out");
    nanobind::gil_scoped_release release;
    return run_here(from, to, cval, add, threads);
  }

  // Complex data as two planes that travel together.
  bool run_complex(nanobind::handle x_re, nanobind::handle x_im, nanobind::handle out_re,
                   nanobind::handle out_im, double cval_re, double cval_im, int threads) const {
    View re(x_re, false), im(x_im, false), to_re(out_re, true), to_im(out_im, true);
    const Array from[2] = {re.array("x"), im.array("x")};
    const Array to[2] = {to_re.array("out"), to_im.array("out")};
    const double cval[2] = {cval_re, cval_im};
    nanobind::gil_scoped_release release;
    return run_both_here(from, to, cval, threads);
  }

  // The same without a word to Python.
  bool run_here(const Array& x, const Array& out, double cval, bool add, int threads) const {
    return compute(geometry_.job(x, out, cval, add, threads));
  }

  bool run_both_here(const Array (&x)[2], const Array (&out)[2], const double (&cval)[2],
                     int threads) const {
    const Job jobs[2] = {geometry_.job(x[0], out[0], cval[0], false, threads),
                         geometry_.job(x[1], out[1], cval[1], false, threads)};
    return compute_both(jobs);
  }

 protected:
  virtual bool compute(const Job& job) const = 0;
  virtual bool compute_both(const Job (&)[2]) const {
    refuse("whole: this method takes real data");
  }

  // For methods that take one kernel at a time.
  void refuse_bank() const {
    if (geometry_.axes().bank_nd) refuse("bank: this method takes one kernel");
  }

  int nd() const { return geometry_.axes().nd; }
  const Axis& axis(int a) const { return geometry_.axes().axis[a]; }

  Geometry geometry_;
};

}  // namespace iw
