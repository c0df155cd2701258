#include "tests/models/reference/functional_bound.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <string>

namespace eyeshift::testing {
namespace {

constexpr double kHalf = 0x1p-11, kSingle = 0x1p-24;  // unit roundoffs
constexpr double kHalfUnderflow = 0x1p-25;            // half the distance of subnormal halves

// A unit's output is a tree of additions over leaves, each leaf a weight's share times an input. Every
// operation multiplies its exact result by 1 + d, |d| <= u, so a leaf with n roundings between it and the
// output comes out multiplied by a factor within (1 + u)^n of 1 (Higham, Accuracy and Stability of Numerical
// Algorithms, sec. 3.1), and
//
//   |output - exact| <= sum over leaves |leaf| ((1 + u_half)^h (1 + u_acc)^a (1 + u_single)^s - 1) +
//   underflows.
//
// Additions: a tree over L leaves adds L - 1 times whatever its order, the additions to 0 being exact, so no
// leaf meets more than L - 1. Additions never underflow; a product or exponent add in half precision may, by
// at most 2^-25 each, and such an error grows on its way to the output no more than a leaf does.
//
// The table of `lut`: the entry is reached from -(x0 + ... + x7) by adding 2 x_j for each set bit. The exact
// value of every intermediate is a sum of the 8 inputs with some signs, at most S = sum |x_j|, so the error
// after n additions is e_n <= e_(n-1) (1 + u) + u S, hence e_n <= S ((1 + u)^n - 1): the form above with
// |leaf| = |x_j|, n = 7 + 8 additions (7 + 7 with 128 entries).
struct Roundings {
  int64_t half = 0;         // on the longest path, in half precision whatever the accumulator
  int64_t accumulator = 0;  // in the accumulator's precision
  int64_t single = 0;       // decode()'s own rounding of a weight, scales in single precision
};

double growth(const Roundings& n, double u_accumulator) {
  return std::expm1(static_cast<double>(n.half) * std::log1p(kHalf) +
                    static_cast<double>(n.accumulator) * std::log1p(u_accumulator) +
                    static_cast<double>(n.single) * std::log1p(kSingle));
}

double value_of(uint16_t half) { return static_cast<double>(Eigen::numext::bit_cast<Eigen::half>(half)); }

class Bounds {
 public:
  Bounds(const UnitCase& unit_case, const AcceleratorConfig& accelerator, const Layer& layer,
         const std::vector<uint16_t>& inputs)
      : unit_(unit_case.unit),
        encoding_(layer.encoding),
        layer_(layer),
        K_(layer.shape.K),
        M_(layer.shape.M),
        CG_(column_groups(encoding_, K_)),
        keys_(keys_of(layer.shape)),
        input_step_(unit_ == "mac-int16" ? fixed_point_step(inputs) : 0),
        halves_(accelerator.array.accumulator == Accumulator::fp16),
        per_weight_(unit_ == "dequant-mac" && accelerator.array.dequant == DequantMode::per_weight),
        table_adds_(accelerator.spad_words.lut < 256 ? 14 : 15),
        weights_(decode(layer)) {}

  Bounded bounded(const uint16_t* x, int64_t m) const {
    Bounded result;
    double quantization = 0, underflow = 0;
    const double step = unit_ == "mac-int8" ? input_step(x) : input_step_;
    for (int64_t k = 0; k < K_; ++k) {
      const double weight = static_cast<double>(weights_[static_cast<size_t>(m * K_ + k)]);
      const double input = std::abs(value_of(x[k]));
      result.exact += weight * value_of(x[k]);
      result.magnitude += leaf_weight(m, k) * (input + step);
      // An int8 input is its value to half a step, and to the rounding of the division by the step; a
      // fixed-point one to half a step, and a product loses less than a step.
      quantization += std::abs(weight) * step * (0.5 + 128 * kSingle);
      if (unit_ == "mac-int16") quantization += step;
      underflow += kHalfUnderflow * underflows(m, k, input);
    }
    underflow += kHalfUnderflow * finish_underflows();
    const double grown = growth(roundings(), halves_ ? kHalf : kSingle);
    const double before_output = result.magnitude * grown + quantization + underflow * (1 + grown);
    result.bound = before_output + kHalf * (std::abs(result.exact) + before_output) + kHalfUnderflow;
    return result;
  }

 private:
  bool by_column() const { return encoding_.group_rows > 1 && encoding_.group_cols == 1; }

  Roundings roundings() const {
    const int64_t keys = keys_, planes = encoding_.bits, terms = encoding_.terms;
    const int64_t group = std::min(encoding_.group_cols, K_);
    const int64_t product = halves_ ? 1 : 0;  // a product of halves is exact in single precision
    if (unit_ == "mac-fp16") return {0, product + K_ - 1, 0};
    if (unit_ == "mac-int8") return {0, 0, 2 + 1};  // integer sums, then two scales
    if (unit_ == "mac-int16") return {0, 0, 0};     // integer sums
    if (unit_ == "dequant-mac") {
      // Scale times weight or input in half precision, by way of single precision.
      if (per_weight_ || by_column()) return {1, product + K_ - 1, 1 + 1};
      // Within the group; the scale; the totals.
      return {0, product + (group - 1) + 1 + (CG_ - 1), 1 + 1};
    }
    if (unit_ == "shift-add") {
      if (by_column()) return {terms - 1, planes * K_ - 1, 1};
      return {7, keys * planes * terms - 1, 1};
    }
    if (by_column()) return {terms - 1 + table_adds_, keys * planes - 1, 1};
    if (encoding_.power_of_two) return {table_adds_, keys * planes * terms - 1, 1};
    // Within the group; alpha, for half sums by way of single precision; planes and groups.
    const int64_t keys_of_group = CG_ > 1 ? (group + 7) / 8 : keys;
    return {table_adds_, keys_of_group - 1 + 1 + (planes * CG_ - 1), 1 + 1};
  }

