// The core without Python: every method of the best level against plain loops, for processors that
// the tests do not run on. Exits with the number of disagreements.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include "../../core/dispatch.hpp"
#include "../../core/pool.hpp"

using namespace iw;

namespace {

std::mt19937 rng(1);
int wrong = 0, checks = 0;

double uniform() { return std::uniform_real_distribution<double>(-1, 1)(rng); }

int64_t folded(int64_t i, int64_t n, Border border) {
  if (border == Border::wrap) return ((i % n) + n) % n;
  if (border == Border::nearest) return i < 0 ? 0 : i < n ? i : n - 1;
  if (border == Border::constant) return i < 0 || i >= n ? -1 : i;
  const int64_t period = border == Border::mirror ? (n > 1 ? 2 * n - 2 : 1) : 2 * n;
  i = ((i % period) + period) % period;
  if (i < n) return i;
  return border == Border::mirror ? period - i : period - 1 - i;
}

// Rows and columns of T, under the product of two lines, or of one box.
template <class T>
struct Case {
  int64_t n[2], k[2];
  Border border;
  std::vector<T> x, out, taps;
  std::vector<double> line[2];
  Job job{};

  Case(int64_t rows, int64_t columns, int64_t tall, int64_t wide, Border b, bool box)
      : n{rows, columns}, k{tall, wide}, border(b), x(rows * columns), out(rows * columns) {
    for (T& value : x) value = T(uniform());
    for (int a = 0; a < 2; a++)
      for (int64_t i = 0; i < k[a]; i++)
        line[a].push_back(box ? 1.0 : std::pow(0.8 + 0.1 * a, double(i)));
    for (int64_t i = 0; i < tall; i++)
      for (int64_t j = 0; j < wide; j++) taps.push_back(T(line[0][i] * line[1][j]));
    job.nd = 2;
    for (int a = 0; a < 2; a++) job.axis[a] = {n[a], n[a], k[a], -(k[a] / 2), 1, 1, border, 0};
    job.inner = 1;
    job.x = reinterpret_cast<const char*>(x.data());
    job.out = reinterpret_cast<char*>(out.data());
    const int64_t size = sizeof(T);
    const int64_t stride[3] = {columns * size, size, size};
    for (int a = 0; a < 3; a++) job.x_stride[a] = job.out_stride[a] = stride[a];
    job.x_type = job.out_type = type();
    job.kernels = 1;
    job.threads = 3;
  }

  static Type type() { return sizeof(T) == 4 ? Type::f32 : Type::f64; }

  void compare(const char* method) {
    double worst = 0, scale = 0;
    for (T tap : taps) scale += std::fabs(double(tap));
    for (int64_t r = 0; r < n[0]; r++)
      for (int64_t c = 0; c < n[1]; c++) {
        double sum = 0;
        for (int64_t i = 0; i < k[0]; i++)
          for (int64_t j = 0; j < k[1]; j++) {
            const int64_t y = folded(r - k[0] / 2 + i, n[0], border);
            const int64_t z = folded(c - k[1] / 2 + j, n[1], border);
            if (y >= 0 && z >= 0) sum += double(taps[i * k[1] + j]) * double(x[y * n[1] + z]);
          }
        worst = std::fmax(worst, std::fabs(sum - double(out[r * n[1] + c])));
      }
    checks++;
    if (worst <= (sizeof(T) == 4 ? 3e-6 : 1e-13) * scale) return;
    wrong++;
    std::printf("%s %zu-byte %lldx%lld under %lldx%lld, border %d: off by %g of %g\n", method,
                sizeof(T), (long long)n[0], (long long)n[1], (long long)k[0], (long long)k[1],
                int(border), worst, scale);
  }

  void all(const Kernels& kernels, bool box) {
    kernels.direct(job, services(), type(), taps.data(), Pairs{});
    compare("direct");
    std::vector<T> lines;
    for (int a = 0; a < 2; a++)
      for (double tap : line[a]) lines.push_back(T(tap));
    const int64_t tile[2] = {17, 40};
    kernels.separable(job, services(), type(), Factors{1, lines.data(), tile, 16});
    compare("separable");
    for (const int fold : {-1, 0}) {  // tiles, or one that is folded
      const int64_t sizes[2] = {fold < 0 ? 60 : 320, fold < 0 ? 96 : 320};
      Spectrum* spectrum =
          kernels.spectrum_new(job, services(), type(), 1, taps.data(), sizes, fold);
      kernels.overlap_save(&job, false, services(), spectrum, Cut{});
      kernels.spectrum_free(spectrum);
      compare(fold < 0 ? "overlap_save" : "overlap_save, folded");
    }
    if (box) {
      const double weight = 1;
      const int64_t first[2] = {0, 0};
      kernels.running_sum(job, services(), Type::f64, Boxes{1, &weight, first, k});
      compare("running_sum");
    } else {
      exponentials(kernels);
      compare("recursive");
    }
  }

  // The taps grow along the axes: in correlation order they are all at or before the sample.
  void exponentials(const Kernels& kernels) {
    Recursion recursion{};
    std::vector<double> numbers[4];
    for (int a = 0; a < 2; a++) {
      const double p = 0.8 + 0.1 * a;
      numbers[2 * a] = {0, 0, 1, 0, 0, 0};
      numbers[2 * a + 1] = {p, 0, p, 0, std::pow(p, double(k[a] - 1)), 0};
      recursion.side[2 * a] = {1, numbers[2 * a].data(), 1, false};
      recursion.side[2 * a + 1] = {k[a] > 1, numbers[2 * a + 1].data(), k[a] - 1, true};
      recursion.axis[a] = a;
    }
    recursion.count = 2;
    kernels.recursive(job, services(), type(), recursion);
  }
};

template <class T>
void check(const Kernels& kernels) {
  for (int border = 0; border <= int(Border::wrap); border++)
    for (bool box : {false, true})
      for (const auto& [tall, wide] : {std::pair{3, 5}, {8, 17}, {31, 2}, {1, 60}}) {
        Case<T>(70, 130, tall, wide, Border(border), box).all(kernels, box);
        Case<T>(9, 33, tall, wide, Border(border), box).all(kernels, box);
      }
}

}  // namespace

int main() {
  const Kernels* kernels = choose_kernels("");
  check<float>(*kernels);
  check<double>(*kernels);
  std::printf("%s: %d of %d comparisons agree\n", kernels->name, checks - wrong, checks);
  return wrong;
}
