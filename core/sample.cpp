// Stochastic convolution: every output is one sample of its window, drawn with the taps as chances.
//
// A random word draws the first tap whose `last` it does not pass. Each word belongs to the index
// of its output and the number of the draw, so tiles and threads are free to choose.
//
// With few taps all samples of the window are read and the drawn one is kept, vectors at a time:
// a comparison and a choice for each tap are quicker than one look into memory at a random place.
#include "random.hpp"
#include "windows.hpp"

namespace {

// Taps up to which all are compared.
constexpr int64_t kCompared = 96;

// Words as the integers of T's size, in an order that signed comparison keeps.
template <class T>
struct WordsFor {
  typedef int32_t type __attribute__((vector_size(kVectorBytes)));
  IW_INLINE type at(const uint32_t* words) {
    return load(reinterpret_cast<const int32_t*>(words)) ^ splat(INT32_MIN);
  }
};
template <class T>
  requires(sizeof(T) == 8)
struct WordsFor<T> {
  typedef int64_t type __attribute__((vector_size(kVectorBytes)));
  typedef int32_t Half __attribute__((vector_size(kVectorBytes / 2)));
  IW_INLINE type at(const uint32_t* words) {
    Half half;
    __builtin_memcpy(&half, words, sizeof half);
    return __builtin_convertvector(half ^ INT32_MIN, type);
  }
};

IW_INLINE int32_t in_signed_order(uint32_t word) { return int32_t(word ^ 0x80000000u); }

// Elements of the space that `count` words need, wherever in a group they start.
IW_INLINE int64_t words_space(int64_t count) { return count + 2 * kGroup; }

// Words `first` to `first + count - 1` of a stream; returns where in `space` they stand.
IW_APART const uint32_t* philox_words(uint32_t* space, uint64_t first, int64_t count,
                                      const Stream stream) {
  const uint64_t begin = first / kGroup, end = (first + uint64_t(count) + kGroup - 1) / kGroup;
  for (uint64_t g = begin; g < end; g++) philox_group(space + (g - begin) * kGroup, g, stream);
  return space + first % kGroup;
}

// Whole vectors: `out`, `words` and the rows have slack.
template <class T>
IW_APART void pick_by_comparing(const T* row, const int64_t* offset, const Choice& c,
                                const uint32_t* words, int64_t count, T* out) {
  using Words = WordsFor<T>;
  using Lane = decltype(Words::at(words)[0] + 0);
  constexpr int W = kLanes<T>, N = 4;
  for (int64_t i = 0; i < count; i += N * W) {
    typename Words::type word[N];
    Vec<T> y[N];
#pragma GCC unroll 4
    for (int v = 0; v < N; v++) {
      word[v] = Words::at(words + i + v * W);
      y[v] = load(row + offset[0] + i + v * W);
    }
    for (int64_t j = 1; j < c.taps; j++) {
      const T* at = row + offset[j] + i;
      const typename Words::type passed = splat(Lane(in_signed_order(c.last[j - 1])));
#pragma GCC unroll 4
      for (int v = 0; v < N; v++) y[v] = word[v] > passed ? load(at + v * W) : y[v];
    }
#pragma GCC unroll 4
    for (int v = 0; v < N; v++) store(out + i + v * W, y[v]);
  }
}

// With many taps, look up where to begin: the guide knows it for the first bits of a word.
IW_INLINE int64_t tap_of(const Choice& c, uint32_t word) {
  int64_t j = c.guide[word >> c.guide_shift];
  while (word > c.last[j]) j++;
  return j;
}

// `together` neighbouring samples come from the same place.
template <class T>
IW_APART void pick_by_guide(const T* row, const int64_t* offset, const Choice& c,
                            const uint32_t* words, int64_t count, int64_t together, T* out) {
  for (int64_t i = 0; i < count; i++) {
    const T* from = row + offset[tap_of(c, words[i])] + i * together;
    for (int64_t e = 0; e < together; e++) out[i * together + e] = from[e];
  }
}

template <class T>
class Sampler : public Windows<T> {
 public:
  using Base = Windows<T>;
  using Base::chances, Base::grid, Base::job, Base::last, Base::offset, Base::out_size;
  using Base::services;

  Sampler(const Job& job, const Services& services, const Chances& chances)
      : Base(job, services, chances),
        each(chances.together ? 1 : job.inner),
        together(chances.together ? job.inner : 1) {}

  void tile(int64_t i) const {
    int64_t lo[kMaxDims], len[kMaxDims];
    grid.box(job, i, lo, len);
    const T* source = this->load(lo, len);
    T* picked = this->template space<T>(kPicked, out_size);
    const bool one = chances.parts == 1 && chances.draws == 1 && chances.part[0].scale == 1;
    double* mean = one ? nullptr : this->template space<double>(kMean, out_size);
    Patience patience(services);
    this->for_each_row(lo, len, [&](int64_t from, int64_t to, int64_t flat) {
      const Row row{source + from, flat * each, len[last] * each};
      if (one)
        pick(row, 0, 0, picked + to, patience);
      else
        average(row, picked, mean + to, patience);
    });
    one ? this->store(lo, len, picked) : this->store(lo, len, mean);
  }

 private:
  enum Slot { kWords = Base::kFree, kPicked, kSum, kMean };

  struct Row {
    const T* source;
    int64_t first, words;  // the index of the first word, and how many are drawn
  };

  // The part is what sets the words of a positive part apart from those of a negative one.
  void pick(const Row& row, int part, int64_t draw, T* out, Patience& patience) const {
    const Choice& c = chances.part[part];
    uint32_t* space =
        this->template space<uint32_t>(kWords, words_space(row.words) + 4 * kLanes<uint32_t>);
    const uint32_t* words = philox_words(space, uint64_t(row.first), row.words,
                                         Stream{chances.seed, uint32_t(draw), uint32_t(part)});
    if (together == 1 && c.taps <= kCompared)
      pick_by_comparing(row.source, offset[part], c, words, row.words, out);
    else
      pick_by_guide(row.source, offset[part], c, words, row.words, together, out);
    patience.spend(row.words * together);
  }

  void average(const Row& row, T* picked, double* mean, Patience& patience) const {
    const int64_t count = row.words * together;
    double* sum = this->template space<double>(kSum, count);
    for (int64_t i = 0; i < count; i++) mean[i] = 0;
    for (int part = 0; part < chances.parts; part++) {
      for (int64_t i = 0; i < count; i++) sum[i] = 0;
      for (int64_t draw = 0; draw < chances.draws; draw++) {
        pick(row, part, draw, picked, patience);
        for (int64_t i = 0; i < count; i++) sum[i] += double(picked[i]);
      }
      const double scale = chances.part[part].scale, draws = double(chances.draws);
      for (int64_t i = 0; i < count; i++) mean[i] += scale * (sum[i] / draws);
    }
  }

  int64_t each, together;
};

template <class T>
void run(const Job& job, const Services& services, const Chances& chances) {
  run_tiles(Sampler<T>(job, services, chances), services, chances, job.threads);
}

}  // namespace

namespace iw::IW_LEVEL {

void sample(const Job& job, const Services& services, const Chances& chances) {
  switch (job.x_type) {
    case Type::u32:
    case Type::i32:
    case Type::u64:
    case Type::i64:
      return run<int64_t>(job, services, chances);
    case Type::f64:
      return run<double>(job, services, chances);
    default:
      return run<float>(job, services, chances);
  }
}

}  // namespace iw::IW_LEVEL
