// The axes of a job, and how arrays lie on them.
//
// Here every size is checked, so that nothing behind overflows: numbers of an axis stay below
// kFar, samples and results below kMany. What a tile takes is checked where tiles are laid
// (`Grid::cover` in parts.hpp), since each method has its own.
#pragma once

#include <cstdint>
#include <vector>

#include "buffers.hpp"

namespace iw {

using Ints = std::vector<int64_t>;

// The axes of every job of one shape, read and checked once, and how arrays lie on them. A call
// only brings buffers, which must fit.
class Geometry {
 public:
  // `numbers` holds (n, m, k, start, stride, dilation, border) of each axis; a stride between no
  // results and a dilation between no taps are taken as 1. `order` says which
  // axis of an array stands at each place; with `channels` its last entry is `inner`. The first
  // places are those of a bank, with so many kernels along them.
  // `means`: of each kernel whether its taps make means, which are held within the range of their
  // samples; or nothing.
  Geometry(const Ints& numbers, const std::vector<int>& order, bool channels, const Ints& bank,
           const std::vector<bool>& means)
      : means_(means.begin(), means.end()) {
    if (numbers.empty() || numbers.size() % 7) refuse("geometry: needs 7 numbers an axis");
    if (numbers.size() / 7 > kMaxDims) refuse("geometry: too many axes");
    job_.nd = int(numbers.size() / 7);
    for (int a = 0; a < job_.nd; a++) {
      read_axis(a, numbers.data() + 7 * a);
      const Axis& axis = job_.axis[a];
      if (!grow(taps_, axis.k, kMostTaps)) refuse("geometry: too many taps");
      if (!grow(samples_, axis.n, kMany)) refuse("geometry: too many samples");
      if (!grow(results_, axis.m, kMany)) refuse("geometry: too many results");
    }
    channels_ = channels;
    read_bank(bank);
    if (!means.empty() && int64_t(means.size()) != job_.kernels) refuse("means: one a kernel");
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

  Job job(const Array& x, const Array& out, double cval, bool add, int threads) const {
    Job job = job_;
    const int nd = job.nd, ndim = job.bank_nd + nd + int(channels_);
    if (x.ndim != ndim || out.ndim != ndim) refuse("x, out: wrong number of axes");
    check_threads(threads);
    const int* axes = order_ + job.bank_nd;
    for (int a = 0; a < job.bank_nd; a++) {
      const int i = order_[a];
      const bool same = x.shape[i] == 1;
      if ((!same && x.shape[i] != job.bank[a]) || out.shape[i] != job.bank[a])
        refuse("bank: differs");
      job.bank_x_stride[a] = same ? 0 : x.strides[i];
      job.bank_out_stride[a] = out.strides[i];
    }
    for (int a = 0; a < nd; a++) {
      const int i = axes[a];
      if (x.shape[i] != job.axis[a].n || out.shape[i] != job.axis[a].m)
        refuse("x, out: shape differs from geometry");
      job.x_stride[a] = x.strides[i];
      job.out_stride[a] = out.strides[i];
      job.axis[a].fill = filled_[a] ? cval : 0;
    }
    job.inner = 1;
    job.x_stride[nd] = x.itemsize;
    job.out_stride[nd] = out.itemsize;
    if (channels_) {
      const int i = axes[nd];
      if (x.shape[i] != out.shape[i] || x.shape[i] < 1) refuse("inner: differs");
      int64_t samples = samples_, results = results_;
      if (!grow(samples, x.shape[i], kMany) || !grow(results, x.shape[i], kMany))
        refuse("inner: too many");
      job.inner = x.shape[i];
      job.x_stride[nd] = x.strides[i];
      job.out_stride[nd] = out.strides[i];
    }
    job.x = x.data;
    job.out = out.data;
    job.x_type = x.type;
    job.out_type = out.type;
    job.add = add;
    job.threads = threads;
    const bool real = out.type == Type::f16 || out.type == Type::f32 || out.type == Type::f64;
    job.means = real && !add && !means_.empty() ? means_.data() : nullptr;
    return job;
  }

 private:
  // The border after the last: `constant` with the call's `cval` outside, not with zero.
  static constexpr int64_t kFilled = int64_t(Border::wrap) + 1;
  static constexpr int64_t kMostTaps = int64_t(1) << 40;

  // The ends of an axis, and places on it, are less far than this; all numbers of an array are
  // fewer than these, however often it repeats what it has in memory.
  static constexpr int64_t kFar = int64_t(1) << 50, kMany = int64_t(1) << 60;

  static bool grow(int64_t& product, int64_t n, int64_t most) {
    if (n > most / product) return false;
    product *= n;
    return true;
  }

  void read_bank(const Ints& bank) {
    if (bank.size() > size_t(kMaxDims)) refuse("bank: too many axes");
    job_.bank_nd = int(bank.size());
    job_.kernels = 1;
    for (int a = 0; a < job_.bank_nd; a++) {
      const int64_t n = job_.bank[a] = bank[size_t(a)];
      if (n < 1 || !grow(job_.kernels, n, kMostTaps / taps_) || !grow(results_, n, kMany))
        refuse("bank: out of range");
    }
  }

  void read_axis(int a, const int64_t* g) {
    if (g[0] < 1 || g[1] < 1 || g[2] < 1 || g[4] < 1 || g[5] < 1 || g[6] < 0 || g[6] > kFilled)
      refuse("geometry: number out of range");
    const int64_t stride = g[1] > 1 ? g[4] : 1, dilation = g[2] > 1 ? g[5] : 1;
    const __int128 reach = __int128(g[2] - 1) * dilation + 1;
    const __int128 end = __int128(g[1] - 1) * stride + g[3] + reach;
    if (reach > kFar || end > kFar || end < -kFar || g[3] > kFar || g[3] < -kFar || g[0] > kFar)
      refuse("geometry: too far");
    filled_[a] = g[6] == kFilled;
    const Border border = filled_[a] ? Border::constant : Border(g[6]);
    job_.axis[a] = {g[0], g[1], g[2], g[3], stride, dilation, border, 0};
  }

  Job job_{};
  int64_t taps_ = 1, samples_ = 1, results_ = 1;
  int order_[2 * kMaxDims + 1] = {};
  bool filled_[kMaxDims] = {};
  bool channels_ = false;
  std::vector<uint8_t> means_;
};

}  // namespace iw
