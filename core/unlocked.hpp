// Python's lock, let go while the core works: threads run, signals are seen, and the process may
// end.
#pragma once

#include <nanobind/nanobind.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <optional>
#include <utility>

#include "pool.hpp"

namespace iw {

// The lock is let go while one lives. The pool calls `look` between two pieces of work: about
// twenty times a second the thread that called Python takes the lock and runs the handlers of
// signals. Where one raises, as Ctrl-C does, the work ends with that exception.
class Unlocked {
 public:
  Unlocked() : outer_(current()), state_(PyEval_SaveThread()) { current() = this; }
  ~Unlocked() {
    current() = outer_;
    lock(state_);
  }
  Unlocked(const Unlocked&) = delete;
  Unlocked& operator=(const Unlocked&) = delete;

  static void look() {
    Unlocked* const own = current();
    if (!own) return;  // one of the pool's threads
    const int64_t time = now();
    if (own->due_ && time < own->due_) return;
    if (own->due_) own->run_handlers();
    own->due_ = now() + kBetween;
  }

 private:
  static constexpr int64_t kBetween = 50'000'000;  // nanoseconds

  // A clock that is a few milliseconds late, where there is one: small calls would take a twentieth
  // longer with the exact one.
  static int64_t now() {
#if defined(CLOCK_MONOTONIC_COARSE)
    constexpr clockid_t kClock = CLOCK_MONOTONIC_COARSE;
#else
    constexpr clockid_t kClock = CLOCK_MONOTONIC;
#endif
    timespec time;
    clock_gettime(kClock, &time);
    return int64_t(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
  }

  static Unlocked*& current() {
    static thread_local Unlocked* innermost = nullptr;
    return innermost;
  }

  // Handlers may call anything, this library too: they get work space of their own.
  void run_handlers() {
    std::optional<nanobind::python_error> raised;
    with_other_scratch([&] {
      lock(state_);
      current() = nullptr;
      if (PyErr_CheckSignals()) raised.emplace();
      current() = this;
      state_ = PyEval_SaveThread();
    });
    if (raised) throw std::move(*raised);
  }

  // When the interpreter ends, it ends the threads that come for the lock, by unwinding them
  // through frames that cannot be. They sleep instead, until the process is gone.
  static void lock(PyThreadState* state) noexcept {
    try {
      PyEval_RestoreThread(state);
    } catch (...) {
      for (;;) pause();
    }
  }

  Unlocked* const outer_;
  PyThreadState* state_;
  int64_t due_ = 0;  // when handlers are to run; 0 before the first piece
};

}  // namespace iw
