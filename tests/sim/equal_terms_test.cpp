#include "sim/equal_terms.h"

#include <gmock/gmock.h>

#include <cmath>

#include "base/errors.h"
#include "configs/loaders/accelerator_reader.h"
#include "energy_tables/pricing.h"
#include "models/pe/listed_units.h"
#include "tests/support/run_eyeshift.h"
#include "traces/quantizers/quantizer.h"

namespace eyeshift {
namespace {

using testing::HasSubstr;

UnitMachine machine(const std::string& unit, const std::string& scheme) {
  const Quantizer& quantizer = Registry<Quantizer>::instance().find(scheme, "scheme");
  const LayerShape shape{"fc", 4096, 4096};
  return {specialised(load_accelerator("eyeriss-168", listed_units()), unit), unit, shape,
          quantizer.encoding(shape, {})};
}

double cycles(const UnitMachine& one) { return cycles_a_product(one); }

// Scratchpads: 224 words of filters, 48 of partial sums: 24 outputs at 32 bits.
TEST(EqualTerms, CyclesAProductFollowFromTheUnitsSteps) {
  EXPECT_DOUBLE_EQ(cycles(machine("mac-fp16", "fp16")), 1);
  EXPECT_DOUBLE_EQ(cycles(machine("dequant-mac", "gptq")), 1);
  EXPECT_DOUBLE_EQ(cycles(machine("mac-int8", "int8")), 1);
  // 3 planes: 8 additions a key, and the last one's 3 terms a block of 8 inputs.
  EXPECT_DOUBLE_EQ(cycles(machine("shift-add", "shiftaddllm-block")), (24 * 3 * 8 + 3) / (8.0 * 24));
  // 262 cycles build a table; a key takes an accumulation a term.
  EXPECT_DOUBLE_EQ(cycles(machine("lut", "shiftaddllm-block")), (262 + 24 * 3 * 3) / (8.0 * 24));
  // A partial sum a plane leaves room for 8 outputs.
  EXPECT_DOUBLE_EQ(cycles(machine("lut", "bcq")), (262 + 8 * 3) / (8.0 * 8));
  UnitMachine tiny = machine("mac-fp16", "fp16");
  tiny.machine.spad_words.psum = 1;
  EXPECT_THROW(cycles(tiny), InputError);
}

TEST(EqualTerms, ColumnsKeepWholeRowsOfLanes) {
  const AcceleratorConfig lut = machine("lut", "bcq").machine;
  EXPECT_EQ(with_columns(lut, 20).array.fp16_lanes, 20);
  EXPECT_EQ(with_columns(lut, 20).array.cols, 20);
  AcceleratorConfig few = lut;
  few.array.fp16_lanes = 5;
  EXPECT_EQ(with_columns(few, 3).array.fp16_lanes, 3);
  EXPECT_EQ(with_columns(few, 20).array.fp16_lanes, 5);
}

TEST(EqualTerms, AreaAndThroughputComeWithinHalfAColumn) {
  const EnergyTable table = load_table("horowitz-cacti-45nm-lstp");
  const UnitMachine reference = machine("mac-fp16", "fp16");
  const double wanted = area_of(table, reference.machine, placed_units(reference.machine)).array_um2;
  for (const UnitMachine& one : {machine("lut", "bcq"), machine("shift-add", "shiftaddllm-block"),
                                 machine("dequant-mac", "gptq"), machine("mac-int8", "int8")}) {
    const AcceleratorConfig sized = at_equal_terms(EqualTerms::area, one, reference, table);
    const double area = area_of(table, sized, placed_units(sized)).array_um2;
    EXPECT_LE(std::fabs(area - wanted), 0.5001 * area / sized.array.cols) << one.unit;
    EXPECT_EQ(at_equal_terms(EqualTerms::array, one, reference, table).array.cols, 14);
    const AcceleratorConfig fast = at_equal_terms(EqualTerms::throughput, one, reference, table);
    EXPECT_NEAR(fast.array.cols / cycles(one), 14, 0.5 / cycles(one) + 1e-9) << one.unit;
  }
  EXPECT_EQ(at_equal_terms(EqualTerms::throughput, reference, reference, table).array.cols, 14);
}

TEST(EqualTermsCommand, TellsTheEnergyDelayProduct) {
  const TestFolder folder;
  const Outcome outcome =
      run_eyeshift({"compare", "--accelerator", "eyeriss-168", "--network",
                    folder.write("n.yaml", "name: n\nlayers:\n  - {name: fc, type: linear, K: 128, M: 64}\n"),
                    "--schemes", "fp16@mac-fp16,shiftaddllm-block@shift-add,int8@mac-int8", "--bits", "3",
                    "--equal", "throughput", "--output", folder / "c.json"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("equal throughput, 1 token"));
  EXPECT_THAT(outcome.out, HasSubstr("shiftaddllm-block@shift-add  504"));  // 14 x 3.02 columns of 12 PEs
  const auto report = json_of(folder / "c.json");
  EXPECT_EQ(report["schemes"][1]["accelerator"]["array"]["cols"], 42);
  const Outcome bad = run_eyeshift({"compare", "--accelerator", "eyeriss-168", "--network", "opt-tiny",
                                    "--schemes", "fp16@mac-fp16", "--equal", "price"});
  EXPECT_EQ(bad.status, 2);
  EXPECT_THAT(bad.err, HasSubstr("--equal 'price': expected one of array, area, throughput"));
}

}  // namespace
}  // namespace eyeshift
