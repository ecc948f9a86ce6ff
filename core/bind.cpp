// The module: plain buffers in, plain numbers out. Friendly messages belong to Python; here every
// size is checked once more, so that no call from Python can crash the process.
#include <nanobind/nanobind.h>

#include <cstdlib>
#include <string>

#include "dispatch.hpp"
#include "unlocked.hpp"

namespace nb = nanobind;
using namespace iw;

void bind_methods(nb::module_& m, const Kernels* chosen);  // bind_methods.cpp
void bind_sampler(nb::module_& m, const Kernels* chosen);  // bind_sampler.cpp
void bind_random(nb::module_& m);                          // bind_random.cpp
void bind_plan_cache(nb::module_& m);                      // bind_plan_cache.cpp
void bind_cache(nb::module_& m);                           // bind_cache.cpp
void bind_results(nb::module_& m);                         // bind_results.cpp
void bind_scores(nb::module_& m, const Kernels* chosen);   // bind_scores.cpp
void bind_present(nb::module_& m, const Kernels* chosen);  // bind_present.cpp
void bind_weights(nb::module_& m, const Kernels* chosen);  // bind_weights.cpp
void bind_series(nb::module_& m, const Kernels* chosen);   // bind_series.cpp

NB_MODULE(_core, m) {
  // Plans may live until the process ends, in the cache of plans or wherever a program keeps them.
  nb::set_leak_warnings(false);
  const char* wanted = std::getenv("INTERTWINE_ISA");
  const Kernels* const kernels = choose_kernels(wanted ? wanted : "");
  if (!kernels) {
    const std::string text = std::string("INTERTWINE_ISA=") + wanted +
                             " is not a level that runs here. Choose one of: " + available_levels();
    throw nb::import_error(text.c_str());
  }
  m.attr("level") = kernels->name;
  m.attr("levels") = available_levels();
  m.attr("max_axes") = kMaxDims;
  between_pieces(Unlocked::look);
  bind_methods(m, kernels);
  bind_sampler(m, kernels);
  bind_random(m);
  bind_results(m);
  bind_cache(m);
  bind_plan_cache(m);
  bind_scores(m, kernels);
  bind_weights(m, kernels);
  bind_present(m, kernels);
  bind_series(m, kernels);
}
