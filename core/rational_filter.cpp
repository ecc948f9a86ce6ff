// Rows filtered by theta(B) / phi(B): y[t] = sum ma x[t - lag] + sum ar y[t - lag], nothing before
// the first sample. Many rows travel as lanes (filter_lanes.hpp), a few one by one
// (filter_row.hpp).
//
// Long rows are cut, by their length alone, into pieces that travel like rows: where the response
// of 1 / phi dies away soon, a piece that begins so many samples early has forgotten where it
// began. So the bits depend on shapes and taps, never on threads.
//
// A NaN or Inf stays in the recursion, as the formula says, through all later pieces too; it never
// reaches an earlier sample or another row.
#include "filter_lanes.hpp"
#include "filter_row.hpp"

namespace {

constexpr int64_t kPiece = 1 << 15;    // samples of a piece of a row
constexpr int64_t kLongest = 1 << 12;  // samples in which responses have to die away
constexpr double kNothing = 1e-20;     // of a response

struct Pieces {
  const RationalFilter& job;
  const Services& services;
  const RowFilter row;
  const LaneFilter lanes;
  int64_t lead = 0, count = 1;  // of pieces of a row
  bool side_by_side;

  Pieces(const RationalFilter& j, const Services& s)
      : job(j), services(s), row(j, s), lanes(j, s, row.reach) {
    if (job.n >= 2 * kPiece) {
      const int64_t memory = find_memory(), early = memory + row.reach;
      const int64_t pieces = (job.n + kPiece - 1) / kPiece;
      const bool few = job.rows * pieces < LaneFilter::kLanesAtOnce;
      if (memory >= 0 && 4 * early < kPiece && !few) lead = early, count = pieces;
    }
    side_by_side =
        row.reach <= LaneFilter::kFarthest && job.rows * count >= LaneFilter::kLanesAtOnce;
  }

  // Samples after which the response of 1 / phi is nothing; -1 where it takes too long.
  int64_t find_memory() const {
    if (!job.ar_count) return 0;
    const int64_t span = kLongest + job.ar_lag[job.ar_count - 1];
    double* const response = static_cast<double*>(services.scratch(0, span * 8));
    int64_t still = 0;
    for (int64_t t = 0; t < span; t++) {
      double sum = t == 0;
      for (int64_t i = 0; i < job.ar_count && job.ar_lag[i] <= t; i++)
        sum += job.ar[i] * response[t - job.ar_lag[i]];
      response[t] = sum;
      if (!(__builtin_fabs(sum) < kNothing)) still = t + 1;
    }
    return still <= kLongest ? still : -1;
  }

  int64_t tasks() const {
    constexpr int64_t L = LaneFilter::kLanesAtOnce;
    return side_by_side ? (job.rows * count + L - 1) / L : job.rows;
  }

  void run(int64_t task) const {
    if (!side_by_side) return row.some(job.x + task * job.n, job.y + task * job.n, 0, job.n);
    constexpr int64_t L = LaneFilter::kLanesAtOnce;
    Lane group[L];
    const int64_t last = job.rows * count - 1, length = count == 1 ? job.n : kPiece;
    for (int64_t r = 0; r < L; r++) {
      const int64_t i = least(task * L + r, last), begin = i % count * kPiece;
      const int64_t at = i / count * job.n, end = least(job.n, begin + length);
      group[r] = {job.x + at, job.y + at, begin - lead, begin, task * L + r > last ? begin : end};
    }
    lanes.run(group, lead + length);
  }

  // What is not finite at the end of a piece lasts: the rest of the row is done again.
  void mend(int64_t i) const {
    double* const y = job.y + i * job.n;
    for (int64_t p = 1; p < count && job.ar_count; p++)
      for (int64_t t = least(row.reach, kPiece); t >= 1; t--)
        if (y[p * kPiece - t] - y[p * kPiece - t] != 0)
          return row.some(job.x + i * job.n, y, p * kPiece, job.n);
  }
};

}  // namespace

namespace iw::IW_LEVEL {

void rational_filter(const RationalFilter& job, const Services& services) {
  const Pieces pieces(job, services);
  services.parallel_for(
      pieces.tasks(), job.rows * job.n < 20000 ? 1 : job.threads,
      [](void* context, int64_t i) { static_cast<const Pieces*>(context)->run(i); },
      const_cast<Pieces*>(&pieces));
  for (int64_t i = 0; pieces.count > 1 && i < job.rows; i++) pieces.mend(i);
}

}  // namespace iw::IW_LEVEL
