#include <gmock/gmock.h>

#include <algorithm>

#include "sim/replay/replay.h"
#include "tests/models/reference/unit_cases.h"
#include "traces/quantizers/quantizer.h"

namespace eyeshift::testing {
namespace {

int64_t pieces(int64_t whole, int64_t piece) { return (whole + piece - 1) / piece; }

// A scheme on a unit, as the command line names them.
struct Pairing {
  std::string name;
  std::string scheme;
  std::string unit;
  int64_t group_size = 0;
};
void PrintTo(const Pairing& pairing, std::ostream* out) { *out << pairing.name; }

const Pairing kPairings[] = {{"fp16", "fp16", "mac-fp16"},
                             {"int8", "int8", "mac-int8"},
                             {"rtn_oc", "rtn-oc", "dequant-mac"},
                             {"gptq", "gptq", "dequant-mac"},
                             {"gptq_groups", "gptq", "dequant-mac", 32},
                             {"quip", "quip", "dequant-mac"},
                             {"bcq", "bcq", "lut"},
                             {"bcq_groups", "bcq", "lut", 32},
                             {"shiftaddllm_block_lut", "shiftaddllm-block", "lut"},
                             {"shiftaddllm_block_shift_add", "shiftaddllm-block", "shift-add"}};

Encoding encoding_of(const Pairing& pairing, const LayerShape& shape) {
  QuantizeOptions options;
  options.bits = pairing.scheme == "fp16" ? 16 : pairing.scheme == "int8" ? 8 : 3;
  options.group_size = pairing.group_size;
  options.act_order = QuantizeOptions::ActOrder::off;
  return Registry<Quantizer>::instance().find(pairing.scheme, "scheme").encoding(shape, options);
}

// Bytes between DRAM and the chip, by operand.
struct Traffic {
  int64_t weights = 0, scales = 0, inputs = 0, outputs = 0;

