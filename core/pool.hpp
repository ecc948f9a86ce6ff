// Threads and work space for the kernel files.
#pragma once

#include <functional>

#include "job.hpp"

namespace iw {

const Services& services();

// What the thread that calls `parallel_for` does between two pieces of its work, while it waits for
// others, and in `check_interrupt`. Where that throws, the others stop after the piece at hand or
// at their next `check_interrupt`, and the call ends with the exception. Told once.
void between_pieces(void (*what)());

// Run this while the calling thread is in the midst of its work: with other work space, so that
// what it has there stays.
void with_other_scratch(const std::function<void()>& what);

// After a job: of all work space in large pieces at most half of the budget stays.
void trim_scratch();

// Give back the work space of this thread and of the pool, when its work is done.
void release_scratch();

}  // namespace iw
