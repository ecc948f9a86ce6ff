#include "pages.hpp"

#include <stdlib.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "budget.hpp"

namespace iw {
namespace {

constexpr int64_t kLargePage = 2 << 20, kLine = 64;

}  // namespace

int64_t whole_pages(int64_t bytes) {
  const int64_t unit = bytes >= kLargePage ? kLargePage : kLine;
  return (bytes + unit - 1) / unit * unit;
}

void* aligned_pages(int64_t bytes) {
  const int64_t unit = bytes >= kLargePage ? kLargePage : kLine;
  void* const data = aligned_alloc(size_t(unit), size_t(whole_pages(bytes)));
#if defined(__linux__)
  if (data && unit == kLargePage) madvise(data, size_t(whole_pages(bytes)), MADV_HUGEPAGE);
#endif
  return data;
}

void hold_bytes(int64_t bytes) { budget().hold(bytes); }

}  // namespace iw
