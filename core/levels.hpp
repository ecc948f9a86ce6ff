// Which SIMD levels this processor runs: one rule for dispatch and for builds of one level alone.
#pragma once

namespace iw {

#ifdef __x86_64__
inline bool runs_v4() { return __builtin_cpu_supports("x86-64-v4") != 0; }
inline bool runs_v3() { return __builtin_cpu_supports("x86-64-v3") != 0; }
#else
inline bool runs_v4() { return false; }
inline bool runs_v3() { return false; }
#endif

}  // namespace iw
