// The binding of draws from windows.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <vector>

#include "dispatch.hpp"
#include "geometry.hpp"
#include "unlocked.hpp"

namespace nb = nanobind;
using namespace iw;

namespace {

const Kernels* kernels;

// A kernel's taps as chances, made ready for one geometry.
class Sampler {
 public:
  // `tile`: outputs of one tile along each axis; the answer does not depend on it. `parts`: for
  // each where its taps lie, their chances, the last random word that draws each, and a scale.
  Sampler(const Geometry& geometry, const Ints& tile, const nb::list& parts)
      : geometry_(geometry), tile_(tile) {
    if (tile.size() != size_t(geometry.axes().nd)) refuse("tile: one length an axis");
    if (geometry.axes().bank_nd) refuse("bank: needs one kernel");
    for (int a = 0; a < geometry.axes().nd; a++) {
      const Axis& axis = geometry.axes().axis[a];
      if (tile[size_t(a)] < 1) refuse("tile: less than 1");
      if (axis.stride != 1 || axis.dilation != 1) refuse("geometry: stride or dilation");
      tiles_ *= (axis.m - 1) / tile[size_t(a)] + 1;
    }
    if (parts.size() < 1 || parts.size() > 2) refuse("parts: needs 1 or 2");
    parts_.reserve(2);
    for (nb::handle each : parts) {
      const auto part = nb::cast<nb::tuple>(each);
      if (part.size() != 4) refuse("part: needs 4 entries");
      add_part(part[0], part[1], part[2], nb::cast<double>(part[3]));
    }
  }
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;

  int64_t tiles() const { return tiles_; }

  // Tiles `first` to `first + count - 1` of the mean of so many draws.
  void draw(nb::handle x, nb::handle out, double cval, uint64_t seed, int64_t draws, bool together,
            int64_t first, int64_t count, int threads) const {
    if (draws < 1 || draws > UINT32_MAX) refuse("draws: out of range");
    run(kernels->sample, x, out, cval, {seed, draws, together, first, count}, threads);
  }

  void variance(nb::handle x, nb::handle out, double cval, int64_t first, int64_t count,
                int threads) const {
    run(kernels->variance, x, out, cval, {0, 1, false, first, count}, threads);
  }

 private:
  void add_part(nb::handle tap, nb::handle chance, nb::handle last, double scale) {
    const int64_t taps = View(tap, false)->len / 8;
    if (taps < 1 || taps > UINT32_MAX) refuse("part: no end");
    Part part{Numbers(tap, Type::i64, taps, "tap"),
              Numbers(chance, Type::f64, taps, "chance"),
              Numbers(last, Type::u32, taps, "last"),
              {},
              taps,
              31,
              scale};
    const auto* place = static_cast<const int64_t*>(part.tap.get());
    const auto* end = static_cast<const uint32_t*>(part.last.get());
    for (int64_t j = 0; j < taps; j++)
      if (place[j] < 0 || place[j] >= geometry_.taps() || (j && end[j] < end[j - 1]))
        refuse("part: out of range");
    if (end[taps - 1] != UINT32_MAX) refuse("part: no end");
    while (part.shift > 12 && (int64_t(1) << (32 - part.shift)) < 2 * taps) part.shift--;
    part.guide.resize(size_t(1) << (32 - part.shift));
    uint32_t j = 0;
    for (size_t t = 0; t < part.guide.size(); t++) {
      while (end[j] < uint32_t(t << part.shift)) j++;
      part.guide[t] = j;
    }
    parts_.push_back(std::move(part));
  }

  struct Part {
    Numbers tap, chance, last;
    std::vector<uint32_t> guide;
    int64_t taps;
    int shift;
    double scale;
  };
  struct Call {
    uint64_t seed;
    int64_t draws;
    bool together;
    int64_t first, count;
  };

  void run(void (*work)(const Job&, const Services&, const Chances&), nb::handle x_,
           nb::handle out_, double cval, const Call& call, int threads) const {
    if (call.first < 0 || call.count < 0 || call.first > tiles_ - call.count)
      refuse("tiles: out of range");
    View x(x_, false), out(out_, true);
    const Job job = geometry_.job(x.array("x"), out.array("out"), cval, false, threads);
    Chances chances{int(parts_.size()), {},        tile_.data(), call.first,
                    call.count,         call.seed, call.draws,   call.together};
    for (size_t p = 0; p < parts_.size(); p++) {
      const Part& part = parts_[p];
      chances.part[p] = {part.taps,
                         static_cast<const int64_t*>(part.tap.get()),
                         static_cast<const double*>(part.chance.get()),
                         static_cast<const uint32_t*>(part.last.get()),
                         part.guide.data(),
                         part.shift,
                         part.scale};
    }
    const Unlocked release;
    work(job, services(), chances);
  }

  Geometry geometry_;
  Ints tile_;
  std::vector<Part> parts_;
  int64_t tiles_ = 1;
};

}  // namespace

void bind_sampler(nb::module_& m, const Kernels* chosen) {
  kernels = chosen;
  nb::class_<Sampler>(m, "Sampler")
      .def(nb::init<const Geometry&, const Ints&, const nb::list&>())
      .def("draw", &Sampler::draw)
      .def("variance", &Sampler::variance)
      .def_prop_ro("tiles", &Sampler::tiles);
}
