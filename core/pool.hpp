// Threads and work space for the kernel files.
#pragma once

#include "job.hpp"

namespace iw {

const Services& services();

// Give back the work space of this thread and of the pool, when its work is done.
void release_scratch();

}  // namespace iw
