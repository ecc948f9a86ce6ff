// Signals seen to inside a piece of work that may take long.
#pragma once

#include "job.hpp"

namespace {

// Counts looks at samples: after a millisecond or so of them, signals are seen to.
class Patience {
 public:
  explicit Patience(const iw::Services& services) : services_(services) {}

  void spend(int64_t looks) {
    if ((left_ -= looks) > 0) return;
    left_ = kLooks;
    services_.check_interrupt();
  }

 private:
  static constexpr int64_t kLooks = 1 << 20;
  const iw::Services& services_;
  int64_t left_ = kLooks;
};

}  // namespace
