// What a SIMD level offers: one entry for each family of methods. The dispatcher picks a table.
#pragma once

#include "job.hpp"

namespace iw {

// Taps of one separable term or of one box, in the compute type, one after the other.
struct Factors {
  int64_t terms;
  const void* taps;     // terms x (k of axis 0, k of axis 1, ...)
  const int64_t* tile;  // outputs of one tile along each axis
  int64_t batch;        // planes of samples taken at a time
};

// Taps that sum to zero, as weights times the sample under one tap less that under another: those
// of kernel i are numbers first[i] to first[i + 1]. None of any kernel where `first` is null.
struct Pairs {
  const void* weight = nullptr;  // in the compute type
  const int64_t *tap = nullptr, *first = nullptr;
};

struct Boxes {
  int64_t count;
  const double* weight;   // of each box; whole numbers when summing integers
  const int64_t* first;   // count x nd: first tap covered on each axis
  const int64_t* length;  // count x nd: taps covered on each axis
};

// Responses that are sums of exponentials, ended where the taps end: two sides for each axis, the
// taps at and behind the sample and those before it.
struct Recursion {
  struct Side {
    int64_t poles;          // 0: no taps
    const double* numbers;  // of each pole: p, its weight, and p to the power of `taps`, complex
    int64_t taps;
    bool ends;  // whether what follows the last tap is taken away
  };
  int count;  // axes that are filtered, in the order in which they are
  int axis[kMaxDims];
  Side side[2 * kMaxDims];
};

// Shape of the tiles that overlap-save transforms, with the kernels' spectra in the same order.
struct Spectrum;

// Samples that are whole numbers in two halves, high * 2^bits + low; results are times 2^place.
struct Cut {
  int bits = 0;  // 0: samples are whole
  int place = 0;
};

// Taps that are drawn from at random.
struct Choice {
  int64_t taps;
  const int64_t* tap;     // where each lies in the kernel, row by row
  const double* chance;   // of each
  const uint32_t* last;   // the last random word that draws each; rising, the end is 2^32 - 1
  const uint32_t* guide;  // the tap to begin with, by the word's first bits
  int guide_shift;
  double scale;  // of what is drawn
};

// A positive part and, for signed kernels, a negative one.
struct Chances {
  int parts;
  Choice part[2];
  const int64_t* tile;   // outputs of one tile along each axis
  int64_t first, count;  // tiles to work on
  uint64_t seed;
  int64_t draws;  // whose mean is the result
  bool together;  // the channels of one place are drawn together
};

// Norms of windows from the sums over each: sqrt(squares - sums^2 * inverse).
struct Scores {
  int64_t segments, places;              // segments, and places in each
  const double *sums, *squares, *floor;  // a floor for each segment
  double inverse, share;  // a norm is not a number below floor + share * sums^2 * inverse
  bool single;            // whether `norms` is float
  void* norms;
};

// Results, and what they are multiplied with: the entries of a table, or `total` over the weight.
struct Weights {
  int nd;
  int inner;  // the axis that rows run along
  int64_t m[kMaxDims];
  int64_t begin[kMaxDims], end[kMaxDims];  // results between them share one entry
  const double* table;
  int64_t table_step[kMaxDims];  // entries
  char* out;
  int64_t out_stride[kMaxDims];  // bytes
  bool single;                   // whether results are float
  const char* inside;            // the weight of samples that are present; or null
  int64_t inside_stride[kMaxDims];
  const double *total, *least;   // of each kernel
  int64_t total_step[kMaxDims];  // numbers; 0 along `inner`
  int threads;
};

// Samples, zeros where they are missing, and which are present.
struct Present {
  int64_t count;
  int planes;   // numbers of a sample
  bool single;  // whether they are float
  const void* x;
  const uint8_t* mask;  // 1 where a sample counts; or null
  bool finite;          // whether NaN and infinities are missing
  void* clean;          // null: samples are only looked at
  uint8_t* present;
  int threads;
};

// An array copied so that two of its axes change places: along `column` samples lie near each other
// in the source, along `row` in the copy.
struct Turn {
  struct Axis {
    int64_t n, from, to;  // bytes from one to the next, in the source and in the copy
  };
  int64_t size;  // bytes of a sample
  const char* from;
  char* to;
  Axis column, row, other[2 * kMaxDims];
  int others;
  int threads;
};

// The least and the largest of some numbers, NaN left out.
struct Span {
  double low = __builtin_inf(), high = -__builtin_inf();

