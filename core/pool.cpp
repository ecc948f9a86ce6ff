// A pool of threads that starts when first needed, survives fork and never nests.
//
// The caller works too and can finish everything alone: when no work is left it takes the free
// seats away and waits only for those helpers that have one.
#include "pool.hpp"

#include <pthread.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif
#if defined(__SSE2__)
#include <emmintrin.h>
#endif
#if defined(__linux__)
#include <sched.h>
#include <string.h>
#endif

#include <atomic>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "budget.hpp"
#include "pages.hpp"

namespace iw {
namespace {

using Body = void (*)(void*, int64_t);

void (*between)() = [] {};

constexpr int kLine = 64;  // bytes of a cache line: counters of several threads lie apart
constexpr int kMostShares = 32;

// A run of pieces. Neighbouring pieces share pages and rows, so each thread has a run of its own
// and helps with the others' only when that is done.
struct alignas(kLine) Share {
  std::atomic<int64_t> next;
  int64_t end;
};

struct Task;

thread_local Task* task_at_hand = nullptr;

// Leaves a piece whose task another thread ended.
struct Ended {};

struct Task {
  Body body;
  void* context;
  int shares;
  Share share[kMostShares];
  std::atomic<bool> failed{false};
  std::exception_ptr failure;  // the first one's

  Task(Body b, void* c, int64_t count, int threads) : body(b), context(c) {
    shares = threads < kMostShares ? threads : kMostShares;
    const auto first = [&](int i) { return int64_t(__int128(count) * i / shares); };
    for (int i = 0; i < shares; i++) {
      share[i].next = first(i);
      share[i].end = first(i + 1);
    }
  }

  // What a thread throws, the caller throws again when all are done.
  void work(int seat) noexcept {
    Task* const outer = std::exchange(task_at_hand, this);
    try {
      for (int i = 0; i < shares; i++) {
        Share& s = share[(seat + i) % shares];
        for (int64_t p; (p = s.next.fetch_add(1, std::memory_order_relaxed)) < s.end;) {
          body(context, p);
          between();
        }
      }
    } catch (...) {
      fail();
    }
    task_at_hand = outer;
#if defined(__SSE2__)
    _mm_sfence();  // results written past the caches are there before the caller is told of them
#endif
  }

  // For the caller, whose own work is done, while helpers still work.
  void look() noexcept {
    try {
      between();
    } catch (...) {
      fail();
    }
  }

 private:
  // End the task with the exception that is being handled.
  void fail() noexcept {
    if (!failed.exchange(true)) failure = std::current_exception();
    for (int i = 0; i < shares; i++) share[i].next = share[i].end;
  }
};

// Smaller buffers stay with their thread; larger ones count in the budget of all that is kept.
constexpr int64_t kLargeBuffer = 8 << 20;

std::atomic<int64_t> large_buffers{0};  // their bytes, of all threads

struct Buffer {
  void* data = nullptr;
  int64_t bytes = 0;

  Buffer() = default;
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { release(); }

  void swap(Buffer& other) {
    std::swap(data, other.data);
    std::swap(bytes, other.bytes);
  }

  void release() {
    std::free(data);
    data = nullptr;
    count(-1);
    bytes = 0;
  }

  void* at_least(int64_t wanted) {
    // Grow, or shrink when far too large: work space must not outlive the job that needed it.
    if (wanted > bytes || bytes > 4 * wanted + (8 << 20)) {
      release();
      data = aligned_pages(wanted);
      bytes = data ? whole_pages(wanted) : 0;
      count(1);
      if (!data) throw std::bad_alloc();
    }
    return data;
  }

 private:
  void count(int sign) {
    if (bytes <= kLargeBuffer) return;
    large_buffers += sign * bytes;
    budget().hold(sign * bytes);
  }
};

// The work space of one thread.
struct Space {
  Buffer buffers[kScratchSlots];

  void release() {
    for (Buffer& b : buffers) b.release();
  }

