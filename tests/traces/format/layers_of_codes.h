#pragma once

#include <string>
#include <vector>

#include "base/numbers/half.h"
#include "tests/support/test_files.h"
#include "traces/format/layer.h"

namespace eyeshift::testing {

inline std::vector<uint8_t> random_bytes(Random& random, int64_t count, uint32_t limit = 256) {
  std::vector<uint8_t> bytes(static_cast<size_t>(count));
  for (auto& byte : bytes) byte = static_cast<uint8_t>(random.below(limit));
  return bytes;
}

inline std::vector<float> random_scales(Random& random, int64_t count, int scale_bits) {
  std::vector<float> scales(static_cast<size_t>(count));
  for (float& scale : scales) scale = scale_bits == 16 ? round_to_half(random.normal()) : random.normal();
  return scales;
}

// One scale in 2^-20 ... 2^-1.
inline float random_power_of_two(Random& random) { return 1.0f / static_cast<float>(2u << random.below(20)); }

// Fills a layer with random tensors that its shape and encoding allow.
inline Layer random_layer(const std::string& name, int64_t K, int64_t M, const Encoding& encoding,
                          Random& random) {
  Layer layer;
  layer.shape = {name, K, M, 1};
  layer.encoding = encoding;
  const int64_t row = row_groups(encoding, M), column = column_groups(encoding, K);
  const int bits = encoding.bits;
  switch (encoding.coding) {
    case Coding::none:
      break;
    case Coding::fp16:
      for (int64_t i = 0; i < M * K; ++i) layer.weight.push_back(half_from_float(random.normal()));
      break;
    case Coding::int16:
      layer.codes = random_bytes(random, M * K * 2);
      layer.scales = {random_power_of_two(random)};
      break;
    case Coding::int8:
    case Coding::uniform:
      layer.codes = random_bytes(random, M * ((K * bits + 7) / 8));
      layer.scales = random_scales(random, row * column, encoding.scale_bits);
      if (encoding.zero_bits > 0) layer.zeros = random_bytes(random, row * column, 1u << bits);
      break;
    case Coding::binary:
      layer.planes = random_bytes(random, bits * M * ((K + 7) / 8));
      if (encoding.power_of_two) {
        layer.pot = random_bytes(random, bits * row * column * encoding.terms);
        for (auto& term : layer.pot) {
          // Exponents of -12 to 7, one term in eight absent.
          const uint32_t kind = random.below(8);
          term = kind == 0 ? 0 : static_cast<uint8_t>((term & 0x80) | (52 + random.below(20)));
        }
      } else {
        layer.alpha = random_scales(random, bits * row * column, encoding.scale_bits);
      }
  }
  if (encoding.group_index_bits > 0)
    for (int64_t k = 0; k < K; ++k)
      layer.group_index.push_back(static_cast<int32_t>(random.below(static_cast<uint32_t>(column))));
  layer.tokens = 3;
  for (int64_t i = 0; i < K * layer.tokens; ++i) layer.x.push_back(half_from_float(random.normal()));
  layer.rel_out = 0.125;
  layer.w_err = 1e-3;
  return layer;
}

inline Encoding encoding_of(Coding coding, int bits, int64_t group_rows, int64_t group_cols, int scale_bits) {
  Encoding encoding;
  encoding.scheme = "made-up";
  encoding.coding = coding;
  encoding.bits = bits;
  encoding.group_rows = group_rows;
  encoding.group_cols = group_cols;
  encoding.scale_bits = scale_bits;
  return encoding;
}

inline Encoding power_of_two(Encoding encoding, int terms) {
  encoding.power_of_two = true;
  encoding.scale_bits = 8;
  encoding.terms = terms;
  return encoding;
}

inline Encoding with_zeros(Encoding encoding) {
  encoding.zero_bits = encoding.bits;
  return encoding;
}

inline Encoding with_group_index(Encoding encoding, int bits) {
  encoding.group_index_bits = bits;
  return encoding;
}

// A trace with a layer of every coding and group layout; 21 inputs and 18 outputs divide into neither keys
// nor groups.
inline Trace random_trace(uint32_t seed) {
  Random random(seed);
  const int64_t K = 21, M = 18;
  const std::vector<std::pair<std::string, Encoding>> encodings = {
      {"fp16", {}},
      {"int8", encoding_of(Coding::int8, 8, 1, K, 16)},
      {"rows", with_zeros(encoding_of(Coding::uniform, 3, 1, K, 16))},
      {"symmetric", encoding_of(Coding::uniform, 4, 1, 8, 32)},
      {"columns", with_zeros(encoding_of(Coding::uniform, 2, M, 1, 32))},
      {"reordered", with_group_index(with_zeros(encoding_of(Coding::uniform, 5, 1, 8, 16)), 2)},
      {"bcq", encoding_of(Coding::binary, 3, 1, K, 16)},
      {"bcq32", encoding_of(Coding::binary, 1, 1, 8, 32)},
      {"block", power_of_two(encoding_of(Coding::binary, 3, 3, 8, 8), 3)},
      {"column", power_of_two(encoding_of(Coding::binary, 2, M, 1, 8), 2)},
      {"int16", encoding_of(Coding::int16, 16, M, K, 16)},
      {"int16f32", encoding_of(Coding::int16, 16, M, K, 32)}};
  Trace trace;
  trace.network = "made-up";
  trace.scheme = "mixed";
  trace.bits = 3;
  trace.calibration = "no text";
  for (const auto& [name, encoding] : encodings)
    trace.layers.push_back(random_layer(name, K, M, encoding, random));
  return trace;
}

}  // namespace eyeshift::testing
