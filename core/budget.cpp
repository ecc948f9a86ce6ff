#include "budget.hpp"

#include <pthread.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace iw {
namespace {

// Objects kept at a time: many small ones slow down Python's collector of garbage.
constexpr int kMostObjects = 1024;

// After so many bytes of dropped objects the heap gives back what is free in it: where large and
// small pieces come and go, much of it would stay otherwise.
constexpr int64_t kTrimmed = int64_t(32) << 20;

void trim_heap(std::atomic<int64_t>& dropped) {
#if defined(__GLIBC__)
  if (dropped >= kTrimmed && dropped.exchange(0) >= kTrimmed) malloc_trim(0);
#else
  dropped = 0;
#endif
}

}  // namespace

void Budget::add(Entry& entry, int64_t bytes) {
  entry.bytes_ = bytes;
  entry.inside_ = true;
  bytes_ += bytes;
  objects_ += entry.is_object_;
  entry.older_ = newest_;
  entry.newer_ = nullptr;
  (newest_ ? newest_->newer_ : oldest_) = &entry;
  newest_ = &entry;
}

void Budget::use(Entry& entry) {
  if (!entry.inside_ || newest_ == &entry) return;
  const int64_t bytes = entry.bytes_;
  unlink(entry);
  add(entry, bytes);
}

void Budget::grow(Entry& entry, int64_t bytes) {
  if (!entry.inside_) return;
  entry.bytes_ += bytes;
  bytes_ += bytes;
}

void Budget::remove(Entry& entry) {
  if (entry.inside_) unlink(entry);
}

void Budget::unlink(Entry& entry) {
  (entry.older_ ? entry.older_->newer_ : oldest_) = entry.newer_;
  (entry.newer_ ? entry.newer_->older_ : newest_) = entry.older_;
  entry.older_ = entry.newer_ = nullptr;
  entry.inside_ = false;
  bytes_ -= entry.bytes_;
  objects_ -= entry.is_object_;
}

// The entries beyond the limit, linked by `newer_`.
Budget::Entry* Budget::take_excess() {
  const bool objects = may_drop_objects();
  Entry* spared = newest_;
  while (spared && !spared->is_object_) spared = spared->older_;
  if (!limit_) spared = nullptr;
  Entry *first = nullptr, *next;
  for (Entry* e = oldest_; e; e = next) {
    next = e->newer_;
    const bool large = bytes_ > 0 && bytes_ + held_ > limit_;
    if (!large && objects_ <= kMostObjects) break;
    if (e == spared || (e->is_object_ ? !objects : !large)) continue;
    unlink(*e);
    e->leave();
    e->newer_ = first;
    first = e;
  }
  return first;
}

void Budget::drop_all(Entry* first) {
  while (first) {
    Entry* const next = first->newer_;
    first->newer_ = nullptr;
    dropped_ += first->is_object_ ? first->bytes_ : 0;
    first->drop();
    first = next;
  }
  trim_heap(dropped_);
}

void Budget::settle(Lock lock) {
  Entry* const excess = take_excess();
  lock.unlock();
  drop_all(excess);
}

void Budget::clear(bool objects) {
  Lock guard = lock();
  Entry *first = nullptr, *next;
  for (Entry* e = oldest_; e; e = next) {
    next = e->newer_;
    if (e->is_object_ != objects) continue;
    unlink(*e);
    e->leave();
    e->newer_ = first;
    first = e;
  }
  guard.unlock();
  drop_all(first);
}

void Budget::set_limit(int64_t bytes) {
  limit_ = bytes;
  settle(lock());
}

int64_t Budget::bytes() {
  const Lock guard = lock();
  return bytes_;
}

Budget& budget() {
  static Budget* const all = [] {
    static Budget* const made = new Budget;
    pthread_atfork([] { made->mutex().lock(); }, [] { made->mutex().unlock(); },
                   [] { made->mutex().unlock(); });
    return made;
  }();
  return *all;
}

}  // namespace iw