  void take(double value) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  void join(const Span& other) {
    if (other.low < low) low = other.low;
    if (other.high > high) high = other.high;
  }
  bool empty() const { return low > high; }
};

// An ARMA model's taps by lag, rising: phi(B) = 1 - sum ar B^lag, theta(B) = 1 + sum ma B^lag.
// With derivatives, a plane of taps follows for each.
struct Arma {
  int64_t ar_count, ma_count;
  const int64_t *ar_lag, *ma_lag;
  const double *ar, *ma;
};

// Series made white by a model, or white noise made a series (`colour`).
struct Innovations : Arma {
  int derivatives;
  int64_t n, columns, ahead;
  const double* x;   // columns x n
  double* out;       // (1 + derivatives) x columns x n
  double* variance;  // (1 + derivatives) x n, of the errors
  double* forecast;  // columns x ahead
  double* state;     // what `Spread` goes on from, or null: F, K and L
  bool colour;
};

// Variances of forecasts: `full` is phi times differences, as 1 - sum full B^lag.
struct Spread : Arma {
  int64_t r, ahead, full_count;
  const double* state;
  const int64_t* full_lag;
  const double* full;
  double* out;
};

// Rows filtered by theta / phi, at rest before their first samples.
struct RationalFilter : Arma {
  int64_t rows, n;
  const double* x;
  double* y;
  int threads;
};

struct Kernels {
  const char* name;
  void (*direct)(const Job&, const Services&, Type compute, const void* taps, const Pairs&);
  bool (*separable)(const Job&, const Services&, Type compute, const Factors&);
  bool (*running_sum)(const Job&, const Services&, Type compute, const Boxes&);
  bool (*recursive)(const Job&, const Services&, Type compute, const Recursion&);
  // Taps of all kernels, each of one plane or, when complex, of two. `folded`: an axis of a
  // tile that holds all of real data, whose halves are to travel together; or -1.
  Spectrum* (*spectrum_new)(const Job&, const Services&, Type compute, int planes, const void* taps,
                            const int64_t* tile, int folded);
  void (*spectrum_free)(Spectrum*);
  int64_t (*spectrum_bytes)(const Spectrum*);  // all that it holds on to
  // One job, or two for the planes of complex data; the same job twice where samples are cut.
  bool (*overlap_save)(const Job* jobs, bool complex, const Services&, const Spectrum*, const Cut&);
  // NaN, or an infinity, where windows of the job hold one. `positive`: all taps are. True: there
  // are infinities that taps of any sign meet, and nothing was done about them.
  bool (*missing)(const Job&, const Services&, bool positive);
  // Means held within the range of all samples, or all that are finite, and of what lies outside.
  void (*within)(const Job&, const Services&, const Span& outside, bool finite);
  void (*sample)(const Job&, const Services&, const Chances&);
  void (*variance)(const Job&, const Services&, const Chances&);
  bool (*norms)(const Scores&);  // whether any is not a number
  // Products of each pattern over the norms, in place, held within -1 and 1.
  void (*scores)(bool single, const void* norms, int64_t count, int64_t patterns, void* products);
  void (*weights)(const Weights&, const Services&);
  bool (*present)(const Present&, const Services&);  // whether any is missing
  void (*turn)(const Turn&, const Services&);
  bool (*innovations)(const Innovations&, const Services&);  // false: not stationary
  void (*forecast_variance)(const Spread&, const Services&);
  void (*rational_filter)(const RationalFilter&, const Services&);
};

}  // namespace iw
