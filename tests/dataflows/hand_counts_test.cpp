#include <gmock/gmock.h>

#include "configs/loaders/accelerator_reader.h"
#include "models/pe/listed_units.h"
#include "sim/replay/replay.h"
#include "tests/support/files.h"
#include "traces/quantizers/quantizer.h"

namespace eyeshift {
namespace {

// Accesses of the global buffer (words of its 64-bit port) and bytes between DRAM and chip (bursts of 64),
// counted by hand from the loop nest of an explicit mapping on configs/accelerators/eyeriss-168.yaml. Row
// stationary's loops, outermost first: tokens by n, outputs by m, inputs by q r, outputs by p t; the
// innermost step is a pass. Of a pass's operands each begins a new burst and a new word.
struct Counts {
  int64_t dram_weights = 0, dram_scales = 0, dram_inputs = 0, dram_outputs = 0;
  int64_t filter_weights = 0, filter_scales = 0;  // written, and read as often
  int64_t input_writes = 0, input_reads = 0;
  int64_t psums = 0, outputs = 0;  // written, and read as often
};

ReplayJob job(const LayerShape& shape, int64_t tokens, const std::string& scheme, int64_t group_size,
              const std::string& unit, const Mapping& mapping) {
  QuantizeOptions options;
  options.bits = 3;
  options.group_size = group_size;
  options.act_order = QuantizeOptions::ActOrder::off;
  ReplayJob job;
  job.shape = shape;
  job.encoding = Registry<Quantizer>::instance().find(scheme, "scheme").encoding(shape, options);
  job.tokens = tokens;
  job.unit = unit;
  job.mapping = mapping;
  return job;
}

LayerResult replayed(const ReplayJob& job) {
  const AcceleratorConfig accelerator =
      load_accelerator(project_file("configs/accelerators/eyeriss-168.yaml"), listed_units());
  return replay(specialised(accelerator, job.unit), {job}, 1).front().result;
}

void expect_counts(const LayerResult& result, const Counts& counts) {
  const ActionCounts& n = result.actions;
  EXPECT_EQ(n[Action::dram_read_weights], counts.dram_weights);
  EXPECT_EQ(n[Action::dram_read_scales], counts.dram_scales);
  EXPECT_EQ(n[Action::dram_read_inputs], counts.dram_inputs);
  EXPECT_EQ(n[Action::dram_write_outputs], counts.dram_outputs);
  EXPECT_EQ(n[Action::glb_filter_write_weights], counts.filter_weights);
  EXPECT_EQ(n[Action::glb_filter_read_weights], counts.filter_weights);
  EXPECT_EQ(n[Action::glb_filter_write_scales], counts.filter_scales);
  EXPECT_EQ(n[Action::glb_filter_read_scales], counts.filter_scales);
  EXPECT_EQ(n[Action::glb_shared_write_inputs], counts.input_writes);
  EXPECT_EQ(n[Action::glb_shared_read_inputs], counts.input_reads);
  EXPECT_EQ(n[Action::glb_shared_write_psums], counts.psums);
  EXPECT_EQ(n[Action::glb_shared_read_psums], counts.psums);
  EXPECT_EQ(n[Action::glb_shared_write_outputs], counts.outputs);
  EXPECT_EQ(n[Action::glb_shared_read_outputs], counts.outputs);
}

int64_t passes(const LayerResult& result) {
  int64_t passes = 0;
  for (const PassRunResult& run : result.passes) passes += run.passes;
  return passes;
}

const LayerShape kDecode{"decode", 4096, 4096, 1, {}, 0, 0};
const LayerShape kSquare{"square", 768, 768, 1, {}, 0, 0};

TEST(HandCounts, DecodeInHalfPrecision) {
  // m 1024, q r = 16 * 8 = 128 inputs, p t = 4 * 8 = 32 outputs: 4 blocks of outputs times 32 tiles of inputs
  // times 32 tiles of outputs.
  const LayerResult result = replayed(job(kDecode, 1, "fp16", 0, "mac-fp16", {1024, 1, 1, 4, 16, 8, 8}));
  EXPECT_EQ(passes(result), 4 * 32 * 32);
  Counts counts;
  // A pass: 128 x 32 weights of 2 bytes, 128 bursts. All passes: every weight once.
  counts.dram_weights = 4 * 32 * 32 * 8192;
  EXPECT_EQ(counts.dram_weights, int64_t{4096} * 4096 * 2);
  counts.filter_weights = 4 * 32 * 32 * (8192 / 8);
  // 128 inputs of 2 bytes, 32 words, come for every block and tile and go out in every pass.
  counts.dram_inputs = 4 * 32 * 256;
  counts.input_writes = 4 * 32 * 32;
  counts.input_reads = 4 * 32 * 32 * 32;
  // 8 columns of 4 partial sums of 32 bits, 2 words each; all tiles of inputs but the last write them, all
  // but the first read them.
  counts.psums = 4 * 31 * 32 * (8 * 2);
  // After the last tile of inputs 8 columns of 4 outputs of 16 bits, a word each; a pass's are one burst.
  counts.outputs = 4 * 32 * 8;
  counts.dram_outputs = 4 * 32 * 64;
  EXPECT_EQ(counts.dram_outputs, 4096 * 2);
  expect_counts(result, counts);
}

TEST(HandCounts, DecodeOnTablesOfThreePlanes) {
  // m 2048, q r = 64 * 8 = 512 inputs, p t = 8 * 8 = 64 outputs: 2 blocks of outputs times 8 tiles of inputs
  // times 32 tiles of outputs.
  const LayerResult result = replayed(job(kDecode, 1, "bcq", 0, "lut", {2048, 1, 1, 8, 64, 8, 8}));
  EXPECT_EQ(passes(result), 2 * 8 * 32);
  Counts counts;
  // 512 x 64 weights of 3 bits, 192 bursts.
  counts.dram_weights = 2 * 8 * 32 * 12288;
  EXPECT_EQ(counts.dram_weights, int64_t{4096} * 4096 * 3 / 8);
  counts.filter_weights = 2 * 8 * 32 * (12288 / 8);
  // 64 outputs' 3 scales of 16 bits, 6 bursts, behind the last inputs.
  counts.dram_scales = 2 * 32 * 384;
  EXPECT_EQ(counts.dram_scales, 4096 * 3 * 2);
  counts.filter_scales = 2 * 32 * (384 / 8);
  counts.dram_inputs = 2 * 8 * 1024;
  counts.input_writes = 2 * 8 * 128;
  counts.input_reads = 2 * 8 * 32 * 128;
  // 8 columns of 8 outputs, of each 3 planes' sums of 32 bits: 12 words a column.
  counts.psums = 2 * 7 * 32 * (8 * 12);
  counts.outputs = 2 * 32 * (8 * 2);
  counts.dram_outputs = 2 * 32 * 128;
  expect_counts(result, counts);
}

TEST(HandCounts, BatchInHalfPrecision) {
  // n 32, m 252, q r = 16 * 12 = 192 inputs, p t = 6 * 14 = 84 outputs: 4 times 32 tokens, 4 tiles of inputs,
  // 10 tiles of outputs, the last of 12 in 2 columns, in 4 blocks of 3, 3, 3 and 1.
  const LayerResult result = replayed(job(kSquare, 128, "fp16", 0, "mac-fp16", {252, 32, 1, 6, 16, 12, 14}));
  EXPECT_EQ(passes(result), 4 * 4 * 10);
  Counts counts;
  // 192 x 84 weights of 2 bytes are 504 bursts, 192 x 12 are 72.
  counts.dram_weights = 4 * 4 * (9 * 504 + 72) * 64;
  EXPECT_EQ(counts.dram_weights, int64_t{4} * 768 * 768 * 2);
  counts.filter_weights = counts.dram_weights / 8;
  // 32 tokens of 192 inputs, 192 bursts, 1536 words: for every block, and out in every pass.
  counts.dram_inputs = 4 * 4 * 4 * 192 * 64;
  counts.input_writes = 4 * 4 * 4 * 1536;
  counts.input_reads = 4 * 4 * 10 * 1536;
  // 32 tokens of 14 columns of 6 partial sums, 3 words; of 2 columns in the last tile.
  counts.psums = 4 * 3 * (9 * (32 * 14 * 3) + 32 * 2 * 3);
  // 6 outputs are 2 words. 32 x 84 outputs of 2 bytes are 84 bursts, 32 x 12 are 12.
  counts.outputs = 4 * (9 * (32 * 14 * 2) + 32 * 2 * 2);
  counts.dram_outputs = 4 * (9 * 84 + 12) * 64;
  EXPECT_EQ(counts.dram_outputs, 128 * 768 * 2);
  expect_counts(result, counts);
}

TEST(HandCounts, BatchOfThreeBitCodesInGroups) {
  // n 32, m 224, q r = 16 * 4 = 64 inputs, half a group; p t = 4 * 14 = 56 outputs: 4 times 32 tokens, 12
  // tiles of inputs, 14 tiles of outputs, the last of 40 in 10 columns, in 4 blocks of 4, 4, 4 and 2.
  const ReplayJob run = job(kSquare, 128, "gptq", 128, "dequant-mac", {224, 32, 1, 4, 16, 4, 14});
  ASSERT_EQ(run.encoding.zero_bits, 3);
  ASSERT_EQ(run.encoding.scale_bits, 16);
  const LayerResult result = replayed(run);
  EXPECT_EQ(passes(result), 4 * 12 * 14);
  Counts counts;
  // 64 x 56 weights of 3 bits are 21 bursts, 64 x 40 are 15.
  counts.dram_weights = 4 * 12 * (13 * 21 + 15) * 64;
  EXPECT_EQ(counts.dram_weights, int64_t{4} * 768 * 768 * 3 / 8);
  counts.filter_weights = counts.dram_weights / 8;
  // The first half of a group brings zero points of 3 bits, 168 bits or 120; the second also scales, 1064
  // bits or 760: 1 and 3 bursts, in the last tile 1 and 2; 3 and 17 words, 2 and 12.
  counts.dram_scales = 4 * 6 * (13 * (1 + 3) + (1 + 2)) * 64;
  counts.filter_scales = 4 * 6 * (13 * (3 + 17) + (2 + 12));
  // 32 tokens of 64 inputs, 64 bursts, 512 words.
  counts.dram_inputs = 4 * 4 * 12 * 64 * 64;
  counts.input_writes = 4 * 4 * 12 * 512;
  counts.input_reads = 4 * 12 * 14 * 512;
  // A column's 4 partial sums are 2 words, so are its 4 totals. The first half of a group leaves partial
  // sums, the second takes them; it leaves totals but for the last group, and takes them but for the first.
  const int64_t of_all_tiles = 13 * (32 * 14 * 2) + 32 * 10 * 2;
  counts.psums = 4 * (6 + 5) * of_all_tiles;
  counts.outputs = 4 * (13 * (32 * 14) + 32 * 10);
  counts.dram_outputs = 4 * (13 * 56 + 40) * 64;
  EXPECT_EQ(counts.dram_outputs, 128 * 768 * 2);
  expect_counts(result, counts);
}

TEST(HandCounts, AConvolutionWithStrideAndPadding) {
  // 4 channels of 9 x 9 with a border of zeros, 3 x 3 filters at a stride of 2: 5 x 5 outputs, 6 of them, of
  // 2 images. n 1, e 2: strips of 2, 2 and 1 rows; q r = 2 channels at a time, p t = 2 * 2 outputs: tiles of
  // 4 and 2, both in the global buffer (m 6).
  LayerShape shape{"convolution", 4 * 9, 6, 1, {}, 0, 0};
  shape.conv = Convolution{4, 9, 3, 2, 1, 1};
  const LayerResult result = replayed(job(shape, 2, "fp16", 0, "mac-fp16", {6, 1, 2, 2, 2, 1, 2}));
  EXPECT_EQ(passes(result), 2 * 3 * 2 * 2);
  EXPECT_EQ(result.active_pes, 3 * 2 * 2);
  Counts counts;
  // 2 channels' filters for 4 outputs: 72 weights, 144 bytes, 3 bursts; for 2: 72 bytes, 2 bursts.
  counts.dram_weights = 2 * 3 * 2 * (3 + 2) * 64;
  counts.filter_weights = 2 * 3 * 2 * (18 + 9);
  // Two output rows take 5 lines of input, one takes 3; a line is 9 pixels and the border's 2, of 2 channels
  // of 2 bytes: 28 words (of 5 * 11 * 4 bytes) or 17. They are read for both tiles of outputs.
  counts.input_writes = 2 * 2 * (28 + 28 + 17);
  counts.input_reads = 2 * counts.input_writes;
  // DRAM holds no border: lines -1..3, 3..7 and 7..9 lose one, none and one, leaving 144, 180 and 72 bytes.
  counts.dram_inputs = 2 * 2 * (3 + 3 + 2) * 64;
  // A column's 2 partial sums for each of 5 pixels are a word; 4 and 2 columns, in the last strip 2 and 1.
  counts.psums = 2 * (2 * (4 + 2) + (2 + 1)) * 5;
  counts.outputs = 2 * (2 * (4 + 2) + (2 + 1)) * 5;
  // 10 pixels of 4 outputs of 2 bytes are 2 bursts, of 2 outputs one; 5 pixels of either one.
  counts.dram_outputs = 2 * (2 * (2 + 1) + (1 + 1)) * 64;
  expect_counts(result, counts);
}

}  // namespace
}  // namespace eyeshift
