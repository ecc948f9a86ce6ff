// Threads and work space for the kernel files.
#pragma once

#include "job.hpp"

namespace iw {

const Services& services();

}  // namespace iw
