#include "models/machine/buffer/transfer_controller.h"

#include <gmock/gmock.h>

#include <tuple>

#include "tests/models/machine/bench.h"

namespace eyeshift::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Pass, operand, offset, bits, and whether it is the last of its operand.
using Burst = std::tuple<int64_t, Operand, int64_t, int64_t, bool>;

Burst next(const TransferController& controller) {
  const ReadRequest& burst = controller.next();
  return {burst.pass, burst.operand, burst.offset, burst.bits, burst.last};
}

// Takes everything up to a pass that needs nothing.
std::vector<Burst> take_all(TransferController& controller) {
  std::vector<Burst> bursts;
  for (; !controller.done() && controller.next().bits > 0; controller.take())
    bursts.push_back(next(controller));
  return bursts;
}

Pass with_inputs(int64_t load_bits) {
  Pass pass = linear_pass(1, 1, 6, 1);
  pass.loads_inputs = true;
  pass.load_bits = load_bits;
  return pass;
}

// Bursts of 64 bits: 6 weights of 16 bits are 64 and 32. Each operand begins a new burst.
TEST(TransferController, CutsWeightsIntoBursts) {
  const Bench bench(small_machine(), schedule_of({linear_pass(1, 1, 6, 1), linear_pass(1, 1, 4, 1)}));
  TransferController controller(bench.plan, Fill::filters);
  EXPECT_THAT(take_all(controller),
              ElementsAre(Burst{0, Operand::weights, 0, 64, false}, Burst{0, Operand::weights, 64, 32, true},
                          Burst{1, Operand::weights, 0, 64, true}));
  EXPECT_TRUE(controller.done());
}

// int8: 3 rows of 6 weights, 144 bits, then the scales of the two outputs of the top, 16 bits each.
TEST(TransferController, ScalesComeBehindTheWeightsOfTheirPass) {
  AcceleratorConfig config = small_machine();
  config.array.units = {"mac-int8", "mac-fp16"};
  Pass pass = linear_pass(3, 2, 3, 1);
  pass.ends_group = true;
  const Bench bench(config, int8_schedule_of({pass, pass}));
  TransferController controller(bench.plan, Fill::filters);
  const std::vector<Burst> bursts = take_all(controller);
  ASSERT_EQ(bursts.size(), 8u);
  for (const int64_t p : {0, 1})
    EXPECT_THAT(
        std::vector<Burst>(bursts.begin() + 4 * p, bursts.begin() + 4 * p + 4),
        ElementsAre(Burst{p, Operand::weights, 0, 64, false}, Burst{p, Operand::weights, 64, 64, false},
                    Burst{p, Operand::weights, 128, 16, true}, Burst{p, Operand::scales, 0, 32, true}));
}

// Inputs of 100 bits in DRAM, of which 6 inputs of 16 bits come out in the global buffer.
TEST(TransferController, InputsComeForThePassThatLoadsThem) {
  const Bench bench(small_machine(), schedule_of({with_inputs(100)}));
  TransferController controller(bench.plan, Fill::inputs);
  EXPECT_TRUE(controller.opens_operand());
  EXPECT_EQ(controller.next().operand_bits, 100);
  EXPECT_EQ(controller.next().stream_bits, 96);
  EXPECT_EQ(next(controller), (Burst{0, Operand::inputs, 0, 64, false}));
  controller.take();
  EXPECT_FALSE(controller.opens_operand());
  EXPECT_EQ(next(controller), (Burst{0, Operand::inputs, 64, 36, true}));
  controller.take();
  EXPECT_TRUE(controller.done());
}

// Pass 1 finds its inputs in the global buffer.
TEST(TransferController, APassThatNeedsNothingIsSkippedBeforeTheEndOnly) {
  const Bench bench(small_machine(),
                    schedule_of({with_inputs(64), linear_pass(1, 1, 6, 1), with_inputs(64)}));
  TransferController controller(bench.plan, Fill::inputs);
  EXPECT_FALSE(controller.skip_empty_pass(9));  // pass 0 needs something
  EXPECT_THAT(take_all(controller), ElementsAre(Burst{0, Operand::inputs, 0, 64, true}));
  EXPECT_EQ(controller.pass(), 1);
  EXPECT_EQ(controller.next().bits, 0);
  EXPECT_FALSE(controller.skip_empty_pass(1));
  EXPECT_EQ(controller.pass(), 1);
  EXPECT_TRUE(controller.skip_empty_pass(2));
  EXPECT_THAT(take_all(controller), ElementsAre(Burst{2, Operand::inputs, 0, 64, true}));
  EXPECT_FALSE(controller.skip_empty_pass(9));
}

TEST(TransferController, WeightsThatPesHoldAreNotRead) {
  Pass holds = linear_pass(1, 1, 4, 1);
  holds.holds_weights = true;
  const Bench bench(small_machine(), schedule_of({holds}));
  TransferController controller(bench.plan, Fill::filters);
  EXPECT_THAT(take_all(controller), IsEmpty());
  EXPECT_FALSE(controller.done());
  EXPECT_TRUE(controller.skip_empty_pass(1));
  EXPECT_TRUE(controller.done());
}

// Bursts of 64 bits into words of 128: 160 bits of weights are two words. The first burst completes none, the
// second one, the last brings the word that remains.
TEST(TransferController, CountsTheWordsThatABurstAdds) {
  AcceleratorConfig config = small_machine();
  config.glb.port_bits = 128;
  const Bench bench(config, schedule_of({linear_pass(1, 1, 10, 1)}));
  TransferController controller(bench.plan, Fill::filters);
  std::vector<int64_t> words;
  for (; !controller.done(); controller.take()) words.push_back(controller.words());
  EXPECT_THAT(words, ElementsAre(0, 1, 1));
}

// Words of 32 bits: two a burst of 64, and one for the 32 bits that are left.
TEST(TransferController, ABurstMayBeSeveralWords) {
  AcceleratorConfig config = small_machine();
  config.glb.port_bits = 32;
  const Bench bench(config, schedule_of({linear_pass(1, 1, 6, 1)}));
  TransferController controller(bench.plan, Fill::filters);
  std::vector<int64_t> words;
  for (; !controller.done(); controller.take()) words.push_back(controller.words());
  EXPECT_THAT(words, ElementsAre(2, 1));
}

TEST(TransferController, ContinuesFromItsState) {
  AcceleratorConfig config = small_machine();
  config.array.units = {"mac-int8", "mac-fp16"};
  Pass pass = linear_pass(3, 2, 3, 1);
  pass.ends_group = true;
  const Bench bench(config, int8_schedule_of({pass, pass}));
  TransferController from(bench.plan, Fill::filters), to(bench.plan, Fill::filters);
  for (int i = 0; i < 5; ++i) from.take();
  restore(to, saved(from));
  EXPECT_EQ(take_all(to), take_all(from));
}

}  // namespace
}  // namespace eyeshift::testing
