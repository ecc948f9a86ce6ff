// Memory of large results: when one is let go it is kept for the next, its pages in place.
#pragma once

#include <stddef.h>

namespace iw {

// Whether anything is kept on this system.
#if defined(__linux__)
constexpr bool kKeeps = true;
#else
constexpr bool kKeeps = false;
#endif

// Smaller blocks are left to malloc, which has their pages at hand.
constexpr size_t kLeastKept = size_t(1) << 20;

// At least so many bytes; null when there are none. Aligned for vectors.
void* take_block(size_t bytes);

// The same block or another with what was in it, as far as there is room; null when there is no
// memory, the block then left as it was.
void* resize_block(void* data, size_t bytes);

// For what the functions above returned, and null.
void give_block(void* data);

// How much is kept.
size_t kept_bytes();

}  // namespace iw
