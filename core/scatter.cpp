// Moving counts: a multinomial number for each cell, as a chain of binomial ones; few particles
// one by one. Every particle arrives or is lost, so that mass is exact to the integer.
//
// Compiled once, not for each level: nothing here is done in vectors, and the same instructions
// give the same bits on every machine of one kind.
#include "scatter.hpp"

#include <atomic>

#include "binomial.hpp"
#include "random.hpp"

namespace iw {
namespace {

// Cells that a thread takes at a time.
constexpr int64_t kCells = 256;

// Words of scatter are told from those of sampling by the highest bit of the purpose.
constexpr uint32_t kPurpose = 0x80000000u;

// Random numbers between 0 and 1, never either, that belong to one cell.
class Uniform {
 public:
  Uniform(const Scatter& work, int64_t cell)
      : seed_(work.seed), cell_(uint64_t(cell)), draw_(work.draw) {}

  double operator()() {
    if (used_ == 4) {
      word_[0] = uint32_t(cell_);
      word_[1] = uint32_t(cell_ >> 32);
      word_[2] = draw_;
      word_[3] = kPurpose | turn_++;
      philox(word_, seed_);
      used_ = 0;
    }
    const uint32_t high = word_[used_] >> 5, low = word_[used_ + 1] >> 6;  // 27 and 26 bits
    used_ += 2;
    return (double(high) * 0x1p26 + double(low) + 0.5) * 0x1p-53;
  }

 private:
  uint64_t seed_, cell_;
  uint32_t draw_, turn_ = 0, word_[4] = {};
  int used_ = 4;
};

class Moving {
 public:
  explicit Moving(const Scatter& work) : work_(work) {}

  bool fine() const { return fine_; }

  void cells(int64_t piece) {
    const int64_t begin = work_.first + piece * kCells;
    const int64_t end = least(begin + kCells, work_.first + work_.count);
    int64_t index[kMaxDims];
    int64_t rest = begin;
    for (int a = work_.nd - 1; a >= 0; a--) {
      index[a] = rest % work_.n[a];
      rest /= work_.n[a];
    }
    for (int64_t cell = begin; cell < end; cell++) {
      // Read once: somebody else may write there.
      const int64_t count = __atomic_load_n(work_.counts + cell, __ATOMIC_RELAXED);
      if (count < 0 || count > kMostMoved)
        fine_ = false;
      else if (count)
        move(cell, count, index);
      for (int a = work_.nd - 1; a >= 0 && ++index[a] == work_.n[a]; a--) index[a] = 0;
    }
  }

 private:
  void move(int64_t cell, int64_t left, const int64_t* index) const {
    Uniform uniform(work_, cell);
    if (left <= 2 * work_.taps) {
      for (; left; left--) arrive(index, drawn(uniform()), 1);
      return;
    }
    for (int64_t tap = 0; left; tap++) {
      const int64_t moved = binomial(left, work_.share[tap], uniform);
      if (moved) arrive(index, tap, moved);
      left -= moved;
    }
  }

  // The first tap whose sum of chances is at least u.
  int64_t drawn(double u) const {
    int64_t low = 0, high = work_.taps - 1;
    while (low < high) {
      const int64_t middle = (low + high) / 2;
      if (work_.sum[middle] < u)
        low = middle + 1;
      else
        high = middle;
    }
    return low;
  }

  void arrive(const int64_t* index, int64_t tap, int64_t count) const {
    int64_t to = 0;
    for (int a = 0; a < work_.nd; a++) {
      const int64_t at = work_.arrive[a][index[a] + work_.step[tap * work_.nd + a]];
      if (at < 0) return;
      to += at;
    }
    // Whole numbers may be added in any order.
    auto* const there = reinterpret_cast<uint64_t*>(work_.out + to);
    if (work_.threads > 1)
      __atomic_fetch_add(there, uint64_t(count), __ATOMIC_RELAXED);
    else
      *there += uint64_t(count);
  }

  const Scatter& work_;
  std::atomic<bool> fine_{true};
};

}  // namespace

bool scatter(const Scatter& work, const Services& services) {
  Moving moving(work);
  services.parallel_for((work.count + kCells - 1) / kCells, work.threads,
                        [](void* context, int64_t i) { static_cast<Moving*>(context)->cells(i); },
                        &moving);
  return moving.fine();
}

}  // namespace iw
