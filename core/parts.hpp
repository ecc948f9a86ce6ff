// A job in parts: the kernels of a bank one by one, and the tiles of an output.
#pragma once

#include <new>

#include "job.hpp"
#include "vec.hpp"

namespace {

using iw::Axis;
using iw::Job;
using iw::kMaxDims;

// How many kernels of a bank meet the same samples: they make a group.
IW_INLINE int64_t group_size(const Job& job) {
  int64_t count = 1;
  for (int a = 0; a < job.bank_nd; a++)
    if (job.bank_x_stride[a] == 0) count *= job.bank[a];
  return count;
}

// The number in the bank of the i-th kernel of a group.
IW_INLINE int64_t kernel_of_group(const Job& job, int64_t group, int64_t i) {
  int64_t kernel = 0, unit = 1;
  for (int a = job.bank_nd - 1; a >= 0; a--) {
    int64_t& rest = job.bank_x_stride[a] == 0 ? i : group;
    kernel += rest % job.bank[a] * unit;
    rest /= job.bank[a];
    unit *= job.bank[a];
  }
  return kernel;
}

// The job of one kernel of a bank.
IW_INLINE Job job_of_kernel(const Job& job, int64_t kernel) {
  Job own = job;
  for (int a = job.bank_nd - 1; a >= 0; a--) {
    const int64_t i = kernel % job.bank[a];
    own.x += i * job.bank_x_stride[a];
    own.out += i * job.bank_out_stride[a];
    kernel /= job.bank[a];
  }
  return own;
}

// As many as `most` of n in each part, all parts alike.
IW_INLINE int64_t even(int64_t n, int64_t most) {
  const int64_t parts = (n + most - 1) / most;
  return parts ? (n + parts - 1) / parts : 1;
}

// More samples behind a tile, or more room for them, than any machine has: all that is worked out
// from a smaller number, in bytes and rounded up to whole vectors, fits 64 bits.
constexpr int64_t kMostSamples = int64_t(1) << 44;

// So many times as many, where that is not too many.
IW_INLINE int64_t room_for(int64_t count, int64_t times) {
  if (count > kMostSamples / times) throw std::bad_alloc();
  return count * times;
}

// A grid of boxes that covers the output.
struct Grid {
  int nd;
  int64_t size[kMaxDims], count[kMaxDims], total;

  void cover(const Job& job) {
    nd = job.nd;
    total = 1;
    int64_t samples = job.inner;
    for (int a = 0; a < nd; a++) {
      const Axis& axis = job.axis[a];
      const int64_t longest = least(size[a], axis.m);
      count[a] = (axis.m - 1) / size[a] + 1;
      total *= count[a];
      samples = room_for(samples, (longest - 1) * axis.stride + axis.reach());
    }
  }
  void box(const Job& job, int64_t i, int64_t* lo, int64_t* len) const {
    for (int a = nd - 1; a >= 0; a--) {
      lo[a] = i % count[a] * size[a];
      len[a] = least(size[a], job.axis[a].m - lo[a]);
      i /= count[a];
    }
  }
};

}  // namespace
