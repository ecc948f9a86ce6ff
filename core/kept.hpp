// A Python object in the budget of all that is kept. Caches refer to it weakly: they find it for as
// long as the budget holds it.
#pragma once

#include <nanobind/nanobind.h>

#include <memory>
#include <utility>
#include <vector>

#include "budget.hpp"

namespace iw {

class Kept : public Budget::Entry {
 public:
  explicit Kept(nanobind::object value) : Entry(true), value_(std::move(value)) {}

  const nanobind::object& value() const { return value_; }

  // From now on the budget holds `self`, which is this object in Python.
  void enter(nanobind::object self, int64_t bytes) {
    self_ = std::move(self);
    Budget::Lock guard = budget().lock();
    budget().add(*this, bytes);
    budget().settle(std::move(guard));
  }

  // Something more that goes when this goes; the oldest of too many goes at once.
  void attach(std::shared_ptr<void> part, int64_t bytes) {
    Part oldest;
    Budget::Lock guard = budget().lock();
    if (!inside()) return;
    parts_.push_back({std::move(part), bytes});
    budget().grow(*this, bytes);
    if (parts_.size() > kMostParts) {
      oldest = std::move(parts_.front());
      parts_.erase(parts_.begin());
      budget().grow(*this, -oldest.bytes);
    }
    budget().settle(std::move(guard));
  }

  // Take it out of the budget before its time.
  void leave_now() {
    Budget::Lock guard = budget().lock();
    if (!inside()) return;
    budget().remove(*this);
    leave();
    guard.unlock();
    drop();
  }

 private:
  struct Part {
    std::shared_ptr<void> what;
    int64_t bytes = 0;
  };

  static constexpr size_t kMostParts = 8;

  void leave() override { leaving_.swap(parts_); }

  // The last reference may go with `self`, and this object with it.
  void drop() override {
    leaving_.clear();
    const nanobind::object self = std::move(self_);
  }

  nanobind::object value_, self_;
  std::vector<Part> parts_, leaving_;
};

}  // namespace iw
