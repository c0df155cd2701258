#include "tests/models/reference/reference_units.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

namespace eyeshift::testing {
namespace {

class MacFp16 : public ReferenceUnit {
 public:
  using ReferenceUnit::ReferenceUnit;
  void accumulate(const std::vector<Half>& x, int64_t m, int64_t k, int64_t k_end,
                  std::vector<float>& sums) const override {
    for (; k < k_end; ++k)
      sums[0] = acc_.add(sums[0], acc_.multiply(static_cast<float>(x[static_cast<size_t>(k)]),
                                                static_cast<float>(operands_.weight(m, k))));
  }
};

// Inputs are fixed point with the least exponent that holds the largest of the layer; sums are codes, whole
// numbers.
class MacInt16 : public ReferenceUnit {
 public:
  MacInt16(const Layer& layer, const ReferenceOperands& operands, const AcceleratorConfig& accelerator)
      : ReferenceUnit(layer, operands, accelerator), exponent_(least_exponent(operands.largest_input())) {}

  float add(float a, float b) const override {
    return static_cast<float>(low_16_bits(static_cast<double>(a) + static_cast<double>(b)));
  }

  void accumulate(const std::vector<Half>& x, int64_t m, int64_t k, int64_t k_end,
                  std::vector<float>& sums) const override {
    for (; k < k_end; ++k) {
      const double weight = low_16_bits(operands_.code(m, k));
      const double input =
          std::nearbyint(std::ldexp(static_cast<double>(x[static_cast<size_t>(k)]), -exponent_));
      const double product = std::floor(input * weight * static_cast<double>(layer_.scales[0]));
      sums[0] = add(sums[0], static_cast<float>(low_16_bits(product)));
    }
  }

  Half output(float total) const override { return Half(std::ldexp(total, exponent_)); }

 private:
  static int least_exponent(float largest) {
    if (largest == 0) return -15;
    int exponent = 2;  // 65504 fits well
    while (static_cast<double>(largest) <= std::ldexp(32767, exponent - 1)) --exponent;
    return exponent;
  }
  // Two's complement.
  static double low_16_bits(double whole) {
    const double rest = std::fmod(whole, 65536);
    return rest >= 32768 ? rest - 65536 : rest < -32768 ? rest + 65536 : rest;
  }

  const int exponent_;
};

// Sums of integers, exact in a float: |sum| <= 127 * 128 K < 2^24 for K up to 1032.
class MacInt8 : public ReferenceUnit {
 public:
  using ReferenceUnit::ReferenceUnit;
  float add(float a, float b) const override { return a + b; }

  void accumulate(const std::vector<Half>& x, int64_t m, int64_t k, int64_t k_end,
                  std::vector<float>& sums) const override {
    if (operands_.K() > 1032) throw std::logic_error("a float cannot hold the sums of so many inputs");
    const float scale = token_scale(x);
    for (; k < k_end; ++k) {
      const unsigned weight = operands_.code(m, k);
      sums[0] +=
          static_cast<float>(quantized(static_cast<float>(x[static_cast<size_t>(k)]), scale) *
                             (weight < 128 ? static_cast<int>(weight) : static_cast<int>(weight) - 256));
    }
  }

  float finish(const std::vector<Half>& x, int64_t m, int64_t, const std::vector<float>& sums,
               const float*) const override {
    const float by_token = sums[0] * token_scale(x);
    return by_token * layer_.scales[static_cast<size_t>(m)];
  }

 private:
  static float token_scale(const std::vector<Half>& x) {
    float largest = 0;
    for (const Half value : x) largest = std::max(largest, std::fabs(static_cast<float>(value)));
    return static_cast<float>(Half(largest / 127));
  }
  static int quantized(float value, float scale) {
    if (scale == 0) return 0;
    return static_cast<int>(std::clamp(std::lrint(value / scale), -127l, 127l));
  }
};

class DequantMac : public ReferenceUnit {
 public:
  DequantMac(const Layer& layer, const ReferenceOperands& operands, const AcceleratorConfig& accelerator)
      : ReferenceUnit(layer, operands, accelerator),
        by_column_(encoding_.group_rows > 1 && encoding_.group_cols == 1),
        at_top_(!by_column_ && accelerator.array.dequant == DequantMode::per_group) {}