  bool operator==(const Traffic& o) const {
    return weights == o.weights && scales == o.scales && inputs == o.inputs && outputs == o.outputs;
  }
};
void PrintTo(const Traffic& t, std::ostream* out) {
  *out << "weights " << t.weights << ", scales " << t.scales << ", inputs " << t.inputs << ", outputs "
       << t.outputs;
}

Traffic measured(const LayerResult& result) {
  const ActionCounts& n = result.actions;
  return {n[Action::dram_read_weights], n[Action::dram_read_scales], n[Action::dram_read_inputs],
          n[Action::dram_write_outputs]};
}

// The derivation by hand. The loops of row stationary, outermost first: tokens by n, outputs by m, inputs by
// q r, outputs by p t. A tile is q r inputs by p t outputs, and each of its operands is an own transfer of
// whole bursts:
// - weights: inputs x outputs x bits, once for every n tokens: N / n times in all;
// - scales: with the tile that ends the inputs that share them, one where all outputs share it; zero points,
// which are subtracted from every code, with
//   every tile; the terms of a block of 8 inputs with every tile that touches the block;
// - inputs: the tile's for n tokens, again for every m outputs, but only once where one tile holds all
// inputs; behind
//   each int8 token of the last tile its 16-bit scale;
// - outputs: once, 16 bits each, n tokens of a tile's outputs together.
// Keys are 8 inputs, so K is padded to a multiple of 8 for binary weights; a tile ends where a group of
// inputs ends.
Traffic derived(const LayerShape& shape, const Encoding& encoding, int64_t tokens, const Mapping& mapping,
                int64_t burst_bytes) {
  const auto bytes = [&](int64_t bits) { return pieces(bits, burst_bytes * 8) * burst_bytes; };
  const bool binary = encoding.coding == Coding::binary, terms = encoding.power_of_two;
  const int64_t K = binary ? pieces(shape.K, 8) * 8 : shape.K, M = shape.M;
  const bool grouped = encoding.coding != Coding::fp16 && !terms && encoding.group_cols < shape.K;
  const int64_t group = grouped ? encoding.group_cols : K;
  const int64_t tile_m = std::min(mapping.p * mapping.t, M);
  const int64_t kept_m = std::min(pieces(mapping.m, tile_m), pieces(M, tile_m)) * tile_m;
  const int input_bits = encoding.coding == Coding::int8 ? 8 : 16;

  struct InputTile {
    int64_t inputs;
    bool ends_group, last;
  };
  std::vector<InputTile> input_tiles;
  for (int64_t k = 0; k < K; k += group) {
    const int64_t end = std::min(k + group, K);
    for (int64_t at = k; at < end;) {
      const int64_t inputs = std::min(mapping.q * mapping.r, end - at);
      at += inputs;
      input_tiles.push_back({inputs, at == end, at == K});
    }
  }

  Traffic traffic;
  for (int64_t token = 0; token < tokens; token += mapping.n) {
    const int64_t n = std::min(mapping.n, tokens - token);
    for (const InputTile& tile : input_tiles) {
      const int64_t reads = input_tiles.size() == 1 ? 1 : pieces(M, kept_m);
      const int64_t token_scale = encoding.coding == Coding::int8 && tile.last ? 16 : 0;
      traffic.inputs += reads * bytes(n * (tile.inputs * input_bits + token_scale));
      for (int64_t m = 0; m < M; m += tile_m) {
        const int64_t outputs = std::min(tile_m, M - m);
        traffic.weights += bytes(tile.inputs * outputs * encoding.bits);
        int64_t scale_bits = outputs * encoding.zero_bits;
        if (terms) {
          const int64_t blocks = (m + outputs - 1) / encoding.group_rows - m / encoding.group_rows + 1;
          scale_bits += tile.inputs / 8 * blocks * encoding.bits * encoding.terms * 8;
        } else if (tile.ends_group) {
          const int64_t scales = encoding.group_rows > 1 ? 1 : outputs;
          scale_bits += scales * encoding.scale_bits * (binary ? encoding.bits : 1);
        }
        traffic.scales += bytes(scale_bits);
        if (tile.last) traffic.outputs += bytes(n * outputs * 16);
      }
    }
  }
  return traffic;
}

ReplayJob job_of(const Pairing& pairing, const LayerShape& shape, int64_t tokens, const Mapping& mapping) {
  ReplayJob job;
  job.shape = shape;
  job.encoding = encoding_of(pairing, shape);
  job.tokens = tokens;
  job.unit = pairing.unit;
  job.mapping = mapping;
  return job;
}

class DramTraffic : public ::testing::TestWithParam<Pairing> {};

TEST_P(DramTraffic, EqualsTheDerivationFromTheMapping) {
  const Pairing& pairing = GetParam();
  const UnitCase unit_case{pairing.name, pairing.unit, nullptr};
  const int64_t ragged_K = pairing.group_size > 0 ? 96 : 67;
  const std::vector<AcceleratorConfig> accelerators = accelerators_for(unit_case, Accumulator::fp32);
  for (const AcceleratorConfig& accelerator : {accelerators[1], accelerators[2]}) {
    for (const LayerShape& shape : {LayerShape{"whole", 64, 80, 1}, LayerShape{"ragged", ragged_K, 37, 1}}) {
      for (const int64_t tokens : {1, 128}) {
        std::vector<ReplayJob> jobs;
        const Encoding encoding = encoding_of(pairing, shape);
        for (const Mapping& mapping :
             sample_mappings(shape, encoding, tokens, accelerator, pairing.unit, 2, 2))
          jobs.push_back(job_of(pairing, shape, tokens, mapping));
        const std::vector<ReplayResult> results = replay(accelerator, jobs, 2);
        for (size_t i = 0; i < jobs.size(); ++i)
          EXPECT_EQ(measured(results[i].result),
                    derived(shape, encoding, tokens, jobs[i].mapping, accelerator.dram.burst_bytes))
              << accelerator.name << ", layer " << shape.name << ", " << tokens << " tokens, mapping "
              << to_string(jobs[i].mapping);
      }
    }
  }
}

// Tiles of 128 inputs, or of a group's 32, by 64 outputs: weights, inputs and outputs of a tile are whole
// numbers of bursts, so what moves is what the trace stores, once for every 32 tokens; a tile's scales and
// zero points, 3 bits each, end within a burst. Inputs move again for the second 64 outputs unless one tile
// holds them all.
TEST_P(DramTraffic, OfWholeTilesIsWhatTheTraceStores) {
  const Pairing& pairing = GetParam();
  const UnitCase unit_case{pairing.name, pairing.unit, nullptr};
  const AcceleratorConfig accelerator = accelerators_for(unit_case, Accumulator::fp32).back();
  const LayerShape shape{"square", 128, 128, 1};
  const StoredBits stored = stored_bits(shape, encoding_of(pairing, shape));
  for (const int64_t tokens : {1, 128}) {
    Mapping mapping;
    mapping.m = 64;
    mapping.n = 32;
    mapping.q = 16;
    mapping.p = 8;
    mapping.r = 8;
    mapping.t = 8;
    const LayerResult result = replay(accelerator, {job_of(pairing, shape, tokens, mapping)}, 1)[0].result;
    const int64_t reads = pieces(tokens, 32);
    const int64_t input_bytes =
        pairing.scheme == "int8" ? (tokens == 1 ? 192 : tokens * (128 + 2)) : tokens * 128 * 2;
    const int64_t input_reads = pairing.group_size > 0 ? 2 : 1;
    const int64_t tiles = 2 * (pairing.group_size > 0 ? 128 / pairing.group_size : 1);
    const int64_t scale_bytes = tiles * 64 * pieces((stored.scales + stored.zeros) / tiles, 64 * 8);
    EXPECT_EQ(measured(result), (Traffic{reads * stored.weights / 8, reads * scale_bytes,
                                         input_reads * input_bytes, tokens * 128 * 2}))
        << tokens << " tokens";
    EXPECT_EQ(stored.group_index, 0);
  }
}

INSTANTIATE_TEST_SUITE_P(All, DramTraffic, ::testing::ValuesIn(kPairings),
                         [](const auto& test_info) { return test_info.param.name; });

}  // namespace
}  // namespace eyeshift::testing
