// Work space and tables, on large pages where they fill one: columns of a large tile touch a page
// each, and few pages are found faster.
#pragma once

#include <stdint.h>

namespace iw {

// At least so many bytes, aligned for vectors; null when there are none. free() takes them back.
void* aligned_pages(int64_t bytes);

// How many bytes of that size are really taken.
int64_t whole_pages(int64_t bytes);

// Count bytes that are held until they are counted off, in the budget of all that is kept.
void hold_bytes(int64_t bytes);

}  // namespace iw
