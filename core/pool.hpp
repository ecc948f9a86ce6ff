// Threads and work space for the kernel files.
#pragma once

#include "job.hpp"

namespace iw {

const Services& services();

// Work space handed out by this thread so far, in bytes.
int64_t scratch_bytes();

}  // namespace iw
