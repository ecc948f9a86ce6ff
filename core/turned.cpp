#include "turned.hpp"

#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "memory.hpp"

namespace iw {
namespace {

constexpr int64_t kLine = 64;             // bytes that memory hands over at once
constexpr int64_t kLeastBytes = 1 << 15;  // fewer are at hand however they lie

// An axis that is not the rows': how long it is, and where its step from one to the next is kept.
struct Place {
  int64_t n;
  int64_t* step;
};

// Whether neighbours share cache lines.
bool near(const Place& p) { return p.n > 1 && *p.step && std::abs(*p.step) < kLine; }

// So many times the bytes, if a copy may take them: an eighth of the machine's memory.
bool grow(int64_t& bytes, int64_t n) {
  const int64_t most = int64_t(sysconf(_SC_PHYS_PAGES)) / 8 * sysconf(_SC_PAGESIZE);
  if (bytes > most / n) return false;
  bytes *= n;
  return true;
}

}  // namespace

Turned::Turned(Job& job, What what, const Kernels& kernels, const Services& services)
    : kernels_(kernels), services_(services) {
  const bool out = what == results;
  const int last = job.nd - 1;
  int64_t* const steps = out ? job.out_stride : job.x_stride;
  if (std::abs(steps[last]) < kLine) return;
  const auto length = [&](int a) { return out ? job.axis[a].m : job.axis[a].n; };
  Place places[2 * kMaxDims];
  int count = 0;
  for (int a = last - 1; a >= 0; a--) places[count++] = {length(a), &steps[a]};
  for (int a = job.bank_nd - 1; a >= 0; a--)
    places[count++] = {job.bank[a], out ? &job.bank_out_stride[a] : &job.bank_x_stride[a]};
  const Place* nearest = nullptr;
  for (const Place* p = places; p < places + count; p++)
    if (near(*p) && (!nearest || std::abs(*p->step) < std::abs(*nearest->step))) nearest = p;
  if (!nearest) return;
  // Rows next to each other are written one soon after the other: their lines are still there.
  if (out && nearest == places && last > 0) return;

  // Each axis with its steps in the array and in the copy, where channels lie within a row. What is
  // repeated is not copied more than once.
  const int64_t size = kBytes[int(out ? job.out_type : job.x_type)];
  Turn::Axis across{}, row{length(last), steps[last], size * job.inner};
  int64_t bytes = row.to, own[2 * kMaxDims];
  if (!grow(bytes, row.n)) return;
  if (job.inner > 1) turn_.other[turn_.others++] = {job.inner, steps[job.nd], size};
  for (int i = 0; i < count; i++) {
    const Place& p = places[i];
    own[i] = p.n > 1 && *p.step ? bytes : 0;
    if (!own[i]) continue;
    if (!grow(bytes, p.n)) return;
    (&p == nearest ? across : turn_.other[turn_.others++]) = {p.n, *p.step, own[i]};
  }
  if (bytes < kLeastBytes) return;
  copy_ = take_block(size_t(bytes));
  if (!copy_) return;  // as they lie

  for (int i = 0; i < count; i++) *places[i].step = own[i];
  steps[last] = row.to;
  steps[job.nd] = size;
  turn_.size = size;
  turn_.threads = job.threads;
  turn_.column = across;
  turn_.row = row;
  if (!out) {
    turn_.from = std::exchange(job.x, static_cast<const char*>(copy_));
    turn_.to = static_cast<char*>(copy_);
    kernels_.turn(turn_, services_);
    return;
  }
  turn_.to = std::exchange(job.out, static_cast<char*>(copy_));
  turn_.from = job.out;
  std::swap(turn_.column, turn_.row);
  std::swap(turn_.column.from, turn_.column.to);
  std::swap(turn_.row.from, turn_.row.to);
  for (int i = 0; i < turn_.others; i++) std::swap(turn_.other[i].from, turn_.other[i].to);
}

Turned::~Turned() { give_block(copy_); }

void Turned::bring_back() const {
  if (copy_) kernels_.turn(turn_, services_);
}

}  // namespace iw
