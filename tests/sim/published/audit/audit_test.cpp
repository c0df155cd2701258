#include "sim/published/audit/audit.h"

#include <gmock/gmock.h>

#include "configs/loaders/accelerator_reader.h"
#include "models/pe/listed_units.h"
#include "sim/published/audit/published_counts.h"
#include "sim/published/estimate/published_energies.h"
#include "traces/quantizers/quantizer.h"

namespace eyeshift {
namespace {

// 2 tokens through 16 inputs and 8 outputs. As one product the estimator's tiling is n0 = 2, m1 = 8, c1 = 16
// and all other loops 1: I = 32, W = 128, O = 16 words, 256 products.
class AuditSteps : public testing::Test {
 protected:
  AuditedLayer layer(const std::string& scheme, int bits, const std::string& machine_scheme,
                     const std::string& unit) {
    QuantizeOptions options;
    options.bits = bits;
    AuditedLayer layer;
    layer.shape = {"fc", 16, 8};
    layer.scheme = scheme;
    layer.bits = bits;
    layer.tokens = 2;
    layer.unit = unit;
    layer.encoding =
        Registry<Quantizer>::instance().find(machine_scheme, "scheme").encoding(layer.shape, options);
    layer.mapping = {8, 2, 1, 4, 8, 2, 2};  // 2 x 2 PEs with 8 inputs and 4 outputs each
    return layer;
  }
  AuditedLayer fp16() { return layer("fp16", 16, "fp16", "mac-fp16"); }
  AuditedLayer optq() { return layer("optq", 3, "gptq", "dequant-mac"); }
  AuditedLayer lut_gemm() { return layer("lut-gemm", 2, "bcq", "lut"); }
  AuditedLayer shiftaddllm(const std::string& unit = "lut") {
    return layer("shiftaddllm", 2, "shiftaddllm-block", unit);
  }

  // With all steps up to this one, the estimator's own counts without any.
  AuditCounts up_to(const AuditedLayer& layer, AuditStep last) {
    AuditSwitches on;
    for (size_t i = 0; i <= static_cast<size_t>(last); ++i) on.turn_on(static_cast<AuditStep>(i));
    return audited_counts(layer, on, accelerator_, estimator_);
  }
  AuditCounts published(const AuditedLayer& layer) {
    return audited_counts(layer, {}, accelerator_, estimator_);
  }

