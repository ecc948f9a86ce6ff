// The binding of what is random and needs no levels: particles that move, and Philox itself.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <string>
#include <vector>

#include "pool.hpp"
#include "random.hpp"
#include "scatter.hpp"

namespace nb = nanobind;
using namespace iw;

namespace {

template <class T>
using Array = nb::ndarray<T, nb::c_contig, nb::device::cpu>;

[[noreturn]] void refuse(const std::string& what) { throw nb::value_error(what.c_str()); }

// `arrive` holds the places of each axis one after the other, `reach` more than there are cells.
void move_counts(Array<const int64_t> counts, Array<int64_t> out, Array<const int64_t> arrive,
                 const std::vector<int64_t>& reach, Array<const int64_t> step,
                 Array<const double> share, Array<const double> sum, uint64_t seed, int64_t draw,
                 int64_t first, int64_t count, int threads) {
  Scatter work{};
  work.nd = int(counts.ndim());
  const int64_t cells = int64_t(counts.size());
  if (work.nd < 1 || work.nd > kMaxDims || reach.size() != size_t(work.nd)) refuse("axes: wrong");
  if (int64_t(out.size()) != cells) refuse("out: size differs");
  const int64_t* place = arrive.data();
  int64_t left = int64_t(arrive.size()), most[kMaxDims], furthest = 0;
  for (int a = 0; a < work.nd; a++) {
    work.n[a] = int64_t(counts.shape(size_t(a)));
    if (reach[size_t(a)] < 0 || reach[size_t(a)] > left - work.n[a]) refuse("arrive: too short");
    const int64_t places = work.n[a] + reach[size_t(a)];
    most[a] = 0;
    for (int64_t i = 0; i < places; i++) {
      if (place[i] < -1 || place[i] >= cells) refuse("arrive: out of range");
      most[a] = place[i] > most[a] ? place[i] : most[a];
    }
    furthest += most[a];
    work.arrive[a] = place;
    place += places;
    left -= places;
  }
  if (cells && furthest >= cells) refuse("arrive: out of range");
  work.taps = int64_t(share.size());
  if (work.taps < 1 || int64_t(sum.size()) != work.taps ||
      int64_t(step.size()) != work.taps * work.nd)
    refuse("taps: sizes differ");
  for (int64_t i = 0; i < work.taps * work.nd; i++)
    if (step.data()[i] < 0 || step.data()[i] > reach[size_t(i % work.nd)])
      refuse("step: out of range");
  if (!(share.data()[work.taps - 1] >= 1)) refuse("share: the last is not 1");
  for (int64_t j = 0; j < work.taps; j++)
    if (!(share.data()[j] >= 0)) refuse("share: negative");
  if (first < 0 || count < 0 || first > cells - count) refuse("cells: out of range");
  for (int64_t i = first; i < first + count; i++)
    if (counts.data()[i] < 0 || counts.data()[i] > (int64_t(1) << 53))
      refuse("counts: out of range");
  if (draw < 0 || draw > UINT32_MAX) refuse("draw: out of range");
  if (threads < 1) refuse("threads: less than 1");
  work.step = step.data();
  work.share = share.data();
  work.sum = sum.data();
  work.counts = counts.data();
  work.out = out.data();
  work.seed = seed;
  work.draw = uint32_t(draw);
  work.first = first;
  work.count = count;
  work.threads = threads;
  nb::gil_scoped_release release;
  scatter(work, services());
}

std::vector<uint32_t> philox_block(std::vector<uint32_t> counter, uint64_t key) {
  if (counter.size() != 4) refuse("counter: needs 4 words");
  philox(counter.data(), key);
  return counter;
}

}  // namespace

void bind_random(nb::module_& m) {
  m.def("philox", &philox_block);
  m.def("move_counts", &move_counts, nb::arg("counts").noconvert(), nb::arg("out").noconvert(),
        nb::arg("arrive").noconvert(), nb::arg("reach"), nb::arg("step").noconvert(),
        nb::arg("share").noconvert(), nb::arg("sum").noconvert(), nb::arg("seed"), nb::arg("draw"),
        nb::arg("first"), nb::arg("count"), nb::arg("threads"));
}
