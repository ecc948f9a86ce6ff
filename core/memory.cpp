// Blocks for results. The system hands out pages filled with zeros, one fault after the other, and
// takes them away as soon as they are freed: for a quick method that is half of the time of a call.
//
// So a freed block is put by. The next result gets the smallest one that fits, if little of it is
// left over. Blocks count in the budget of all that is kept (budget.hpp): what goes beyond it goes
// back to the system. The kernel may take the huge pages of a block that lies here when memory runs
// short (MADV_FREE).
//
// Elsewhere than on Linux, malloc serves everything.
#include "memory.hpp"

#include <cstdlib>
#if defined(__linux__)
#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <new>
#include <unordered_map>
#include <utility>
#include <vector>

#include "budget.hpp"

namespace iw {
namespace {

// Blocks kept at a time. Looking through them takes no time beside filling one.
constexpr size_t kMostBlocks = 16;

constexpr size_t kHugePage = size_t(2) << 20, kUnit = size_t(1) << 16;

// A block may be a quarter larger than what is asked for.
constexpr size_t largest_for(size_t bytes) { return bytes + bytes / 4; }

constexpr size_t round_up(size_t n, size_t unit) { return (n + unit - 1) / unit * unit; }

// Whole huge pages, where they do not add too much.
size_t room_for(size_t bytes) {
  const size_t huge = round_up(bytes, kHugePage);
  return huge <= largest_for(bytes) ? huge : round_up(bytes, kUnit);
}

char* map(size_t bytes) {
  void* const found =
      mmap(nullptr, bytes + kHugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (found == MAP_FAILED) return nullptr;
  char* const from = static_cast<char*>(found);
  char* const data = from + (round_up(size_t(from), kHugePage) - size_t(from));
  if (data > from) munmap(from, size_t(data - from));
  if (data < from + kHugePage) munmap(data + bytes, size_t(from + kHugePage - data));
  madvise(data, bytes, MADV_HUGEPAGE);
  return data;
}

struct Span {
  char* data;
  size_t bytes;
};

// Marking a huge page takes no time that can be measured; a small one as long as a third of the
// fault that is saved, so the end of a block and blocks below 2 MiB stay as they are.
void leave_to_kernel(const Span& span) {
  const size_t huge = span.bytes / kHugePage * kHugePage;
  if (huge) madvise(span.data, huge, MADV_FREE);
}

// Sizes of blocks in use, and the blocks kept, which are in the budget. Its lock guards both.
class Blocks {
 public:
  Blocks() { kept_.reserve(kMostBlocks + 1); }

  // Null when no memory is left even after all that is kept went back.
  void* take(size_t bytes) {
    Span span = find(bytes);
    if (!span.data) span = {map(room_for(bytes)), room_for(bytes)};
    if (!span.data) {
      budget().clear(false);
      span.data = map(span.bytes);
    }
    if (!span.data) return nullptr;
    try {
      const Budget::Lock guard = budget().lock();
      in_use_.emplace(span.data, span.bytes);
    } catch (const std::bad_alloc&) {
      munmap(span.data, span.bytes);
      return nullptr;
    }
    return span.data;
  }

  // How large a block in use is; 0 for what is none.
  size_t size(void* data) {
    const Budget::Lock guard = budget().lock();
    const auto found = in_use_.find(data);
    return found == in_use_.end() ? 0 : found->second;
  }

  // False when it was not a block.
  bool give(void* data) {
    Span span{static_cast<char*>(data), 0};
    {
      const Budget::Lock guard = budget().lock();
      const auto found = in_use_.find(data);
      if (found == in_use_.end()) return false;
      span.bytes = found->second;
      in_use_.erase(found);
    }
    leave_to_kernel(span);
    Block* const block = new (std::nothrow) Block(*this, span);
    if (!block) return munmap(span.data, span.bytes), true;
    Block* beyond = nullptr;
    Budget::Lock guard = budget().lock();
    kept_.push_back(block);
    kept_bytes_ += span.bytes;
    budget().add(*block, int64_t(span.bytes));
    if (kept_.size() > kMostBlocks) {
      beyond = kept_.front();
      budget().remove(*beyond);
      forget(beyond);
    }
    budget().settle(std::move(guard));
    if (beyond) release(beyond);
    return true;
  }

  size_t kept_bytes() {
    const Budget::Lock guard = budget().lock();
    return kept_bytes_;
  }

 private:
  // Memory that lies here for the next.
  class Block : public Budget::Entry {
   public:
    Block(Blocks& all, const Span& span) : Entry(false), span(span), all_(all) {}
    const Span span;

   private:
    void leave() override { all_.forget(this); }
    void drop() override { release(this); }
    Blocks& all_;
  };

  static void release(Block* block) {
    munmap(block->span.data, block->span.bytes);
    delete block;
  }

  void forget(Block* block) {
    kept_.erase(std::find(kept_.begin(), kept_.end(), block));
    kept_bytes_ -= block->span.bytes;
  }

  // The smallest block kept that has room, of equals the one put by last; no data when none fits.
  Span find(size_t bytes) {
    Block* best = nullptr;
    {
      const Budget::Lock guard = budget().lock();
      for (auto block = kept_.rbegin(); block != kept_.rend(); ++block) {
        const size_t room = (*block)->span.bytes;
        if (room < bytes || room > largest_for(bytes)) continue;
        if (!best || room < best->span.bytes) best = *block;
      }
      if (!best) return {nullptr, 0};
      budget().remove(*best);
      forget(best);
    }
    const Span span = best->span;
    delete best;
    return span;
  }

  std::vector<Block*> kept_;  // the one put by first stands first
  size_t kept_bytes_ = 0;
  std::unordered_map<void*, size_t> in_use_;
};

// Never destroyed: arrays may outlive everything else.
Blocks& blocks() {
  static Blocks* const all = new Blocks;
  return *all;
}

}  // namespace

void* take_block(size_t bytes) {
  return bytes < kLeastKept ? std::malloc(bytes) : blocks().take(bytes);
}

void* resize_block(void* data, size_t bytes) {
  const size_t room = data ? blocks().size(data) : 0;
  if (!room) return std::realloc(data, bytes);
  if (bytes <= room && room <= largest_for(bytes)) return data;
  void* const other = take_block(bytes);
  if (!other) return nullptr;
  std::memcpy(other, data, std::min(bytes, room));
  blocks().give(data);
  return other;
}

void give_block(void* data) {
  if (!blocks().give(data)) std::free(data);
}

size_t kept_bytes() { return blocks().kept_bytes(); }

}  // namespace iw

#else

namespace iw {

void* take_block(size_t bytes) { return std::malloc(bytes); }
void* resize_block(void* data, size_t bytes) { return std::realloc(data, bytes); }
void give_block(void* data) { std::free(data); }
size_t kept_bytes() { return 0; }

}  // namespace iw

#endif
