// Print the best SIMD level that this machine runs, by the name that LEVELS has for it.
#include <cstdio>

#include "../core/levels.hpp"

int main() { std::puts(iw::runs_v4() ? "v4" : iw::runs_v3() ? "v3" : "base"); }
