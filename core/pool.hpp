// Threads and work space for the kernel files.
#pragma once

#include "job.hpp"

namespace iw {

const Services& services();

// After a job: of all work space in large pieces at most half of the budget stays.
void trim_scratch();

// Give back the work space of this thread and of the pool, when its work is done.
void release_scratch();

}  // namespace iw
