// The only shape of work that the core knows: a correlation of real numbers over boxes.
//
//   out[n] (+)= sum_j taps[j] * x[n * stride + start + j * dilation]      on each axis
//
// The last array axis is `inner`: a few interleaved channels (1 when there are none) that are
// never filtered; with an inner axis of c the samples along the last filtered axis lie c apart.
//
// A bank is many such jobs at once: kernels of one geometry, each with its own results and with
// samples of its own or the same as others (a stride of 0).
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace iw {

constexpr int kMaxDims = 16;

enum class Type : int { u8, i8, u16, i16, u32, i32, u64, i64, f16, f32, f64 };
constexpr int kBytes[] = {1, 1, 2, 2, 4, 4, 8, 8, 2, 4, 8};  // of a number of each type
enum class Border : int { constant, nearest, symmetric, mirror, wrap };

struct Axis {
  int64_t n, m;  // samples in, samples out
  int64_t k;     // taps
  int64_t start, stride, dilation;
  Border border;
  double fill;  // what lies outside when the border is `constant`

  int64_t reach() const { return (k - 1) * dilation + 1; }
};

struct Job {
  int nd;  // axes, `inner` not counted
  Axis axis[kMaxDims];
  int64_t inner;
  const char* x;
  char* out;
  int64_t x_stride[kMaxDims + 1];    // bytes; entry nd belongs to `inner`
  int64_t out_stride[kMaxDims + 1];  // bytes
  Type x_type, out_type;
  bool add;  // add to `out` instead of writing it
  int bank_nd;
  int64_t bank[kMaxDims];  // kernels along each axis of the bank
  int64_t bank_x_stride[kMaxDims], bank_out_stride[kMaxDims];  // bytes
  int64_t kernels;                                             // all of them; 1: no bank
  const uint8_t*
      means;      // of each kernel whether its results are means of samples (span.hpp); or null
  int halvings;   // of 16-bit sums before they are written: they are times 2^halvings
  bool negative;  // whether such sums may be
  int threads;
};

// Services the kernel files get from the outside, so that they need no C++ library themselves.
struct Services {
  // Calls body(context, i) for each i in 0..count-1, on up to `threads` threads.
  void (*parallel_for)(int64_t count, int threads, void (*body)(void*, int64_t), void* context);
  // Work space of the calling thread: 64-byte aligned, kept until the next call for that slot.
  void* (*scratch)(int slot, int64_t bytes);
  // To be called now and then inside a piece that may take long: runs the handlers of signals, and
  // throws where one of them did, or where another thread ended the work.
  void (*check_interrupt)();
};

constexpr int kScratchSlots = 12;

}  // namespace iw
