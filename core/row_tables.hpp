// Rows of any type read as numbers to compute with, and numbers written as rows of any type.
//
// The types in memory times those computed with are many functions: each is compiled once a level,
// in load_rows.cpp and store_rows.cpp, and found here by its type.
#pragma once

#include "job.hpp"

namespace iw {

// Positions lo .. lo+len-1 of the last axis, all of `inner` at each, border applied.
template <class T>
using RowLoader = void (*)(const Job&, const char* row, int64_t lo, int64_t len, T* dst);

// Every `step`-th group of `inner` values, written to `out` or added to it.
template <class T>
using RowStorer = void (*)(const Job&, const T* src, int64_t step, int64_t len, char* out);

namespace IW_LEVEL {

// T is float, double, int64_t, or uint16_t for sums modulo 2^16. Definitions for these are
// specialisations: an instance of a template would be a weak symbol.
template <class T>
RowLoader<T> row_loader(Type samples);

template <class T>
RowStorer<T> row_storer(const Job&);

// Samples as they are: S is an integer of 8 or 16 bits.
template <class S>
void load_raw_row(const Job&, const char* row, int64_t lo, int64_t len, S* dst);

}  // namespace IW_LEVEL
}  // namespace iw
