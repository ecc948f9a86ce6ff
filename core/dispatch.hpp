// Which SIMD level runs: the best this processor has, or the one INTERTWINE_ISA names.
#pragma once

#include "kernels.hpp"

namespace iw {

// Null when `wanted` is not empty and names a level that is unknown or not available here.
const Kernels* choose_kernels(const char* wanted);

// Names of the levels that run here, best first, separated by spaces.
const char* available_levels();

}  // namespace iw
