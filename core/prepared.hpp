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
    const Job job = geometry_.job(x.array("x"), out.array("out"), cval, add, threads);
    nanobind::gil_scoped_release release;
    return compute(job);
  }

  // The same without a word to Python.
  bool run_here(const Array& x, const Array& out, double cval, int threads) const {
    return compute(geometry_.job(x, out, cval, false, threads));
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

}  // namespace iw