  void accumulate(const std::vector<Half>& x, int64_t m, int64_t k, int64_t k_end,
                  std::vector<float>& sums) const override {
    for (; k < k_end; ++k) {
      const auto at = static_cast<size_t>(m / encoding_.group_rows * CG_ + k / encoding_.group_cols);
      const int levels = 1 << encoding_.bits;
      const float zero = encoding_.zero_bits > 0
                             ? static_cast<float>(layer_.zeros[at])
                             : static_cast<float>(encoding_.centred ? levels - 1 : levels) / 2;
      float level = static_cast<float>(operands_.code(m, k)) - zero;
      auto input = static_cast<float>(x[static_cast<size_t>(k)]);
      if (by_column_)
        input = static_cast<float>(Half(input * layer_.scales[at]));
      else if (!at_top_)
        level = static_cast<float>(Half(level * layer_.scales[at]));
      sums[0] = acc_.add(sums[0], acc_.multiply(input, level));
    }
  }

  float finish(const std::vector<Half>&, int64_t m, int64_t index, const std::vector<float>& sums,
               const float* total) const override {
    if (!at_top_) return sums[0];
    const int64_t group = m / encoding_.group_rows * CG_ + index;
    const float scaled = acc_.multiply(sums[0], layer_.scales[static_cast<size_t>(group)]);
    return total == nullptr ? scaled : acc_.add(*total, scaled);
  }

 protected:
  bool groups_inputs() const override { return at_top_; }

 private:
  const bool by_column_, at_top_;
};

class ShiftAdd : public ReferenceUnit {
 public:
  using ReferenceUnit::ReferenceUnit;
  void accumulate(const std::vector<Half>& x, int64_t m, int64_t k, int64_t k_end,
                  std::vector<float>& sums) const override {
    float& sum = sums[0];
    if (encoding_.group_cols == 1) {
      for (; k < k_end; ++k)
        for (int plane = 0; plane < encoding_.bits; ++plane) {
          const auto scaled = static_cast<float>(scaled_input(x, m, k, plane));
          sum = acc_.add(sum, operands_.positive(plane, m, k) ? scaled : -scaled);
        }
      return;
    }
    for (; k < k_end; k += 8)
      for (int plane = 0; plane < encoding_.bits; ++plane)
        sum = scaled_sum(sum, key_value(x, m, k, plane), plane, m, k);
  }

 protected:
  Half scaled_input(const std::vector<Half>& x, int64_t m, int64_t k, int plane) const {
    const Half input = x[static_cast<size_t>(k)];
    Half sum = exponent_add(input, term(plane, m, k, 0));
    for (int t = 1; t < encoding_.terms; ++t)
      sum = testing::add(sum, exponent_add(input, term(plane, m, k, t)));
    return sum;
  }

  float scaled_sum(float sum, Half value, int plane, int64_t m, int64_t k) const {
    for (int t = 0; t < encoding_.terms; ++t)
      sum = acc_.add(sum, static_cast<float>(exponent_add(value, term(plane, m, k, t))));
    return sum;
  }

  // The sum of 8 inputs with the signs of a plane.
  virtual Half key_value(const std::vector<Half>& x, int64_t m, int64_t k, int plane) const {
    Half sum(0.0f);
    for (int64_t j = k; j < k + 8; ++j) {
      const Half input = x[static_cast<size_t>(j)];
      sum = testing::add(sum, operands_.positive(plane, m, j) ? input : -input);
    }
    return sum;
  }