  // The magnitudes of the weight's shares: of planes and terms one by one, for these are what the unit adds
  // up.
  double leaf_weight(int64_t m, int64_t k) const {
    if (encoding_.coding != Coding::binary)
      return std::abs(static_cast<double>(weights_[static_cast<size_t>(m * K_ + k)]));
    const int64_t RG = row_groups(encoding_, M_);
    double sum = 0;
    for (int64_t plane = 0; plane < encoding_.bits; ++plane) {
      const int64_t group = (plane * RG + m / encoding_.group_rows) * CG_ + k / encoding_.group_cols;
      if (!encoding_.power_of_two)
        sum += std::abs(static_cast<double>(layer_.alpha[static_cast<size_t>(group)]));
      else
        for (int64_t t = 0; t < encoding_.terms; ++t)
          sum += std::abs(
              static_cast<double>(pot_value(layer_.pot[static_cast<size_t>(group * encoding_.terms + t)])));
    }
    return sum;
  }

  // How many half-precision underflows input k can bring into output m, each times what it is multiplied by
  // afterwards.
  double underflows(int64_t m, int64_t k, double input) const {
    const double product = halves_ ? 1 : 0;
    if (unit_ == "mac-fp16") return product;
    if (unit_ == "mac-int8" || unit_ == "mac-int16") return 0;
    if (unit_ == "dequant-mac") {
      const double largest_level = 1 << encoding_.bits;
      if (by_column()) return largest_level + product;
      if (per_weight_) return input + product;
      return product * static_cast<double>(layer_.scales[static_cast<size_t>(m / encoding_.group_rows * CG_ +
                                                                             k / encoding_.group_cols)]);
    }
    if (!encoding_.power_of_two) return 0;
    const double exponent_adds = static_cast<double>(encoding_.bits) * encoding_.terms;
    return by_column() ? exponent_adds : exponent_adds * (k % 8 == 0 ? 1 : 0);
  }

  double finish_underflows() const {
    const bool row_wise =
        encoding_.scale_bits > 8 && !by_column() && unit_ != "mac-int8" && unit_ != "mac-int16";
    return halves_ && row_wise
               ? static_cast<double>(CG_) * (encoding_.coding == Coding::binary ? encoding_.bits : 1)
               : 0;
  }

  // A convolution's keys hold channels of one pixel.
  static int64_t keys_of(const LayerShape& shape) {
    if (!shape.conv) return (shape.K + 7) / 8;
    return shape.conv->R * shape.conv->R * ((shape.conv->C / shape.conv->groups + 7) / 8);
  }

  // The least power of two of which 32767 are at least the largest input.
  static double fixed_point_step(const std::vector<uint16_t>& inputs) {
    double largest = 0;
    for (const uint16_t input : inputs) largest = std::max(largest, std::abs(value_of(input)));
    return std::exp2(std::ceil(std::log2(largest / 32767)));
  }

  double input_step(const uint16_t* x) const {
    double largest = 0;
    for (int64_t k = 0; k < K_; ++k) largest = std::max(largest, std::abs(value_of(x[k])));
    return static_cast<double>(Eigen::half(static_cast<float>(largest) / 127));
  }

  const std::string unit_;
  const Encoding& encoding_;
  const Layer& layer_;
  const int64_t K_, M_, CG_, keys_;
  const double input_step_;  // of fixed-point inputs
  const bool halves_, per_weight_;
  const int64_t table_adds_;
  const std::vector<float> weights_;
};

// The inputs [K] of an output of a convolution, zeros in the padding.
std::vector<uint16_t> window(const Layer& layer, const std::vector<uint16_t>& inputs, int64_t image,
                             int64_t m, int64_t y, int64_t x) {
  const Convolution& conv = *layer.shape.conv;
  const int64_t channels = conv.C / conv.groups, group = m / (layer.shape.M / conv.groups);
  std::vector<uint16_t> values;
  for (int64_t channel = group * channels; channel < (group + 1) * channels; ++channel)
    for (int64_t row = y * conv.stride - conv.pad; row < y * conv.stride - conv.pad + conv.R; ++row)
      for (int64_t col = x * conv.stride - conv.pad; col < x * conv.stride - conv.pad + conv.R; ++col) {
        const bool inside = row >= 0 && col >= 0 && row < conv.H && col < conv.H;
        const int64_t at = ((image * conv.C + channel) * conv.H + row) * conv.H + col;
        values.push_back(inside ? inputs[static_cast<size_t>(at)] : uint16_t{0});
      }
  return values;
}

}  // namespace

std::vector<Bounded> rounding_bounds(const UnitCase& unit_case, const AcceleratorConfig& accelerator,
                                     const Layer& layer, const std::vector<uint16_t>& inputs,
                                     int64_t tokens) {
  const Bounds bounds(unit_case, accelerator, layer, inputs);
  const int64_t E = layer.shape.conv ? layer.shape.conv->E() : 1;
  std::vector<Bounded> all;
  for (int64_t token = 0; token < tokens; ++token)
    for (int64_t m = 0; m < layer.shape.M; ++m)
      for (int64_t pixel = 0; pixel < E * E; ++pixel)
        all.push_back(layer.shape.conv
                          ? bounds.bounded(window(layer, inputs, token, m, pixel / E, pixel % E).data(), m)
                          : bounds.bounded(inputs.data() + token * layer.shape.K, m));
  return all;
}

}  // namespace eyeshift::testing