  const AcceleratorConfig accelerator_ = load_accelerator("eyeriss-168", listed_units());
  Estimator estimator_;
};

TEST_F(AuditSteps, WithoutAnyTheyAreTheEstimator) {
  for (AuditedLayer audited : {fp16(), optq(), lut_gemm(), shiftaddllm()}) {
    audited.has_bias = audited.is_gate = true;
    std::vector<Operation> operations =
        layer_operations(audited.shape, audited.scheme, audited.bits, audited.tokens);
    operations.push_back(bias_add(8, 2));
    operations.push_back(gate_multiply(8, 2));
    double pJ = 0;
    for (const Operation& operation : operations) pJ += sum(estimator_.estimate(operation).energy_pJ);
    const AuditEnergy energy =
        energy_of(published(audited), published_operation_prices(), published_memory_prices());
    EXPECT_NEAR(energy.total(), pJ, 1e-9 * pJ) << audited.scheme;
  }
}

TEST_F(AuditSteps, ArithmeticAndOnChipAreTheTablesPrices) {
  const EnergyTable table = load_table("horowitz-cacti-45nm");
  const AuditPrices operations = operation_prices(table, accelerator_);
  EXPECT_EQ(operations.multiply, 1.1);
  EXPECT_EQ(operations.add, 0.9);  // fp32 partial sums
  EXPECT_EQ(operations.key_add, 0.4);
  EXPECT_EQ(operations.shift, 0.03);
  EXPECT_EQ(operations.dequantize, 0.08);
  EXPECT_EQ(operations.scale_multiply, 3.7);
  EXPECT_EQ(operations.lut_query, 0.64593);
  EXPECT_EQ(operations.lut_write, 0.93709);
  const AuditMemoryPrices memories = memory_prices(table, accelerator_);
  EXPECT_EQ(memories.dram_bit, 110 / 8.0);
  EXPECT_DOUBLE_EQ(memories.glb_bit.inputs.read, 2.92412 / 64);
  EXPECT_DOUBLE_EQ(memories.glb_bit.outputs.written, 5.34521 / 64);
  EXPECT_DOUBLE_EQ(memories.rf_bit.weights.read, 0.01013625);
  EXPECT_DOUBLE_EQ(memories.noc_bit.outputs, 2 * 0.01013625);
  const AuditPrices used = published_operation_prices();
  EXPECT_EQ(used.multiply, 1.1);
  EXPECT_EQ(used.shift, 0.15);
  EXPECT_EQ(used.lut_write, 0);
  EXPECT_DOUBLE_EQ(published_memory_prices().dram_bit, 12.5);
}

TEST_F(AuditSteps, WeightTrafficIsStoredBits) {
  // 128 codes of 3 bits; 8 scales of 16 bits and 8 zero points of 3.
  EXPECT_EQ(published(optq()).dram_bits.weights, 384);
  EXPECT_EQ(up_to(optq(), AuditStep::weight_traffic).dram_bits.weights, 384 + 128 + 24);
  EXPECT_EQ(up_to(optq(), AuditStep::weight_traffic).noc_bits.weights, 384 + 128 + 24);
  // As published, 32 words of 10 bits for the sums that keys select and 16 for scales; 8 words of 16 bits of
  // ones for building tables. Then 2 planes of 128 bits and 8 x 2 blocks with 2 x 3 terms of 8 bits.
  EXPECT_EQ(published(shiftaddllm()).dram_bits.weights, 16 * 10 + 8 * 16);
  EXPECT_EQ(published(shiftaddllm()).dram_bits.inputs, 32 * 10 + 32 * 16);
  const AuditCounts moved = up_to(shiftaddllm(), AuditStep::weight_traffic);
  EXPECT_EQ(moved.dram_bits.weights, 256 + 768 + 8 * 16);
  EXPECT_EQ(moved.dram_bits.inputs, 32 * 16);
  // 8 x 2 real scales of 16 bits.
  EXPECT_EQ(up_to(lut_gemm(), AuditStep::weight_traffic).dram_bits.weights, 256 + 256 + 8 * 16);
  EXPECT_EQ(up_to(fp16(), AuditStep::weight_traffic).dram_bits.weights, 128 * 16);
}

TEST_F(AuditSteps, WidthsAreTheOperandsOwn) {
  for (const AuditedLayer& audited : {fp16(), optq(), lut_gemm(), shiftaddllm()}) {
    const AuditCounts counts = up_to(audited, AuditStep::widths);
    EXPECT_EQ(counts.dram_bits.inputs, 32 * 16) << audited.scheme;
    EXPECT_EQ(counts.dram_bits.outputs, 16 * 16) << audited.scheme;
    EXPECT_EQ(counts.glb.inputs.read, 32 * 16) << audited.scheme;
    EXPECT_EQ(counts.glb.outputs.read + counts.glb.outputs.written, 16 * 32) << audited.scheme;
    EXPECT_EQ(counts.noc_bits.inputs, 8 * 32 * 16) << audited.scheme;  // m1 I
  }
  // 15 O from PE to PE at 32 bits; O of the additions, which still count their own.
  EXPECT_EQ(published(optq()).noc_bits.outputs, 15 * 16 * 3 + 16 * 16);
  EXPECT_EQ(up_to(optq(), AuditStep::widths).noc_bits.outputs, 15 * 16 * 32 + 16 * 16);
  EXPECT_EQ(published(optq()).rf.inputs.read, 256 * 3 + 256 * 16);
  EXPECT_EQ(up_to(optq(), AuditStep::widths).rf.inputs.read, 256 * 16 + 256 * 16);
}

TEST_F(AuditSteps, DequantizationIsOncePerProductAndScalesOncePerSum) {
  EXPECT_EQ(up_to(optq(), AuditStep::widths).dequantize, 0);
  EXPECT_EQ(up_to(optq(), AuditStep::dequantization).dequantize, 256);
  EXPECT_EQ(up_to(optq(), AuditStep::dequantization).scale_multiply, 16);
  EXPECT_EQ(up_to(fp16(), AuditStep::dequantization).dequantize, 0);
  EXPECT_EQ(up_to(shiftaddllm(), AuditStep::dequantization).dequantize, 0);
}

TEST_F(AuditSteps, TermsAreShiftsAndRealScalesComeLast) {
  // 2 tokens x 8 outputs x 2 keys x 2 planes = 64 shifts, then 3 terms each, read at 8 bits.
  EXPECT_EQ(up_to(shiftaddllm(), AuditStep::dequantization).shift, 64);
  EXPECT_EQ(up_to(shiftaddllm(), AuditStep::terms).shift, 192);
  const double before = up_to(shiftaddllm(), AuditStep::dequantization).rf.weights.read;
  const double scale_words = 4 * 16 * 10;  // as published: N W at 10 bits
  EXPECT_EQ(up_to(shiftaddllm(), AuditStep::terms).rf.weights.read, before - scale_words + 192 * 8);
  // 64 multiplications become one a token, output and plane; 32 more build tables.
  EXPECT_EQ(up_to(lut_gemm(), AuditStep::dequantization).multiply, 64 + 32);
  const AuditCounts counts = up_to(lut_gemm(), AuditStep::terms);
  EXPECT_EQ(counts.multiply, 32);
  EXPECT_EQ(counts.scale_multiply, 32);
}

TEST_F(AuditSteps, AdditionsAreOneAPlaneAndTerm) {
  // As published one a token, output and key.
  EXPECT_EQ(up_to(shiftaddllm(), AuditStep::terms).add, 32);
  EXPECT_EQ(up_to(shiftaddllm(), AuditStep::additions).add, 64 * 3);
  EXPECT_EQ(up_to(lut_gemm(), AuditStep::additions).add, 64 + 32);  // and one a scale
  EXPECT_EQ(up_to(fp16(), AuditStep::additions).add, 256);
  // A block's partial sum is read and written once a key, a row's once a key and plane, a product's every
  // time.
  const double build_and_queries =
      16 * (4 + 4 * 255 + 8) / 2.0;  // rf outputs as published, half of them reads
  EXPECT_EQ(up_to(shiftaddllm(), AuditStep::additions).rf.outputs.read - 32 * 32,
            up_to(lut_gemm(), AuditStep::additions).rf.outputs.read - 64 * 32);
  EXPECT_EQ(up_to(shiftaddllm(), AuditStep::additions).rf.outputs.read,
            32 * 32 + build_and_queries + 4 * 16 / 2.0);
  EXPECT_EQ(up_to(optq(), AuditStep::additions).rf.outputs.read, 256 * 32);
  EXPECT_EQ(up_to(optq(), AuditStep::additions).rf.weights.read, 256 * 3);
  EXPECT_EQ(up_to(optq(), AuditStep::additions).noc_bits.outputs, 15 * 16 * 32);
}

TEST_F(AuditSteps, TablesAreBuiltWherePesHoldOutputs) {
  // As published a table for 8 inputs of a token; then also for each of the 8 PEs that m1 makes.
  EXPECT_EQ(up_to(shiftaddllm(), AuditStep::additions).lut_add, 32 + 4 * 255);
  const AuditCounts counts = up_to(shiftaddllm(), AuditStep::tables);
  EXPECT_EQ(counts.lut_add, 4 * 8 * (255 + 7));
  EXPECT_EQ(counts.lut_write, 4 * 8 * 256);
  EXPECT_EQ(counts.lut_query, 64);
  EXPECT_EQ(counts.multiply, 0);
  EXPECT_EQ(counts.rf.inputs.read, 4 * 8 * 8 * 16);
  EXPECT_EQ(counts.rf.weights.read, 64 * 8 + 192 * 8);  // keys and terms
  EXPECT_EQ(counts.rf.outputs.read, 32 * 32);
  const AuditCounts adders = up_to(shiftaddllm("shift-add"), AuditStep::tables);
  EXPECT_EQ(adders.key_add, 64 * 8);
  EXPECT_EQ(adders.lut_add + adders.lut_write + adders.lut_query, 0);
}

TEST_F(AuditSteps, MappingCountsWhatItsPesLoadAndPass) {
  const AuditCounts counts = up_to(optq(), AuditStep::mapping);
  EXPECT_EQ(counts.dram_bits.weights, 384 + 128 + 24);
  EXPECT_EQ(counts.noc_bits.weights, 384 + 128 + 24 * 2);  // zero points go to both PEs of a column
  EXPECT_EQ(counts.noc_bits.inputs, 32 * 2 * 16);          // every input to 2 columns
  EXPECT_EQ(counts.noc_bits.outputs, 16 * 32 + 16 * 16);   // down one link, and out
  EXPECT_EQ(counts.glb.weights.written, 384 + 128 + 24);
  EXPECT_EQ(counts.glb.inputs.written, 32 * 16);
  EXPECT_EQ(counts.glb.outputs.written, 16 * 16);
  EXPECT_EQ(counts.rf.inputs.read, 32 * 2 * 16);
  EXPECT_EQ(counts.rf.inputs.written, 32 * 2 * 16);
  // 12 bits of codes and 12 of zero points a step are a word each; 16 scales.
  EXPECT_EQ(counts.rf.weights.read, 64 * (16 + 16) + 16 * 16);
  const AuditCounts keyed = up_to(shiftaddllm(), AuditStep::mapping);
  EXPECT_EQ(keyed.lut_write, 4 * 2 * 256);
  EXPECT_EQ(keyed.rf.weights.read, 8 * 64 + 4 * 2 * 192);  // 4 outputs' keys, and their 4 x 2 x 3 terms
  EXPECT_EQ(keyed.dram_bits.weights, 256 + 768);
}

TEST_F(AuditSteps, BiasesAndGatesEndWithTheMapping) {
  AuditedLayer biased = fp16();
  biased.has_bias = true;
  EXPECT_GT(up_to(biased, AuditStep::on_chip).add, up_to(fp16(), AuditStep::on_chip).add);
  EXPECT_EQ(up_to(biased, AuditStep::mapping).add, up_to(fp16(), AuditStep::mapping).add);
}

NetworkConfig block(int64_t width) {
  NetworkConfig network;
  network.name = "block";
  network.layers = {{"q_proj", width, width, 2}, {"fc1", width, 2 * width, 1}, {"fc2", 2 * width, width, 1}};
  network.attention = AttentionShape{4, 4, width / 4, 1};
  return network;
}

// But for rounding to bursts of DRAM, which large layers make small.
TEST(Audit, AllStepsGiveTheMachinesEnergyOfTheSameMapping) {
  AuditOptions options;
  options.tokens = {1, 16};
  options.context = 64;
  options.parallel = 2;
  const Audit report = audit(block(384), load_accelerator("eyeriss-168", listed_units()),
                             load_table("horowitz-cacti-45nm-lstp"), options);
  ASSERT_EQ(report.columns.size(), 10u);
  for (const AuditColumn& column : report.columns) {
    const double machine = column.machine.total();
    EXPECT_NEAR(column.counted.total(), machine, 0.01 * machine) << column.scheme << "@" << column.unit;
    for (double AuditEnergy::*place : {&AuditEnergy::arithmetic, &AuditEnergy::lut, &AuditEnergy::spad})
      EXPECT_NEAR(column.counted.*place, column.machine.*place, 0.01 * column.machine.*place)
          << column.scheme << "@" << column.unit << " " << column.tokens;
    ASSERT_EQ(column.lines.size(), kAuditSteps + 3);
    // Attention and then leakage come on top.
    EXPECT_GT(column.lines[kAuditSteps + 1].energy.total(), column.lines[kAuditSteps].energy.total());
    EXPECT_GT(column.lines.back().energy.rest, 0);
  }
}

}  // namespace
}  // namespace eyeshift
