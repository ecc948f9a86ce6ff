// Rows of samples in: any type, any stride, any border.
#include "border.hpp"
#include "row_tables.hpp"
#include "runs.hpp"

namespace {

using iw::Job;
using iw::RowLoader;
using iw::Type;

template <class T>
IW_APART void fill_run(T* dst, int64_t count, T value) {
  for (int64_t i = 0; i < count; i++) dst[i] = value;
}

// So few samples beyond the end of a row are looked up one by one.
constexpr int64_t kFewOutside = 4;

// Positions lo + from .. lo + to - 1, all of them outside: they fold back in runs that go forwards,
// backwards or nowhere.
template <class T, class S>
IW_APART void load_outside(const Job& job, const char* row, int64_t lo, int64_t from, int64_t to,
                           T* dst) {
  const Axis& a = job.axis[job.nd - 1];
  const int64_t c = job.inner, step = job.x_stride[job.nd - 1], inner_step = job.x_stride[job.nd];
  for (int64_t i = from; i < to;) {
    const int64_t s = fold(lo + i, a.n, a.border);
    const int64_t after = fold(lo + i + 1, a.n, a.border), pace = s < 0 ? 0 : after - s;
    int64_t run = to - i;
    if (pace > 0) run = least(run, a.n - s);
    if (pace < 0) run = least(run, s + 1);
    if (s >= 0 && (pace > 1 || pace < -1)) run = 1;  // where a period of `wrap` begins anew
    if (s >= 0 && pace == 0) run = least(run, a.border == Border::nearest ? run : 1);
    if (s < 0 || (pace == 0 && c == 1)) {
      fill_run(dst + i * c, run * c, s < 0 ? T(a.fill) : read_as<T, S>(row + s * step));
    } else {
      const char* const src = row + s * step;
      bool copied = false;
      if constexpr (__is_same(T, S)) {
        copied = pace < 0 && c == 1 && step == int64_t(sizeof(S));
        if (copied) copy_backwards(dst + i, reinterpret_cast<const T*>(src), run);
      }
      if (!copied) read_places<T, S>(dst + i * c, src, pace * step, run, inner_step, c);
    }
    i += run;
  }
}

// One row of the box: positions lo .. lo+len-1 of the last axis, all of `inner` at each.
template <class T, class S>
void load_row(const Job& job, const char* row, int64_t lo, int64_t len, T* dst) {
  const Axis& a = job.axis[job.nd - 1];
  const int64_t c = job.inner, step = job.x_stride[job.nd - 1], inner_step = job.x_stride[job.nd];
  const int64_t begin = lo < 0 ? least(-lo, len) : 0;                // outside on the left
  const int64_t end = lo + len > a.n ? most(a.n - lo, begin) : len;  // inside up to here
  const auto outside = [&](int64_t from, int64_t to) __attribute__((always_inline)) {
    if (c != 1 || to - from > kFewOutside) return load_outside<T, S>(job, row, lo, from, to, dst);
    for (int64_t i = from; i < to; i++) {
      const int64_t s = fold(lo + i, a.n, a.border);
      dst[i] = s < 0 ? T(a.fill) : read_as<T, S>(row + s * step);
    }
  };
  outside(0, begin);
  if (end > begin) {
    const char* const src = row + (lo + begin) * step;
    const bool packed = inner_step == int64_t(sizeof(S)) && step == c * inner_step;
    if (c == 1 || packed)
      read_run<T, S>(dst + begin * c, src, c == 1 ? step : inner_step, (end - begin) * c);
    else
      read_places<T, S>(dst + begin * c, src, step, end - begin, inner_step, c);
  }
  outside(end, len);
}

template <class T>
RowLoader<T> loader_of(Type type) {
  switch (type) {
    case Type::u8:
      return load_row<T, uint8_t>;
    case Type::i8:
      return load_row<T, int8_t>;
    case Type::u16:
      return load_row<T, uint16_t>;
    case Type::i16:
      return load_row<T, int16_t>;
    case Type::u32:
      return load_row<T, uint32_t>;
    case Type::i32:
      return load_row<T, int32_t>;
    case Type::u64:
      return load_row<T, uint64_t>;
    case Type::i64:
      return load_row<T, int64_t>;
    case Type::f16:
      return load_row<T, Half>;
    case Type::f32:
      return load_row<T, float>;
    default:
      return load_row<T, double>;
  }
}

}  // namespace

namespace iw::IW_LEVEL {

template <>
RowLoader<float> row_loader<float>(Type type) {
  return loader_of<float>(type);
}
template <>
RowLoader<double> row_loader<double>(Type type) {
  return loader_of<double>(type);
}
template <>
RowLoader<int64_t> row_loader<int64_t>(Type type) {
  return loader_of<int64_t>(type);
}
template <>
RowLoader<uint16_t> row_loader<uint16_t>(Type type) {
  return loader_of<uint16_t>(type);
}

template <>
void load_raw_row<uint8_t>(const Job& job, const char* row, int64_t lo, int64_t len, uint8_t* dst) {
  load_row<uint8_t, uint8_t>(job, row, lo, len, dst);
}
template <>
void load_raw_row<int8_t>(const Job& job, const char* row, int64_t lo, int64_t len, int8_t* dst) {
  load_row<int8_t, int8_t>(job, row, lo, len, dst);
}
template <>
void load_raw_row<uint16_t>(const Job& job, const char* row, int64_t lo, int64_t len,
                            uint16_t* dst) {
  load_row<uint16_t, uint16_t>(job, row, lo, len, dst);
}
template <>
void load_raw_row<int16_t>(const Job& job, const char* row, int64_t lo, int64_t len, int16_t* dst) {
  load_row<int16_t, int16_t>(job, row, lo, len, dst);
}

}  // namespace iw::IW_LEVEL
