#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/replay/replay.h"

namespace eyeshift {
namespace {

// Machines so small that their cycles can be counted by hand. Both clocks run at the same speed and a DRAM
// burst is one beat of 64 bits, unless a test says otherwise. A value's way, in core cycles after the request
// leaves a transfer controller at cycle 0 (L: the DRAM's latency):
//
//   burst b requested                         b        one a cycle: inputs first, then weights, then scales
//   taken by DRAM                         b + 1
//   its beat on the link              b + 1 + L        one a cycle
//   in the fill register              b + 2 + L        of inputs, or of weights and scales
//   a word for its bank               b + 3 + L
//   in its bank                       b + 4 + L
//   read                              b + 5 + L        inputs: when the last of their tile is in its bank
//   in the network's queue            b + 6 + L
//   a flit                            b + 7 + L        one a cycle
//   in the PE                         b + 8 + L
//
// So with inputs of one word the first weights, burst 1, reach their PE at 9 + L. A step of c cycles that
// begins at s ends at s + c; in that cycle the chain moves the first partial sum (or the next step begins).
// What a top emits at c leaves as a flit at c + 1, is in its bank at c + 2, drains at c + 3 and is on the
// link at c + 4.
constexpr int64_t kLatency = 5;
constexpr int64_t kFirstWeights = 9 + kLatency;  // first weights in a PE
constexpr int64_t kOut = 4;                      // from a top's chain to DRAM

AcceleratorConfig machine(int rows, int cols) {
  AcceleratorConfig config;
  config.name = "by hand";
  config.clocks = {1000000, 1000000};
  config.array.rows = rows;
  config.array.cols = cols;
  config.array.units = {"mac-fp16"};
  config.spad_words = {16, 8, 16, 0};
  config.noc_bits = {64, 16, 64, 64, 64};
  config.glb = {64, 2, 8, 64, true};
  config.dram = {64, static_cast<int>(kLatency), 8};
  return config;
}

Encoding fp16() {
  Encoding encoding;
  encoding.group_rows = encoding.group_cols = 1;
  return encoding;
}

LayerResult run(const AcceleratorConfig& config, const LayerShape& shape, const Encoding& encoding,
                int64_t tokens, const std::string& dataflow, const Mapping& mapping) {
  ReplayJob job;
  job.shape = shape;
  job.encoding = encoding;
  job.tokens = tokens;
  job.unit = config.array.units.front();
  job.dataflow = dataflow;
  job.mapping = mapping;
  return replay(config, {job}, 1).front().result;
}

LayerResult run(const AcceleratorConfig& config, int64_t K, int64_t M, int64_t tokens,
                const Mapping& mapping) {
  return run(config, {"layer", K, M, 1}, fp16(), tokens, "row-stationary", mapping);
}

// One channel, filter, image: H x H pixels, R x R weights.
LayerShape convolution(int64_t H, int64_t R) {
  LayerShape shape{"convolution", R * R, 1, 1};
  shape.conv = Convolution{1, H, R, 1, 0, 1};
  return shape;
}

TEST(Cycles, OneMultiplyAccumulate) {
  // Step 1 cycle, chain in the cycle in which it ends.
  const LayerResult result = run(machine(1, 1), 1, 1, 1, {1, 1, 1, 1, 1, 1, 1});
  EXPECT_EQ(result.cycles, kFirstWeights + 1 + kOut);
  EXPECT_EQ(result.macs, 1);
  EXPECT_EQ(result.busy_pe_cycles, 2);  // the multiply-accumulate and the chain's addition
}

TEST(Cycles, DramLatencyAddsItself) {
  AcceleratorConfig slow = machine(1, 1);
  slow.dram.latency_cycles = 50;
  EXPECT_EQ(run(slow, 1, 1, 1, {1, 1, 1, 1, 1, 1, 1}).cycles, kFirstWeights + 1 + kOut + 45);
}

TEST(Cycles, ASlowLinkCountsInItsOwnClock) {
  // The link at a third of the core's clock: its edges are every 3 core cycles. Requests pushed at 0 and 1
  // are taken at edges 3 and 6; with a latency of 2 link cycles (6 core cycles) the beats come at 9 and 12.
  // Inputs: register 10, word 11, bank 12. Weights: register 13, word 14, bank 15, read 16, queue 17, flit
  // 18, PE 19. Step to 20, chain; flit 21, bank 22, drained 23, on the link at its next edge, 24.
  AcceleratorConfig config = machine(1, 1);
  config.clocks = {3000000, 1000000};
  config.dram.latency_cycles = 2;
  const LayerResult result = run(config, 1, 1, 1, {1, 1, 1, 1, 1, 1, 1});
  EXPECT_EQ(result.cycles, 24);
  EXPECT_EQ(result.ticks, 24);
}

TEST(Cycles, InputsOfAPeAreWorkedOffOneACycle) {
  // Four inputs and four weights are a word each. Inputs reach the PE one a cycle from 8 + L, weights in one
  // flit at 9 + L; four steps of one cycle.
  EXPECT_EQ(run(machine(1, 1), 4, 1, 1, {1, 1, 1, 1, 4, 1, 1}).cycles, kFirstWeights + 4 + kOut);
}

TEST(Cycles, OutputsOfAPeAreChainedOneACycle) {
  // One step of 3 cycles ends at 12 + L; the chain moves a partial sum in that cycle and the two after it;
  // the flit of 3 outputs leaves when the last is there.
  EXPECT_EQ(run(machine(1, 1), 1, 3, 1, {3, 1, 1, 3, 1, 1, 1}).cycles, kFirstWeights + 3 + 2 + kOut);
}

TEST(Cycles, AChainOfRowsTakesACycleARow) {
  // Weights reach row 0 at 9 + L and row 1 at 10 + L. Row 1's step ends at 11 + L, just when row 0's partial
  // sum, sent at 10 + L, is there.
  EXPECT_EQ(run(machine(2, 1), 2, 1, 1, {1, 1, 1, 1, 1, 2, 1}).cycles, kFirstWeights + 1 + 1 + kOut);
}

TEST(Cycles, ColumnsShareTheOutputNetwork) {
  // Weights reach the columns at 9, 10 and 11 + L; each column's flit leaves in its own cycle, and the last
  // one's way out is as ever. Three outputs of 16 bits in three words, a bank each, drain one a cycle; the
  // beat waits for the last.
  AcceleratorConfig config = machine(1, 3);
  config.glb.bank_bytes = 8;
  config.glb.shared_banks = 64;
  EXPECT_EQ(run(config, 1, 3, 1, {3, 1, 1, 1, 1, 1, 3}).cycles, kFirstWeights + 2 + 1 + kOut);
}

TEST(Cycles, ABankServesOneAccessACycle) {
  // The same with all three words in one bank: from 12 + L on it serves three writes and three drains, one a
  // cycle, the last at 17 + L instead of 15 + L.
  EXPECT_EQ(run(machine(1, 3), 1, 3, 1, {3, 1, 1, 1, 1, 1, 3}).cycles, kFirstWeights + 2 + 1 + kOut + 2);
}

TEST(Cycles, ANarrowLocalLinkSlowsTheChain) {
  // Two rows, two outputs, fp32 partial sums over a link of 16 bits: two cycles each. Row 0: weights (2 x 16
  // bits, one flit) at 9 + L, step of 2 cycles, sums sent at 11 + L and 13 + L. Row 1 takes them at 12 and
  // 14 + L.
  AcceleratorConfig config = machine(2, 1);
  config.noc_bits.local = 16;
  EXPECT_EQ(run(config, 2, 2, 1, {2, 1, 1, 2, 1, 2, 1}).cycles, kFirstWeights + 5 + kOut);
}

TEST(Cycles, TokensFollowEachOther) {
  // Two tokens' inputs, one word; the second's is there at 9 + L. Token 0: step from 9 + L, chain at 10 + L;
  // token 1: step from 11 + L, chain at 12 + L. Each token's output is a flit of its own.
  EXPECT_EQ(run(machine(1, 1), 1, 1, 2, {1, 2, 1, 1, 1, 1, 1}).cycles, kFirstWeights + 3 + kOut);
}

TEST(Cycles, PartialSumsReturnFromTheGlobalBuffer) {
  // One PE, two inputs, one at a time: two passes, the second continues the first one's partial sum.
  //   burst 0: inputs of pass 0, 1: its weights, 2: inputs of pass 1, 3: its weights.
  //   A register takes the next operand when the last word of the one before is in its bank: inputs 1 at 4 +
  //   L, weights 1 at 5 + L, both as soon as they come. Weights 1 are in the PE at 11 + L. Pass 0's sum:
  //   chain 10 + L, flit 11 + L, bank 12 + L; read 13 + L, in the column's FIFO 14 + L. Pass 1: step from 11
  //   + L, chain when the sum is there.
  EXPECT_EQ(run(machine(1, 1), 2, 1, 1, {1, 1, 1, 1, 1, 1, 1}).cycles, 14 + kLatency + kOut);
}

TEST(Cycles, ASingleSlotOfInputsAndThePassOnItTakeTurns) {
  // The same with one slot of inputs. Pass 0's sum leaves the array at 11 + L and ends it; the global buffer
  // sees that at 12 + L and requests inputs 1 as a burst of that cycle: in the PE at 12 + L + 8 + L. Weights
  // 1, whose banks have room, are there long before. Step, then the chain: 21 + 2 L.
  AcceleratorConfig config = machine(1, 1);
  config.glb.double_buffer = false;
  const LayerResult result = run(config, 2, 1, 1, {1, 1, 1, 1, 1, 1, 1});
  EXPECT_EQ(result.cycles, 21 + 2 * kLatency + kOut);
  // Waited for DRAM: until weights 0 were in their bank, from pass 0's end until inputs 1 were in theirs, and
  // from pass 1's end, with its flit, until the output was on the link.
  EXPECT_EQ(result.exposed_dram_cycles, (5 + kLatency) + (16 + 2 * kLatency - (11 + kLatency)) + kOut - 1);
}

TEST(Cycles, ASlotIsKeptUntilTheLastPassThatReadsItHasEnded) {
  // Two tiles of an input, two passes (p = 1 of M = 2) on each. Weights 0 to 3 are in the PE at 9, 11, 13 and
  // 15 + L: each enters the register when the word before is in its bank. Inputs 0 are in the PE at 8 + L for
  // pass 0 and at 9 + L for pass 1. Pass 0: step from 9 + L, chain at 10 + L; pass 1: step from 11 + L, chain
  // at 12 + L.
  AcceleratorConfig config = machine(1, 1);
  const Mapping mapping{2, 1, 1, 1, 1, 1, 1};
  // With two slots inputs 1, burst 3, are there at 11 + L. Pass 2: step from 13 + L, chain at 14 + L, when
  // pass 0's sum has come back; pass 3: step from 15 + L, chain at 16 + L.
  EXPECT_EQ(run(config, 2, 2, 1, mapping).cycles, 16 + kLatency + kOut);
  // With one, pass 1 was the last to read inputs 0, at 6 + L, and ends at 13 + L, two cycles after pass 0.
  // Inputs 1 are requested at 14 + L and in the PE at 22 + 2 L for pass 2, a cycle later for pass 3. Pass 2's
  // chain is at 23
  // + 2 L, pass 3's step from 24 + 2 L, its chain at 25 + 2 L.
  config.glb.double_buffer = false;
  EXPECT_EQ(run(config, 2, 2, 1, mapping).cycles, 25 + 2 * kLatency + kOut);
}

TEST(Cycles, AFullFilterScratchpadDelaysTheNextPass) {
  // Two passes over outputs (p = 2 of M = 4), 4 tokens, one input. The second pass's weights are there long
  // before the first pass ends if the scratchpad holds both (4 words), and wait for its end if it holds one
  // (2 words).
  //   Pass 0 begins at 9 + L; a token takes a step of 2 and a chain of 2 cycles: 4 tokens end at 9 + L +
  //   16, the last chain in cycle 24 + L. Both fit: pass 1 begins at 25 + L and ends likewise: last chain 40
  //   + L. One fits: the flit waits at the array; the room shows in cycle 25 + L, in which the flit is taken
  //   and pass 1 begins. Nothing is lost: the flit is the only one.
  AcceleratorConfig config = machine(1, 1);
  const Mapping mapping{4, 4, 1, 2, 1, 1, 1};
  EXPECT_EQ(run(config, 1, 4, 4, mapping).cycles, 40 + kLatency + kOut);
  config.spad_words.filter = 2;
  EXPECT_EQ(run(config, 1, 4, 4, mapping).cycles, 40 + kLatency + kOut);
  // With a filter network of 16 bits a pass's weights are two flits. Pass 0 begins a cycle later; one that
  // fits: the second flit follows the first, and pass 1 begins a cycle later again.
  config.noc_bits.filter = 16;
  EXPECT_EQ(run(config, 1, 4, 4, mapping).cycles, 42 + kLatency + kOut);
  config.spad_words.filter = 4;
  EXPECT_EQ(run(config, 1, 4, 4, mapping).cycles, 41 + kLatency + kOut);
}

TEST(Cycles, ScratchpadsTakeTheirPartOfTheNextPassAlike) {
  // Two columns, two passes over outputs (p = t = 2 of M = 8), 4 tokens; a filter network of 16 bits: a
  // pass's weights are two flits for each PE, to one and the other in turn, from 9 + L. PE 0 begins at 11 +
  // L, PE 1 at 12 + L; the last chains are at 26 and 27 + L. In scratchpads of both passes the next weights
  // wait, and the passes follow at 27 and 28 + L. One and a half have room for the first flit of each: the
  // second ones are taken in just these cycles. With room for one pass four flits come from 27 + L on: PE 1
  // begins at 30 + L.
  AcceleratorConfig config = machine(1, 2);
  config.noc_bits.filter = 16;
  config.glb.bank_bytes = 8;  // a word each
  config.glb.shared_banks = 64;
  const Mapping mapping{8, 4, 1, 2, 1, 1, 2};
  for (const auto& [words, begins] : {std::pair(4, 28), {3, 28}, {2, 30}}) {
    config.spad_words.filter = words;
    EXPECT_EQ(run(config, 1, 8, 4, mapping).cycles, begins + 15 + kLatency + kOut) << words;
  }
}

TEST(Cycles, APeSetTakesARowOfTheFilterEach) {
  // A 2 x 2 filter on 2 x 2 pixels, a word each: two PEs, one above the other. The first row's two pixels
  // reach PE 0 at 8 and 9 + L, the second's reach PE 1 at 10 and 11 + L; the weights follow row by row at 9
  // and 10 + L. PE 0: steps from 9 + L, chain at 11 + L; PE 1: steps from 10 + L, chain at 12 + L.
  const LayerResult result =
      run(machine(2, 1), convolution(2, 2), fp16(), 1, "row-stationary", {1, 1, 1, 1, 1, 1, 1});
  EXPECT_EQ(result.cycles, kFirstWeights + 3 + kOut);
  EXPECT_EQ(result.busy_pe_cycles, 2 * (2 + 1));
}

TEST(Cycles, APeSetsLinesGoAlongDiagonals) {
  // A 2 x 2 filter on 3 x 3 pixels: two output rows in two columns, of two pixels each. The three lines bring
  // two pixels for the first output pixel, one for the second: 9 pixels, 3 words. The third is in its bank at
  // 6 + L: they come one a cycle from 10 + L. Line 0 is for PE 0 of column 0, line 1 for its PE 1 and for PE
  // 0 of column 1, line 2 for that one's PE 1.
  //   Line:             0       1       2    0   1   2
  //   At ... + L:  10, 11  12, 13  14, 15   16  17  18
  // The weights' burst is the fourth: row 0 has its two weights at 11 + L, row 1 at 12 + L.
  //   Column 0, PE 0: steps from 11 + L, chain at 13 + L; second pixel: steps from 14 + L, the second with
  //   the pixel of 16 + L, chain at 17 + L. PE 1: from 12 + L, chain at 14 + L; from 15 + L, 17 + L; chain at
  //   18 + L. Column 1, PE 0: steps from 12 + L, chain at 14 + L; from 15 + L, 17 + L; chain at 18 + L. PE 1:
  //   from 14 + L, chain at 16 + L; from 17 + L, 18 + L; chain at 19 + L.
  AcceleratorConfig config = machine(2, 2);
  config.glb.bank_bytes = 8;
  config.glb.shared_banks = 64;
  const LayerResult result =
      run(config, convolution(3, 2), fp16(), 1, "row-stationary", {1, 1, 2, 1, 1, 1, 1});
  EXPECT_EQ(result.cycles, 19 + kLatency + kOut);
  EXPECT_EQ(result.macs, 4 * 4);
  EXPECT_EQ(result.actions[Action::noc_input_deliver_inputs], 4 * 3);  // 3 pixels of a line a PE
}

TEST(Cycles, PartialSumsThatStayAreChainedOnce) {
  // One PE, two inputs, one at a time, three outputs. Pass 0's step of 3 cycles begins at 9 + L. Pass 1's
  // weights come meanwhile: its step follows and ends at 15 + L; the chain moves a partial sum in that cycle
  // and the two after it.
  const LayerResult result =
      run(machine(1, 1), {"layer", 2, 3, 1}, fp16(), 1, "output-stationary", {3, 1, 1, 3, 1, 1, 1});
  EXPECT_EQ(result.cycles, 15 + kLatency + 2 + kOut);
  EXPECT_EQ(result.busy_pe_cycles, 2 * 3 + 3);
  EXPECT_EQ(result.actions[Action::glb_shared_read_psums], 0);
}

// One plane, of blocks of 8 inputs by all outputs with a scale of one power of two.
Encoding one_plane(int64_t outputs) {
  Encoding encoding;
  encoding.scheme = "one plane";
  encoding.coding = Coding::binary;
  encoding.bits = encoding.terms = 1;
  encoding.group_rows = outputs;
  encoding.group_cols = encoding.scale_bits = 8;
  encoding.power_of_two = true;
  return encoding;
}

TEST(Cycles, TablesOfInputsThatStayAreBuiltOnce) {
  // 8 inputs, two words, bursts 0 and 1; two outputs, one a pass. The second word is in its bank at 5 + L, so
  // that the inputs reach the PE one a cycle from 9 + L to 16 + L; pass 0's weights, one key, and its scale
  // are there before. It builds the table from 16 + L, 256 entries and 6 more additions, queries it in a
  // cycle, and chains at 16 + L + 262 + 1. Pass 1 waits in the scratchpad by then: it begins in the cycle
  // behind the chain's, queries in one cycle and chains; without the table it would build again.
  AcceleratorConfig config = machine(1, 1);
  config.array.units = {"lut"};
  config.spad_words.lut = 256;
  config.glb.bank_bytes = 8;  // a word each
  config.glb.shared_banks = 64;
  const LayerShape shape{"layer", 8, 2, 1};
  const Mapping mapping{2, 1, 1, 1, 8, 1, 1};
  const LayerResult result = run(config, shape, one_plane(2), 1, "input-stationary", mapping);
  const int64_t built = 16 + kLatency + 262;
  EXPECT_EQ(result.cycles, built + 1 + 1 + 1 + kOut);
  EXPECT_EQ(result.actions[Action::lut_build_write_inputs], 256);
  EXPECT_EQ(result.actions[Action::lut_query_psums], 2);
  // Row stationary builds it for every tile of outputs. The inputs come again when the first table is built
  // and has let go of them, one a cycle.
  const LayerResult rebuilt = run(config, shape, one_plane(2), 1, "row-stationary", mapping);
  EXPECT_EQ(rebuilt.cycles, built + 8 + 262 + 1 + kOut);
  EXPECT_EQ(rebuilt.actions[Action::lut_build_write_inputs], 2 * 256);
}

TEST(Cycles, TablesWithoutRoomAreBuiltAgain) {
  // Two tokens' tables do not fit one table's scratchpad.
  AcceleratorConfig config = machine(1, 1);
  config.array.units = {"lut"};
  config.spad_words.input = 16;
  const LayerShape shape{"layer", 8, 2, 1};
  for (const auto& [words, builds] : {std::pair(256, 4), {512, 2}}) {
    config.spad_words.lut = words;
    const LayerResult result = run(config, shape, one_plane(2), 2, "input-stationary", {2, 2, 1, 1, 8, 1, 1});
    EXPECT_EQ(result.actions[Action::lut_build_write_inputs], builds * 256) << words;
  }
}

TEST(Cycles, AnIdleMachineIsNotEvaluated) {
  AcceleratorConfig slow = machine(1, 1);
  slow.dram.latency_cycles = 100000;
  const LayerResult result = run(slow, 1, 1, 1, {1, 1, 1, 1, 1, 1, 1});
  EXPECT_GT(result.cycles, 100000);
  EXPECT_LT(result.evaluated_cycles, 100);
}

}  // namespace
}  // namespace eyeshift
