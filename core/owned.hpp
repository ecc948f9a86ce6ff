// Tables that one object owns: they go with it, and nobody copies them by mistake.
#pragma once

#include <stdlib.h>

#include <memory>
#include <new>

#include "pages.hpp"

namespace {

struct Free {
  void operator()(void* p) const { free(p); }
};

template <class T>
using Owned = std::unique_ptr<T[], Free>;

// Room for so many, aligned for vectors and not yet written.
template <class T>
Owned<T> allocated(int64_t count) {
  constexpr int64_t most = INT64_MAX / int64_t(2 * sizeof(T));
  void* const room = count > most ? nullptr : iw::aligned_pages(count * int64_t(sizeof(T)));
  if (!room) throw std::bad_alloc();
  return Owned<T>(static_cast<T*>(room));
}

}  // namespace
