// Arrays whose rows lie across memory, as in Fortran order: samples are brought into rows once, and
// then read as often as a method likes; results are brought back once.
//
// Where they lie, each number of a row is alone in its cache line, and the line is gone before its
// others are asked for.
#pragma once

#include "kernels.hpp"

namespace iw {

class Turned {
 public:
  enum What { samples, results };

  // Where that pays and there is memory, `job` finds its samples in a copy, or writes its results
  // to one, as long as this lives. The answer is the same to the bit.
  Turned(Job& job, What what, const Kernels& kernels, const Services& services);
  ~Turned();
  Turned(const Turned&) = delete;
  Turned& operator=(const Turned&) = delete;

  // Results to where they belong.
  void bring_back() const;

 private:
  const Kernels& kernels_;
  const Services& services_;
  Turn turn_{};
  void* copy_ = nullptr;
};

}  // namespace iw
