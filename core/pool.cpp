// A pool of threads that starts when first needed, survives fork and never nests.
//
// The caller works too and can finish everything alone: it closes the door when no work is left
// and waits only for those helpers that came in.
#include "pool.hpp"

#include <pthread.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <new>
#include <thread>
#include <vector>

namespace iw {
namespace {

using Body = void (*)(void*, int64_t);

struct Task {
  Body body;
  void* context;
  int64_t count;
  std::atomic<int64_t> next{0};
  std::atomic<bool> out_of_memory{false};

  // Only work space can fail; the caller learns of it when all threads are done.
  void work() {
    try {
      for (int64_t i; (i = next.fetch_add(1, std::memory_order_relaxed)) < count;) body(context, i);
    } catch (const std::bad_alloc&) {
      out_of_memory = true;
      next = count;
    }
  }
};

thread_local bool inside_pool = false;

// Look again and again for some tens of microseconds: less than a sleep and a waking cost.
template <class Done>
void spin(Done&& done) {
  for (int i = 0; i < 2000 && !done(); i++) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }
}

class Pool {
 public:
  void run(Task& task, int threads) {
    std::unique_lock<std::mutex> alone(running_, std::try_to_lock);
    if (!alone || inside_pool || !grow(threads - 1)) {
      task.work();
      return;
    }
    offer(task, threads - 1);
    inside_pool = true;
    task.work();
    inside_pool = false;
    close();
  }

 private:
  bool grow(int wanted) {
    while (int(workers_.size()) < wanted) {
      try {
        workers_.emplace_back([this] { serve(); });
      } catch (const std::system_error&) {
        return !workers_.empty();
      }
      workers_.back().detach();
    }
    return true;
  }

  void offer(Task& task, int helpers) {
    bool asleep;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      task_ = &task;
      permits_ = helpers;
      asleep = sleepers_ > 0;
    }
    if (asleep) wake_.notify_all();
  }

  // Nobody may come in any more; wait for those who did.
  void close() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      task_ = nullptr;
    }
    spin([&] { return helpers_ == 0; });
    std::unique_lock<std::mutex> lock(mutex_);
    done_.wait(lock, [&] { return helpers_ == 0; });
  }

  void serve() {
    inside_pool = true;
    for (;;) {
      spin([&] { return task_ != nullptr; });
      std::unique_lock<std::mutex> lock(mutex_);
      sleepers_++;
      wake_.wait(lock, [&] { return task_ && permits_ > 0; });
      sleepers_--;
      Task& task = *task_;
      permits_--;
      helpers_++;
      lock.unlock();
      task.work();
      lock.lock();
      if (--helpers_ == 0) done_.notify_one();
    }
  }

  // Changed under the mutex only; atomic so that a spinning thread may look without it.
  std::atomic<Task*> task_{nullptr};
  std::atomic<int> helpers_{0};

  std::mutex running_, mutex_;
  std::condition_variable wake_, done_;
  std::vector<std::thread> workers_;
  int permits_ = 0, sleepers_ = 0;
};

// Never destroyed: its threads sleep in it until the process ends. A forked child has none of
// them and starts a pool of its own.
Pool* pool = nullptr;

Pool& the_pool() {
  static std::once_flag once;
  std::call_once(once, [] {
    pool = new Pool;
    pthread_atfork(nullptr, nullptr, [] { pool = new Pool; });
  });
  return *pool;
}

void parallel_for(int64_t count, int threads, Body body, void* context) {
  Task task{body, context, count};
  if (count < threads) threads = int(count);
  if (threads <= 1)
    task.work();
  else
    the_pool().run(task, threads);
  if (task.out_of_memory) throw std::bad_alloc();
}

constexpr int64_t kHugePage = 2 << 20;

struct Buffer {
  void* data = nullptr;
  int64_t bytes = 0;
  ~Buffer() { std::free(data); }

  void* at_least(int64_t wanted) {
    // Grow, or shrink when far too large: work space must not outlive the job that needed it.
    if (wanted > bytes || bytes > 4 * wanted + (8 << 20)) {
      std::free(data);
      const int64_t unit = wanted >= kHugePage ? kHugePage : 64;
      bytes = (wanted + unit - 1) / unit * unit;
      data = std::aligned_alloc(size_t(unit), size_t(bytes));
#if defined(__linux__)
      // Columns of a large tile touch a page each: few large pages are found faster.
      if (data && unit == kHugePage) madvise(data, size_t(bytes), MADV_HUGEPAGE);
#endif
      if (!data) {
        bytes = 0;
        throw std::bad_alloc();
      }
    }
    return data;
  }
};

thread_local Buffer buffers[kScratchSlots];

void* scratch(int slot, int64_t bytes) { return buffers[slot].at_least(bytes); }

}  // namespace

const Services& services() {
  static const Services table{parallel_for, scratch};
  return table;
}

}  // namespace iw
