// One budget of bytes for everything that is kept for later calls: plans, what was found out for
// them, the memory of large results. What was used longest ago goes first, whoever keeps it.
#pragma once

#include <stdint.h>

#include <atomic>
#include <mutex>

namespace iw {

class Budget {
 public:
  // Something kept. It is in the budget from `add` until the budget or its owner takes it out.
  class Entry {
   public:
    explicit Entry(bool is_object) : is_object_(is_object) {}
    virtual ~Entry() = default;
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

   protected:
    // The budget has taken the entry out: nobody must find it any more. The lock is held.
    virtual void leave() {}
    // It goes away, after `leave` and with the lock off.
    virtual void drop() = 0;

    bool inside() const { return inside_; }  // the lock is held

   private:
    friend class Budget;
    const bool is_object_;  // whether Python must be asked to let it go
    Entry *older_ = nullptr, *newer_ = nullptr;
    int64_t bytes_ = 0;
    bool inside_ = false;
  };

  using Lock = std::unique_lock<std::mutex>;

  // Guards everything kept, in all caches. No Python runs while it is held.
  Lock lock() { return Lock(mutex_); }

  // With the lock held: put in as the one used last; now used again; larger than before; taken out.
  void add(Entry& entry, int64_t bytes);
  void use(Entry& entry);
  void grow(Entry& entry, int64_t bytes);
  void remove(Entry& entry);

  // With the lock held: the entries from the one used last to the oldest, until `seen` says true.
  template <class Seen>
  void find(Seen&& seen) {
    for (Entry* e = newest_; e && !seen(*e); e = e->older_) continue;
  }

  // For who forks.
  std::mutex& mutex() { return mutex_; }

  // Unlock, and drop what is beyond the limit. The object used last stays, however large.
  void settle(Lock lock);

  // Drop all objects, or everything else.
  void clear(bool objects);

  int64_t limit() const { return limit_; }
  void set_limit(int64_t bytes);
  int64_t bytes();

  // Bytes held that no entry tells of: large work space, and spectra that were made on the way.
  void hold(int64_t bytes) { held_ += bytes; }
  int64_t held() const { return held_; }

  // Whether objects can be let go by the thread that asks. Told once, by the module.
  bool (*may_drop_objects)() = [] { return false; };

 private:
  void unlink(Entry& entry);
  Entry* take_excess();
  void drop_all(Entry* first);

  static constexpr int64_t kUsualLimit = int64_t(256) << 20;

  std::mutex mutex_;
  Entry *oldest_ = nullptr, *newest_ = nullptr;
  int64_t bytes_ = 0;
  int objects_ = 0;
  std::atomic<int64_t> limit_{kUsualLimit}, held_{0}, dropped_{0};
};

// Never destroyed: arrays may outlive everything else. A forked child has what its parent had.
Budget& budget();

}  // namespace iw
