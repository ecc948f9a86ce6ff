#include "dispatch.hpp"

#include <cstring>
#include <string>

#include "levels.hpp"

#define IW_DECLARE(level)                                                                     \
  namespace iw::level {                                                                       \
  void direct(const Job&, const Services&, Type, const void*, const Pairs&);                  \
  bool separable(const Job&, const Services&, Type, const Factors&);                          \
  bool running_sum(const Job&, const Services&, Type, const Boxes&);                          \
  bool recursive(const Job&, const Services&, Type, const Recursion&);                        \
  Spectrum* spectrum_new(const Job&, const Services&, Type, int, const void*, const int64_t*, \
                         int);                                                                \
  void spectrum_free(Spectrum*);                                                              \
  int64_t spectrum_bytes(const Spectrum*);                                                    \
  bool overlap_save(const Job*, bool, const Services&, const Spectrum*, const Cut&);          \
  bool missing(const Job&, const Services&, bool);                                            \
  void within(const Job&, const Services&, const Span&, bool);                                \
  void sample(const Job&, const Services&, const Chances&);                                   \
  void variance(const Job&, const Services&, const Chances&);                                 \
  bool norms(const Scores&);                                                                  \
  void scores(bool, const void*, int64_t, int64_t, void*);                                    \
  void weights(const Weights&, const Services&);                                              \
  bool present(const Present&, const Services&);                                              \
  void turn(const Turn&, const Services&);                                                    \
  bool innovations(const Innovations&, const Services&);                                      \
  void forecast_variance(const Spread&, const Services&);                                     \
  void rational_filter(const RationalFilter&, const Services&);                               \
  static const Kernels table(const char* name) {                                              \
    return {name,           direct,        separable,      running_sum,  recursive,           \
            spectrum_new,   spectrum_free, spectrum_bytes, overlap_save, missing,             \
            within,         sample,        variance,       norms,        scores,              \
            weights,        present,       turn,           innovations,  forecast_variance,   \
            rational_filter};                                                                 \
  }                                                                                           \
  }

#ifdef IW_HAS_base
IW_DECLARE(base)
#endif
#ifdef IW_HAS_v3
IW_DECLARE(v3)
#endif
#ifdef IW_HAS_v4
IW_DECLARE(v4)
#endif

namespace iw {
namespace {

struct Level {
  Kernels kernels;
  bool runs;
};

const Level levels[] = {
#ifdef IW_HAS_v4
    {v4::table("x86-64-v4"), runs_v4()},
#endif
#ifdef IW_HAS_v3
    {v3::table("x86-64-v3"), runs_v3()},
#endif
#ifdef IW_HAS_base
#ifdef __x86_64__
    {base::table("x86-64"), true},
#else
    {base::table("baseline"), true},
#endif
#endif
};

}  // namespace

const Kernels* choose_kernels(const char* wanted) {
  for (const Level& level : levels)
    if (level.runs && (!*wanted || !std::strcmp(wanted, level.kernels.name))) return &level.kernels;
  return nullptr;
}

const char* available_levels() {
  static const std::string names = [] {
    std::string text;
    for (const Level& level : levels) {
      if (!level.runs) continue;
      if (!text.empty()) text += ' ';
      text += level.kernels.name;
    }
    return text;
  }();
  return names.c_str();
}

}  // namespace iw
