#include "tests/models/reference_executor.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <string>

#include "tests/models/reference_arithmetic.h"

namespace eyeshift::testing {
namespace {

// What a unit does with one output and a PE's inputs, and with the complete sums of a group of inputs.
class Arithmetic {
 public:
  Arithmetic(const Layer& layer, const std::vector<uint16_t>& inputs, const AcceleratorConfig& accelerator)
      : layer_(layer),
        encoding_(layer.encoding),
        inputs_(inputs),
        acc_(accelerator.array.accumulator),
        K_(layer.shape.K),
        M_(layer.shape.M),
        RG_((M_ + encoding_.group_rows - 1) / encoding_.group_rows),
        CG_((K_ + encoding_.group_cols - 1) / encoding_.group_cols) {}
  virtual ~Arithmetic() = default;

  virtual int psums() const { return 1; }      // an output
  virtual int64_t group() const { return 0; }  // inputs whose sums are complete together; 0: all
  virtual float add(float a, float b) const { return acc_.add(a, b); }
  // The partial sums [psums()] of output m over the inputs from k to k_end.
  virtual std::vector<float> local(int64_t token, int64_t m, int64_t k, int64_t k_end) const = 0;
  // The total after group `index`, from its complete sums and the total of those before (nullptr: none).
  virtual float finish(int64_t, int64_t, int64_t, const std::vector<float>& sums, const float*) const {
    return sums[0];
  }

 protected:
  Half x(int64_t token, int64_t k) const {
    return half_from_bits(k < K_ ? inputs_[static_cast<size_t>(token * K_ + k)] : uint16_t{0});
  }
  unsigned code(int64_t m, int64_t k) const {
    const int64_t first = m * ((K_ * encoding_.bits + 7) / 8 * 8) + k * encoding_.bits;
    unsigned code = 0;
    for (int64_t i = encoding_.bits - 1; i >= 0; --i)
      code = code << 1 | ((layer_.codes[static_cast<size_t>((first + i) / 8)] >> ((first + i) % 8)) & 1u);
    return code;
  }
  bool positive(int plane, int64_t m, int64_t k) const {
    return (layer_.planes[static_cast<size_t>((plane * M_ + m) * ((K_ + 7) / 8) + k / 8)] >> (k % 8)) & 1;
  }
  uint8_t term(int plane, int64_t m, int64_t k, int t) const {
    const int64_t column = k / encoding_.group_cols;
    if (column >= CG_) return 0;
    const int64_t group = (plane * RG_ + m / encoding_.group_rows) * CG_ + column;
    return layer_.pot[static_cast<size_t>(group * encoding_.terms + t)];
  }

  const Layer& layer_;
  const Encoding& encoding_;
  const std::vector<uint16_t>& inputs_;
  const Accumulating acc_;
  const int64_t K_, M_, RG_, CG_;
};

class MacFp16 : public Arithmetic {
 public:
  using Arithmetic::Arithmetic;
  std::vector<float> local(int64_t token, int64_t m, int64_t k, int64_t k_end) const override {
    float sum = 0;
    for (; k < k_end; ++k) {
      const Half weight = half_from_bits(layer_.weight[static_cast<size_t>(m * K_ + k)]);
      sum = acc_.add(sum, acc_.multiply(static_cast<float>(x(token, k)), static_cast<float>(weight)));
    }
    return {sum};
  }
};

// Sums of integers, exact in a float: |sum| <= 127 * 128 K < 2^24 for K up to 1032.
class MacInt8 : public Arithmetic {
 public:
  using Arithmetic::Arithmetic;
  int64_t group() const override { return encoding_.group_cols; }
  float add(float a, float b) const override { return a + b; }

  std::vector<float> local(int64_t token, int64_t m, int64_t k, int64_t k_end) const override {
    const float scale = token_scale(token);
    int sum = 0;
    for (; k < k_end; ++k) {
      const unsigned weight = code(m, k);
      sum += quantized(static_cast<float>(x(token, k)), scale) *
             (weight < 128 ? static_cast<int>(weight) : static_cast<int>(weight) - 256);
    }
    if (K_ > 1032) throw std::logic_error("a float cannot hold the sums of so many inputs");
    return {static_cast<float>(sum)};
  }

  float finish(int64_t token, int64_t m, int64_t, const std::vector<float>& sums,
               const float*) const override {
    const float by_token = sums[0] * token_scale(token);
    return by_token * layer_.scales[static_cast<size_t>(m)];
  }

 private:
  float token_scale(int64_t token) const {
    float largest = 0;
    for (int64_t k = 0; k < K_; ++k) largest = std::max(largest, std::fabs(static_cast<float>(x(token, k))));
    return static_cast<float>(Half(largest / 127));
  }
  static int quantized(float value, float scale) {
    if (scale == 0) return 0;
    return static_cast<int>(std::clamp(std::lrint(value / scale), -127l, 127l));
  }
};

class DequantMac : public Arithmetic {
 public:
  DequantMac(const Layer& layer, const std::vector<uint16_t>& inputs, const AcceleratorConfig& accelerator)
      : Arithmetic(layer, inputs, accelerator),
        by_column_(encoding_.group_rows > 1),
        at_top_(!by_column_ && accelerator.array.dequant == DequantMode::per_group) {}