 private:
  uint8_t term(int plane, int64_t m, int64_t k, int t) const {
    const int64_t column = k / encoding_.group_cols;
    if (column >= CG_) return 0;
    const int64_t group = (plane * RG_ + m / encoding_.group_rows) * CG_ + column;
    return layer_.pot[static_cast<size_t>(group * encoding_.terms + t)];
  }
};

// A table's entry depends on the order in which it is built: the first is minus the sum of all inputs,
// another is the one without its lowest set bit plus twice that bit's input.
class Lut : public ShiftAdd {
 public:
  Lut(const Layer& layer, const ReferenceOperands& operands, const AcceleratorConfig& accelerator)
      : ShiftAdd(layer, operands, accelerator), entries_(accelerator.spad_words.lut < 256 ? 128 : 256) {}

  int psums() const override { return encoding_.power_of_two ? 1 : encoding_.bits; }

  void accumulate(const std::vector<Half>& x, int64_t m, int64_t k, int64_t k_end,
                  std::vector<float>& sums) const override {
    if (encoding_.power_of_two && encoding_.group_cols > 1) return ShiftAdd::accumulate(x, m, k, k_end, sums);
    for (; k < k_end; k += 8) {
      for (int plane = 0; plane < encoding_.bits; ++plane) {
        float& sum = sums[encoding_.power_of_two ? 0 : static_cast<size_t>(plane)];
        sum = acc_.add(sum, static_cast<float>(key_value(x, m, k, plane)));
      }
    }
  }

  float finish(const std::vector<Half>&, int64_t m, int64_t index, const std::vector<float>& sums,
               const float* total) const override {
    if (encoding_.power_of_two) return sums[0];
    float sum = total == nullptr ? 0 : *total;
    for (int plane = 0; plane < encoding_.bits; ++plane) {
      const float alpha = layer_.alpha[static_cast<size_t>((plane * layer_.shape.M + m) * CG_ + index)];
      sum = acc_.add(sum, acc_.multiply(sums[static_cast<size_t>(plane)], alpha));
    }
    return sum;
  }

 protected:
  bool groups_inputs() const override { return !encoding_.power_of_two; }

  Half key_value(const std::vector<Half>& x, int64_t m, int64_t k, int plane) const override {
    unsigned key = 0;
    std::array<Half, 8> values;
    for (int j = 0; j < 8; ++j) {
      key |= static_cast<unsigned>(operands_.positive(plane, m, k + j)) << j;
      const bool by_column = encoding_.power_of_two && encoding_.group_cols == 1;
      values[static_cast<size_t>(j)] =
          by_column ? scaled_input(x, m, k + j, plane) : x[static_cast<size_t>(k + j)];
    }
    return key < entries_ ? entry(key, values) : -entry(255 - key, values);
  }

 private:
  static Half entry(unsigned key, const std::array<Half, 8>& values) {
    if (key == 0) {
      Half sum = values[0];
      for (size_t j = 1; j < 8; ++j) sum = testing::add(sum, values[j]);
      return -sum;
    }
    size_t lowest = 0;
    while (((key >> lowest) & 1u) == 0) ++lowest;
    const Half rest = entry(key & ~(1u << lowest), values);
    return Half(static_cast<float>(rest) + 2 * static_cast<float>(values[lowest]));
  }

  const unsigned entries_;
};

}  // namespace

std::unique_ptr<ReferenceUnit> reference_unit(const std::string& unit, const Layer& layer,
                                              const ReferenceOperands& operands,
                                              const AcceleratorConfig& accelerator) {
  if (unit == "mac-fp16") return std::make_unique<MacFp16>(layer, operands, accelerator);
  if (unit == "mac-int16") return std::make_unique<MacInt16>(layer, operands, accelerator);
  if (unit == "mac-int8") return std::make_unique<MacInt8>(layer, operands, accelerator);
  if (unit == "dequant-mac") return std::make_unique<DequantMac>(layer, operands, accelerator);
  if (unit == "shift-add") return std::make_unique<ShiftAdd>(layer, operands, accelerator);
  if (unit == "lut") return std::make_unique<Lut>(layer, operands, accelerator);
  throw std::logic_error("the reference executor knows no unit " + unit);
}

}  // namespace eyeshift::testing