  void swap(Space& other) {
    for (int i = 0; i < kScratchSlots; i++) buffers[i].swap(other.buffers[i]);
  }
};

thread_local Space space;

thread_local bool inside_pool = false;

// Look again and again for about as long as a program needs between two calls: going to sleep and
// being woken costs as much. False when nothing came.
template <class Seen>
bool spin(Seen&& seen) {
  for (int i = 0; i < 4000; i++) {
    if (seen()) return true;
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }
  return false;
}

// A helper keeps off its caller's processor. Linux puts a waking thread there when the others
// sleep and look, in a virtual machine, as if the host had taken them away.
//
// It moves, but stays free: which processors it may use is for `taskset`, cpusets and schedulers of
// jobs to say, at any time.
#if defined(__linux__)
int processor_here() { return sched_getcpu(); }

void keep_off(int processor) {
  if (processor < 0 || processor != processor_here()) return;
  cpu_set_t allowed, others, all;
  if (sched_getaffinity(0, sizeof allowed, &allowed)) return;
  others = allowed;
  CPU_CLR(processor, &others);
  if (!CPU_COUNT(&others) || sched_setaffinity(0, sizeof others, &others)) return;
  // Free of any wish where nobody had one, so that it goes along with a cpuset that grows.
  memset(&all, 0xff, sizeof all);
  cpu_set_t now;
  if (!sched_setaffinity(0, sizeof all, &all) && !sched_getaffinity(0, sizeof now, &now) &&
      CPU_EQUAL(&now, &allowed))
    return;
  sched_setaffinity(0, sizeof allowed, &allowed);
}
#else
int processor_here() { return -1; }
void keep_off(int) {}
#endif

class Pool {
 public:
  void run(Task& task, int threads) {
    if (inside_pool) return task.work(0);
    std::unique_lock<std::mutex> alone(running_, std::try_to_lock);
    if (!alone || !grow(threads - 1)) return task.work(0);
    const int helpers = threads - 1;
    open(task, helpers);
    inside_pool = true;
    task.work(0);
    close(task, helpers);
    inside_pool = false;
  }

  // A caller who waits for helpers looks whether all are done, and sees to signals.
  void wake_caller() {
    news_++;
    news_.notify_one();
  }

  // Between two tasks no worker touches its work space. Without `wait`, not while there is one. Who
  // is in the midst of one leaves it.
  void release_scratch(bool wait) {
    if (inside_pool) return;
    std::unique_lock<std::mutex> alone(running_, std::defer_lock);
    if (wait)
      alone.lock();
    else if (!alone.try_lock())
      return;
    const std::lock_guard<std::mutex> guard(listing_);
    for (Space* each : spaces_) each->release();
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

  void open(Task& task, int helpers) {
    task_ = &task;
    caller_at_ = processor_here();
    finished_ = 0;
    seats_ = helpers;
    // Who still spins sees the seats: going to sleep, a thread looks once more.
    if (spinning_ < helpers) seats_.notify_all();
  }

  // Nobody may come in any more; wait for those who did. A piece of theirs may take long.
  void close(Task& task, int helpers) {
    const int inside = helpers - seats_.exchange(0);
    const auto done = [&] { return finished_ == inside; };
    if (spin(done)) return;
    for (int n; n = news_, !done();) {
      news_.wait(n);
      task.look();
    }
  }

  // Take a seat; 0 when there is none. While one is taken the task is there.
  int enter() {
    int free = seats_;
    while (free > 0 && !seats_.compare_exchange_weak(free, free - 1)) continue;
    return free;
  }

  void serve() {
    inside_pool = true;
    {
      const std::lock_guard<std::mutex> guard(listing_);
      spaces_.push_back(&space);
    }
    for (;;) {
      spinning_++;
      spin([&] { return seats_ > 0; });
      spinning_--;
      seats_.wait(0);
      keep_off(caller_at_);
      const int seat = enter();
      if (!seat) continue;
      task_->work(seat);
      finished_++;
      wake_caller();
    }
  }

  Task* task_ = nullptr;  // written before seats are offered, read by who has one
  alignas(kLine) std::atomic<int> seats_{0};
  alignas(kLine) std::atomic<int> finished_{0}, spinning_{0};
  std::atomic<int> news_{0};  // what a caller waits for who has nothing to do
  std::atomic<int> caller_at_{-1};

  std::mutex running_, listing_;
  std::vector<Space*> spaces_;  // of the workers, who never end
  std::vector<std::thread> workers_;
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

void check_interrupt() {
  between();
  if (!task_at_hand) return;
  if (task_at_hand->failed) throw Ended{};
  the_pool().wake_caller();
}

void parallel_for(int64_t count, int threads, Body body, void* context) {
  if (count < threads) threads = int(count);
  if (threads <= 1) {
    for (int64_t i = 0; i < count; i++) {
      body(context, i);
      between();
    }
    return;
  }
  Task task(body, context, count, threads);
  the_pool().run(task, threads);
  if (task.failure) std::rethrow_exception(task.failure);
}

void* scratch(int slot, int64_t bytes) { return space.buffers[slot].at_least(bytes); }

}  // namespace

const Services& services() {
  static const Services table{parallel_for, scratch, check_interrupt};
  return table;
}

void between_pieces(void (*what)()) { between = what; }

void with_other_scratch(const std::function<void()>& what) {
  Space other;
  space.swap(other);
  Task* const outer = std::exchange(task_at_hand, nullptr);
  what();
  task_at_hand = outer;
  space.swap(other);
}

void trim_scratch() {
  if (large_buffers <= budget().limit() / 2) return;
  space.release();
  the_pool().release_scratch(false);
}

void release_scratch() {
  space.release();
  the_pool().release_scratch(true);
#if defined(__GLIBC__)
  malloc_trim(0);  // what was freed may still be held for later allocations
#endif
}

}  // namespace iw