  int64_t group() const override { return at_top_ ? encoding_.group_cols : 0; }

  std::vector<float> local(int64_t token, int64_t m, int64_t k, int64_t k_end) const override {
    float sum = 0;
    for (; k < k_end; ++k) {
      const auto at = static_cast<size_t>(m / encoding_.group_rows * CG_ + k / encoding_.group_cols);
      const int zero = encoding_.zero_bits > 0 ? layer_.zeros[at] : 1 << (encoding_.bits - 1);
      auto level = static_cast<float>(static_cast<int>(code(m, k)) - zero);
      auto input = static_cast<float>(x(token, k));
      if (by_column_)
        input = static_cast<float>(Half(input * layer_.scales[at]));
      else if (!at_top_)
        level = static_cast<float>(Half(level * layer_.scales[at]));
      sum = acc_.add(sum, acc_.multiply(input, level));
    }
    return {sum};
  }

  float finish(int64_t, int64_t m, int64_t index, const std::vector<float>& sums,
               const float* total) const override {
    if (!at_top_) return sums[0];
    const float scaled = acc_.multiply(sums[0], layer_.scales[static_cast<size_t>(m * CG_ + index)]);
    return total == nullptr ? scaled : acc_.add(*total, scaled);
  }

 private:
  const bool by_column_, at_top_;
};

class ShiftAdd : public Arithmetic {
 public:
  using Arithmetic::Arithmetic;
  std::vector<float> local(int64_t token, int64_t m, int64_t k, int64_t k_end) const override {
    float sum = 0;
    if (encoding_.group_cols == 1) {
      for (; k < k_end; ++k)
        for (int plane = 0; plane < encoding_.bits; ++plane) {
          const auto scaled = static_cast<float>(scaled_input(token, m, k, plane));
          sum = acc_.add(sum, positive(plane, m, k) ? scaled : -scaled);
        }
      return {sum};
    }
    for (; k < k_end; k += 8)
      for (int plane = 0; plane < encoding_.bits; ++plane)
        sum = scaled_sum(sum, key_value(token, m, k, plane), plane, m, k);
    return {sum};
  }

 protected:
  Half scaled_input(int64_t token, int64_t m, int64_t k, int plane) const {
    Half sum = exponent_add(x(token, k), term(plane, m, k, 0));
    for (int t = 1; t < encoding_.terms; ++t)
      sum = testing::add(sum, exponent_add(x(token, k), term(plane, m, k, t)));
    return sum;
  }

  float scaled_sum(float sum, Half value, int plane, int64_t m, int64_t k) const {
    for (int t = 0; t < encoding_.terms; ++t)
      sum = acc_.add(sum, static_cast<float>(exponent_add(value, term(plane, m, k, t))));
    return sum;
  }

  // The sum of 8 inputs with the signs of a plane.
  virtual Half key_value(int64_t token, int64_t m, int64_t k, int plane) const {
    Half sum(0.0f);
    for (int64_t j = k; j < k + 8; ++j)
      sum = testing::add(sum, positive(plane, m, j) ? x(token, j) : -x(token, j));
    return sum;
  }
};

// A table's entry depends on the order in which it is built: the first is minus the sum of all inputs,
// another is the one without its lowest set bit plus twice that bit's input.
class Lut : public ShiftAdd {
 public:
  Lut(const Layer& layer, const std::vector<uint16_t>& inputs, const AcceleratorConfig& accelerator)
      : ShiftAdd(layer, inputs, accelerator), entries_(accelerator.spad_words.lut < 256 ? 128 : 256) {}

  int psums() const override { return encoding_.power_of_two ? 1 : encoding_.bits; }
  int64_t group() const override { return encoding_.power_of_two ? 0 : encoding_.group_cols; }

  std::vector<float> local(int64_t token, int64_t m, int64_t k, int64_t k_end) const override {
    if (encoding_.power_of_two && encoding_.group_cols > 1) return ShiftAdd::local(token, m, k, k_end);
    std::vector<float> sums(static_cast<size_t>(psums()));
    for (; k < k_end; k += 8) {
      for (int plane = 0; plane < encoding_.bits; ++plane) {
        float& sum = sums[encoding_.power_of_two ? 0 : static_cast<size_t>(plane)];
        sum = acc_.add(sum, static_cast<float>(key_value(token, m, k, plane)));
      }
    }
    return sums;
  }

