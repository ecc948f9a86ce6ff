// Rows of results out: any type, any stride, written or added to what is there.
#include "narrow.hpp"
#include "row_tables.hpp"

namespace {

using iw::Job;
using iw::RowStorer;
using iw::Type;

// Every `step`-th group of `inner` values of a row, written to `out` or added to it.
template <class T, class S>
void store_row(const Job& job, const T* src, int64_t step, int64_t len, char* out) {
  const int64_t c = job.inner, os = job.out_stride[job.nd - 1], is = job.out_stride[job.nd];
  if (!job.add && step == 1 && is == int64_t(sizeof(S)) && (c == 1 || os == c * is) &&
      (c > 1 || os == int64_t(sizeof(S)))) {
    int64_t i = 0;
    if constexpr (kNarrows<S, T>) {
      if (bytes_go_past(job, sizeof(S)))
        return narrow_past(reinterpret_cast<S*>(out), src, len * c);
    }
    if constexpr (kNarrows<S, T>) i = narrow_run(reinterpret_cast<S*>(out), src, len * c);
    for (; i < len * c; i++) {
      S s = convert_to<S>(src[i]);
      __builtin_memcpy(out + i * int64_t(sizeof(S)), &s, sizeof s);
    }
    return;
  }
  if (!job.add && c == 1) {
    for (int64_t i = 0; i < len; i++) {
      S s = convert_to<S>(src[i * step]);
      __builtin_memcpy(out + i * os, &s, sizeof s);
    }
    return;
  }
  for (int64_t i = 0; i < len; i++)
    for (int64_t j = 0; j < c; j++) {
      char* to = out + i * os + j * is;
      T value = src[i * step * c + j];
      if (job.add) value += read_as<T, S>(to);
      S s = convert_to<S>(value);
      __builtin_memcpy(to, &s, sizeof s);
    }
}

template <class T>
RowStorer<T> storer_of(Type type) {
  switch (type) {
    case Type::u8:
      return store_row<T, uint8_t>;
    case Type::i8:
      return store_row<T, int8_t>;
    case Type::u16:
      return store_row<T, uint16_t>;
    case Type::i16:
      return store_row<T, int16_t>;
    case Type::u32:
      return store_row<T, uint32_t>;
    case Type::i32:
      return store_row<T, int32_t>;
    case Type::u64:
      return store_row<T, uint64_t>;
    case Type::i64:
      return store_row<T, int64_t>;
    case Type::f16:
      return store_row<T, Half>;
    case Type::f32:
      return store_row<T, float>;
    default:
      return store_row<T, double>;
  }
}

}  // namespace

namespace iw::IW_LEVEL {

template <>
RowStorer<float> row_storer<float>(const Job& job) {
  return storer_of<float>(job.out_type);
}
template <>
RowStorer<double> row_storer<double>(const Job& job) {
  return storer_of<double>(job.out_type);
}
template <>
RowStorer<int64_t> row_storer<int64_t>(const Job& job) {
  return storer_of<int64_t>(job.out_type);
}
template <>
RowStorer<uint16_t> row_storer<uint16_t>(const Job& job) {
  return storer_of<uint16_t>(job.out_type);
}

}  // namespace iw::IW_LEVEL
