#include "tests/models/reference/random_layer.h"

#include <Eigen/Core>
#include <random>

namespace eyeshift::testing {
namespace {

class Random {
 public:
  explicit Random(uint32_t seed) : engine_(seed) {}

  int below(int limit) {
    return static_cast<int>((uint64_t{engine_()} * static_cast<uint64_t>(limit)) >> 32);
  }
  int between(int low, int high) { return low + below(high - low + 1); }
  // Uniform in [-1, 1).
  float real() {
    return static_cast<float>(between(-(1 << 20), (1 << 20) - 1)) / static_cast<float>(1 << 20);
  }

 private:
  std::mt19937 engine_;
};

uint16_t half_of(float value) { return Eigen::numext::bit_cast<uint16_t>(Eigen::half(value)); }

uint16_t extreme_half(Random& random) {
  const int sign = random.below(2) << 15;
  switch (random.below(4)) {
    case 0:
      return static_cast<uint16_t>(sign);
    case 1:
      return static_cast<uint16_t>(sign | random.between(1, 0x3ff));  // subnormal
    case 2:
      return static_cast<uint16_t>(sign | (random.between(22, 27) << 10) |
                                   random.below(1024));  // 2^7 ... 2^13
    default:
      return half_of(random.real());
  }
}

float random_scale(const Encoding& encoding, Values values, Random& random) {
  if (values == Values::integers) return encoding.centred ? 2.0f : static_cast<float>(random.between(1, 2));
  const float scale = 0.25f * random.real() + 0.3f;
  return encoding.scale_bits == 16 ? static_cast<float>(Eigen::half(scale)) : scale;
}

// A layer's: small enough that the sums of ordinary values fit their 16 bits, that those of extreme ones
// wrap.
float fixed_point_scale(Values values) {
  return values == Values::integers ? 0x1p-4f : values == Values::extreme ? 0x1p-14f : 0x1p-20f;
}

// Planes may have scales of either sign.
float random_alpha(const Encoding& encoding, Values values, Random& random) {
  const float alpha = random_scale(encoding, values, random);
  return random.below(4) == 0 ? -alpha : alpha;
}

uint8_t random_term(Values values, Random& random) {
  if (random.below(6) == 0) return 0;
  const int sign = random.below(2) << 7;
  int exponent = random.between(-10, -2);
  if (values == Values::integers) exponent = random.between(0, 1);
  if (values == Values::extreme && random.below(12) == 0) exponent = random.between(-63, 63);
  return static_cast<uint8_t>(sign | (exponent + 64));
}

void pack(std::vector<uint8_t>& codes, int64_t bit, int bits, unsigned code) {
  for (int i = 0; i < bits; ++i)
    if ((code >> i) & 1u)
      codes[static_cast<size_t>((bit + i) / 8)] |= static_cast<uint8_t>(1u << ((bit + i) % 8));
}

// Of integers, two's complement codes of -1, 0 and 1, of fixed point times 16.
void fill_codes(Layer& layer, Values values, Random& random) {
  const int bits = layer.encoding.bits;
  const int64_t row_bits = (layer.shape.K * bits + 7) / 8 * 8;
  layer.codes.resize(static_cast<size_t>(layer.shape.M * row_bits / 8));
  for (int64_t m = 0; m < layer.shape.M; ++m) {
    for (int64_t k = 0; k < layer.shape.K; ++k) {
      const Coding coding = layer.encoding.coding;
      const bool tiny = coding != Coding::uniform && values == Values::integers;
      const int code =
          tiny ? random.between(-1, 1) * (coding == Coding::int16 ? 16 : 1) : random.below(1 << bits);
      pack(layer.codes, m * row_bits + k * bits, bits, static_cast<unsigned>(code) & ((1u << bits) - 1));
    }
  }
}

}  // namespace

Layer random_layer(const LayerShape& shape, const Encoding& encoding, Values values, uint32_t seed) {
  Random random(seed);
  Layer layer;
  layer.shape = shape;
  layer.encoding = encoding;
  const int64_t groups = row_groups(encoding, shape.M) * column_groups(encoding, shape.K);
  switch (encoding.coding) {
    case Coding::none:
      break;
    case Coding::fp16:
      for (int64_t i = 0; i < shape.M * shape.K; ++i) {
        const bool strange = values == Values::extreme && random.below(8) == 0;
        const float ordinary =
            values == Values::integers ? static_cast<float>(random.between(-3, 3)) : random.real();
        layer.weight.push_back(strange ? extreme_half(random) : half_of(ordinary));
      }
      break;
    case Coding::int8:
    case Coding::int16:
    case Coding::uniform:
      fill_codes(layer, values, random);
      for (int64_t i = 0; i < groups; ++i)
        layer.scales.push_back(encoding.coding == Coding::int16 ? fixed_point_scale(values)
                                                                : random_scale(encoding, values, random));
      if (encoding.zero_bits > 0)
        for (int64_t i = 0; i < groups; ++i)
          layer.zeros.push_back(static_cast<uint8_t>(random.below(1 << encoding.bits)));
      break;
    case Coding::binary:
      layer.planes.resize(static_cast<size_t>(encoding.bits * shape.M * ((shape.K + 7) / 8)));
      for (uint8_t& byte : layer.planes) byte = static_cast<uint8_t>(random.below(256));
      if (encoding.power_of_two)
        for (int64_t i = 0; i < encoding.bits * groups * encoding.terms; ++i)
          layer.pot.push_back(random_term(values, random));
      else
        for (int64_t i = 0; i < encoding.bits * groups; ++i)
          layer.alpha.push_back(random_alpha(encoding, values, random));
  }
  return layer;
}

std::vector<uint16_t> random_inputs(int64_t tokens, int64_t K, Values values, int largest, uint32_t seed) {
  Random random(seed);
  std::vector<uint16_t> inputs(static_cast<size_t>(tokens * K));
  for (uint16_t& input : inputs) {
    if (values == Values::extreme && random.below(8) == 0)
      input = extreme_half(random);
    else
      input =
          half_of(values == Values::integers ? static_cast<float>(random.between(-1, 1)) : 2 * random.real());
  }
  if (values == Values::integers && largest > 0)
    for (int64_t token = 0; token < tokens; ++token)
      inputs[static_cast<size_t>(token * K + random.below(static_cast<int>(K)))] =
          half_of(static_cast<float>(random.below(2) ? largest : -largest));
  return inputs;
}

}  // namespace eyeshift::testing