  float finish(int64_t, int64_t m, int64_t index, const std::vector<float>& sums,
               const float* total) const override {
    if (encoding_.power_of_two) return sums[0];
    float sum = total == nullptr ? 0 : *total;
    for (int plane = 0; plane < encoding_.bits; ++plane) {
      const float alpha = layer_.alpha[static_cast<size_t>((plane * M_ + m) * CG_ + index)];
      sum = acc_.add(sum, acc_.multiply(sums[static_cast<size_t>(plane)], alpha));
    }
    return sum;
  }

 protected:
  Half key_value(int64_t token, int64_t m, int64_t k, int plane) const override {
    unsigned key = 0;
    std::array<Half, 8> values;
    for (int j = 0; j < 8; ++j) {
      const int64_t padded = k / 8 * 8 + j;
      key |= static_cast<unsigned>(positive(plane, m, padded)) << j;
      const bool by_column = encoding_.power_of_two && encoding_.group_cols == 1;
      values[static_cast<size_t>(j)] = by_column ? scaled_input(token, m, padded, plane) : x(token, padded);
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

std::unique_ptr<Arithmetic> arithmetic_of(const std::string& unit, const Layer& layer,
                                          const std::vector<uint16_t>& inputs,
                                          const AcceleratorConfig& accelerator) {
  if (unit == "mac-fp16") return std::make_unique<MacFp16>(layer, inputs, accelerator);
  if (unit == "mac-int8") return std::make_unique<MacInt8>(layer, inputs, accelerator);
  if (unit == "dequant-mac") return std::make_unique<DequantMac>(layer, inputs, accelerator);
  if (unit == "shift-add") return std::make_unique<ShiftAdd>(layer, inputs, accelerator);
  if (unit == "lut") return std::make_unique<Lut>(layer, inputs, accelerator);
  throw std::logic_error("the reference executor knows no unit " + unit);
}

// What has been summed of one output of one token.
struct Progress {
  int64_t inputs = 0;       // covered so far
  std::vector<float> sums;  // of the group in progress; empty at its beginning
  float total = 0;
  bool has_total = false;
};

class Executor {
 public:
  Executor(const Arithmetic& arithmetic, const Layer& layer, int64_t tokens)
      : arithmetic_(arithmetic),
        K_(layer.shape.K),
        M_(layer.shape.M),
        progress_(static_cast<size_t>(tokens * M_)) {}

  void run(const Pass& pass) {
    for (int64_t token = pass.token_begin; token < pass.token_begin + pass.tokens; ++token)
      for (int64_t m = pass.m_begin; m < pass.m_begin + pass.tile_outputs(); ++m) run_output(pass, token, m);
  }

  std::vector<uint16_t> outputs() const {
    std::vector<uint16_t> halves;
    for (const Progress& progress : progress_) {
      if (progress.inputs < K_ || !progress.has_total)
        throw std::logic_error("a schedule leaves an output unfinished");
      halves.push_back(bits_of(Half(progress.total)));
    }
    return halves;
  }

 private:
  void run_output(const Pass& pass, int64_t token, int64_t m) {
    Progress& progress = progress_.at(static_cast<size_t>(token * M_ + m));
    if (progress.inputs != pass.k_begin)
      throw std::logic_error("a schedule's tiles of inputs are out of order");
    int64_t k = pass.k_begin;
    for (int row = 0; row < pass.rows; ++row) {
      const int64_t k_end = k + (row + 1 < pass.rows ? pass.q : pass.q_last);
      const std::vector<float> local = arithmetic_.local(token, m, k, k_end);
      if (progress.sums.empty())
        progress.sums = local;
      else
        for (size_t i = 0; i < local.size(); ++i)
          progress.sums[i] = arithmetic_.add(progress.sums[i], local[i]);
      k = k_end;
    }
    const int64_t group = arithmetic_.group() > 0 ? arithmetic_.group() : K_;
    const int64_t index = pass.k_begin / group;
    if (k < K_ && k < (index + 1) * group) {
      progress.inputs = k;
      return;
    }
    if (k < K_ && k > (index + 1) * group)
      throw std::logic_error("a schedule's tile straddles groups of inputs");
    progress.total =
        arithmetic_.finish(token, m, index, progress.sums, progress.has_total ? &progress.total : nullptr);
    progress.has_total = true;
    progress.sums.clear();
    progress.inputs = k;
  }

  const Arithmetic& arithmetic_;
  const int64_t K_, M_;
  std::vector<Progress> progress_;
};

}  // namespace

std::vector<uint16_t> execute_reference(const Layer& layer, const std::vector<uint16_t>& inputs,
                                        const Schedule& schedule, const AcceleratorConfig& accelerator) {
  const auto arithmetic = arithmetic_of(schedule.unit, layer, inputs, accelerator);
  Executor executor(*arithmetic, layer, schedule.tokens);
  for (PassCursor cursor(schedule); !cursor.done(); cursor.next()) executor.run(cursor.pass());
  return executor.outputs();
}

}  // namespace eyeshift::testing
