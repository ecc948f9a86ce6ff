// Blocks for results. The system hands out pages filled with zeros, one fault after the other, and
// takes them away as soon as they are freed: for a quick method that is half of the time of a call.
//
// So a freed block is put by. The next result gets the smallest one that fits, if little of it is
// left over; beyond the bounds the block put by first goes back to the system. The kernel may take
// the huge pages of a block that lies here when memory runs short (MADV_FREE).
//
// Elsewhere than on Linux, malloc serves everything.
#include "memory.hpp"

#include <cstdlib>
#if defined(__linux__)
#include <pthread.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <new>
#include <unordered_map>
#include <vector>

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

struct Block {
  char* data;
  size_t bytes;
};

// Marking a huge page takes no time that can be measured; a small one as long as a third of the
// fault that is saved, so the end of a block and blocks below 2 MiB stay as they are.
void leave_to_kernel(const Block& block) {
  madvise(block.data, block.bytes / kHugePage * kHugePage, MADV_FREE);
}

void unmap(const std::vector<Block>& blocks) {
  for (const Block& b : blocks) munmap(b.data, b.bytes);
}

class Blocks {
 public:
  Blocks() { kept_.reserve(kMostBlocks + 1); }

  // Null when no memory is left even after all that is kept went back.
  void* take(size_t bytes) {
    Block block = find(bytes);
    if (!block.data) block = {map(room_for(bytes)), room_for(bytes)};
    if (!block.data && release()) block.data = map(block.bytes);
    if (!block.data) return nullptr;
    try {
      const std::lock_guard<std::mutex> guard(lock);
      in_use_.emplace(block.data, block.bytes);
    } catch (const std::bad_alloc&) {
      unmap({block});
      return nullptr;
    }
    return block.data;
  }

  // How large a block in use is; 0 for what is none.
  size_t size(void* data) {
    const std::lock_guard<std::mutex> guard(lock);
    const auto found = in_use_.find(data);
    return found == in_use_.end() ? 0 : found->second;
  }

  // False when it was not a block.
  bool give(void* data) {
    Block block{static_cast<char*>(data), 0};
    {
      const std::lock_guard<std::mutex> guard(lock);
      const auto found = in_use_.find(data);
      if (found == in_use_.end()) return false;
      block.bytes = found->second;
      in_use_.erase(found);
    }
    leave_to_kernel(block);
    std::vector<Block> beyond;
    {
      const std::lock_guard<std::mutex> guard(lock);
      kept_.push_back(block);
      kept_bytes_ += block.bytes;
      size_t count = 0, bytes = kept_bytes_;
      for (; kept_.size() - count > kMostBlocks || bytes > kMostKept; count++)
        bytes -= kept_[count].bytes;
      beyond.assign(kept_.begin(), kept_.begin() + long(count));
      kept_.erase(kept_.begin(), kept_.begin() + long(count));
      kept_bytes_ = bytes;
    }
    unmap(beyond);
    return true;
  }

  // False when nothing was kept.
  bool release() {
    std::vector<Block> all;
    {
      const std::lock_guard<std::mutex> guard(lock);
      all.assign(kept_.begin(), kept_.end());
      kept_.clear();
      kept_bytes_ = 0;
    }
    unmap(all);
    return !all.empty();
  }

  size_t kept_bytes() {
    const std::lock_guard<std::mutex> guard(lock);
    return kept_bytes_;
  }

  std::mutex lock;

 private:
  // The smallest block kept that has room, of equals the one put by last; no data when none fits.
  Block find(size_t bytes) {
    const std::lock_guard<std::mutex> guard(lock);
    size_t best = kept_.size();
    for (size_t i = kept_.size(); i-- > 0;) {
      const size_t room = kept_[i].bytes;
      if (room < bytes || room > largest_for(bytes)) continue;
      if (best == kept_.size() || room < kept_[best].bytes) best = i;
    }
    if (best == kept_.size()) return {nullptr, 0};
    const Block block = kept_[best];
    kept_.erase(kept_.begin() + long(best));
    kept_bytes_ -= block.bytes;
    return block;
  }

  std::vector<Block> kept_;  // the one put by first stands first
  size_t kept_bytes_ = 0;
  std::unordered_map<void*, size_t> in_use_;
};

// Never destroyed: arrays may outlive everything else. A forked child has what its parent had.
Blocks& blocks() {
  static Blocks* const all = [] {
    static Blocks* const made = new Blocks;
    pthread_atfork([] { made->lock.lock(); }, [] { made->lock.unlock(); },
                   [] { made->lock.unlock(); });
    return made;
  }();
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

void release_blocks() { blocks().release(); }

}  // namespace iw

#else

namespace iw {

void* take_block(size_t bytes) { return std::malloc(bytes); }
void* resize_block(void* data, size_t bytes) { return std::realloc(data, bytes); }
void give_block(void* data) { std::free(data); }
size_t kept_bytes() { return 0; }
void release_blocks() {}

}  // namespace iw

#endif
