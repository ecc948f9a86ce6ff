// The binding of what is random and needs no levels: particles that move, and Philox itself.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <string>
#include <vector>

#include "buffers.hpp"
#include "random.hpp"
#include "scatter.hpp"
#include "unlocked.hpp"

namespace nb = nanobind;
using namespace iw;

namespace {

// Tables of a move, checked: copies, which nobody changes while particles move by them.
struct Tables {
  std::vector<int64_t> arrive, step;
  std::vector<double> share, sum;
};

// `arrive` holds the places of each axis one after the other, `reach` more than there are cells.
void check_places(Scatter& work, const Tables& tables, const std::vector<int64_t>& reach,
                  int64_t cells) {
  const int64_t* place = tables.arrive.data();
  int64_t left = int64_t(tables.arrive.size());
  __int128 furthest = 0;
  for (int a = 0; a < work.nd; a++) {
    if (reach[size_t(a)] < 0 || reach[size_t(a)] > left - work.n[a]) refuse("arrive: too short");
    const int64_t places = work.n[a] + reach[size_t(a)];
    int64_t most = 0;
    for (int64_t i = 0; i < places; i++) {
      if (place[i] < -1 || place[i] >= cells) refuse("arrive: out of range");
      most = std::max(most, place[i]);
    }
    furthest += most;
    work.arrive[a] = place;
    place += places;
    left -= places;
  }
  if (cells && furthest >= cells) refuse("arrive: out of range");
}

void check_taps(Scatter& work, const Tables& tables, const std::vector<int64_t>& reach) {
  const size_t taps = tables.share.size(), nd = size_t(work.nd);
  if (taps < 1 || tables.sum.size() != taps || tables.step.size() != taps * nd)
    refuse("taps: sizes differ");
  for (size_t i = 0; i < taps * nd; i++)
    if (tables.step[i] < 0 || tables.step[i] > reach[i % nd]) refuse("step: out of range");
  if (!(tables.share.back() >= 1)) refuse("share: the last is not 1");
  for (double share : tables.share)
    if (!(share >= 0)) refuse("share: negative");
  work.taps = int64_t(taps);
  work.step = tables.step.data();
  work.share = tables.share.data();
  work.sum = tables.sum.data();
}

void move_counts(nb::handle counts_, nb::handle out_, nb::handle arrive,
                 const std::vector<int64_t>& reach, nb::handle step, nb::handle share,
                 nb::handle sum, uint64_t seed, int64_t draw, int64_t first, int64_t count,
                 int threads) {
  const Plain<const int64_t> counts(counts_, "counts");
  const Plain<int64_t> out(out_, "out");
  Scatter work{};
  work.nd = int(counts.ndim());
  const int64_t cells = int64_t(counts.size());
  if (work.nd < 1 || work.nd > kMaxDims || reach.size() != size_t(work.nd)) refuse("axes: wrong");
  if (int64_t(out.size()) != cells) refuse("out: size differs");
  for (int a = 0; a < work.nd; a++) work.n[a] = int64_t(counts.shape(size_t(a)));
  const Tables tables{
      Plain<const int64_t>(arrive, "arrive").copied(), Plain<const int64_t>(step, "step").copied(),
      Plain<const double>(share, "share").copied(), Plain<const double>(sum, "sum").copied()};
  check_places(work, tables, reach, cells);
  check_taps(work, tables, reach);
  if (first < 0 || count < 0 || first > cells - count) refuse("cells: out of range");
  for (int64_t i = first; i < first + count; i++)
    if (counts.data()[i] < 0 || counts.data()[i] > kMostMoved) refuse("counts: out of range");
  if (draw < 0 || draw > UINT32_MAX) refuse("draw: out of range");
  check_threads(threads);
  work.counts = counts.data();
  work.out = out.data();
  work.seed = seed;
  work.draw = uint32_t(draw);
  work.first = first;
  work.count = count;
  work.threads = threads;
  const bool fine = [&] {
    const Unlocked release;
    return scatter(work, services());
  }();
  if (!fine) refuse("counts: changed while they moved");
}

std::vector<uint32_t> philox_block(std::vector<uint32_t> counter, uint64_t key) {
  if (counter.size() != 4) refuse("counter: needs 4 words");
  philox(counter.data(), key);
  return counter;
}

}  // namespace

void bind_random(nb::module_& m) {
  m.def("philox", &philox_block);
  m.def("move_counts", &move_counts, nb::arg("counts"), nb::arg("out"), nb::arg("arrive"),
        nb::arg("reach"), nb::arg("step"), nb::arg("share"), nb::arg("sum"), nb::arg("seed"),
        nb::arg("draw"), nb::arg("first"), nb::arg("count"), nb::arg("threads"));
}
