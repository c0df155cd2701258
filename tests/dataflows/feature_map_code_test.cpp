#include "dataflows/feature_map_code.h"

#include <gtest/gtest.h>

#include "configs/loaders/accelerator_reader.h"
#include "dataflows/dataflow.h"
#include "dataflows/run_length_code.h"
#include "models/pe/listed_units.h"
#include "traces/quantizers/quantizer.h"

namespace eyeshift {
namespace {

class CodedLengths : public testing::Test {
 protected:
  CodedLengths() : accelerator_(load_accelerator("eyeriss-v1", listed_units())) {}

  Schedule schedule(LayerShape shape, int64_t tokens, const Mapping& mapping) {
    encoding_ = Registry<Quantizer>::instance().find("int16", "scheme").encoding(shape, {});
    return Registry<Dataflow>::instance()
        .find("row-stationary", "dataflow")
        .schedule(shape, encoding_, tokens, accelerator_, "mac-int16", mapping);
  }

  Schedule coded(const Schedule& schedule, const std::vector<uint16_t>& inputs,
                 const std::vector<uint16_t>& outputs) const {
    const LayerGeometry geometry(accelerator_, schedule.shape, encoding_, "mac-int16");
    return with_coded_lengths(schedule, geometry, {inputs, outputs});
  }

  static std::vector<uint16_t> random_values(size_t size, unsigned zeros_of_8) {
    std::vector<uint16_t> values(size);
    for (size_t i = 0; i < size; ++i) {
      state_ = state_ * 6364136223846793005u + 1442695040888963407u;
      values[i] = (state_ >> 61) < zeros_of_8 ? 0 : static_cast<uint16_t>(i % 1000 + 1);
    }
    return values;
  }

  static int64_t loads(const Schedule& schedule) { return sum(schedule, &Pass::load_bits); }
  static int64_t stores(const Schedule& schedule) { return sum(schedule, &Pass::store_bits); }

  static inline uint64_t state_ = 1;

 private:
  static int64_t sum(const Schedule& schedule, int64_t Pass::*bits) {
    int64_t total = 0;
    for (PassCursor cursor(schedule); !cursor.done(); cursor.next()) total += cursor.pass().*bits;
    return total;
  }

  AcceleratorConfig accelerator_;
  Encoding encoding_;
};

LayerShape linear(int64_t K, int64_t M, double zeros) {
  LayerShape shape{"layer", K, M, 1, {}, 0, 0};
  shape.zero_fraction = shape.output_zero_fraction = zeros;
  return shape;
}

LayerShape convolution(const Convolution& conv, int64_t M) {
  return {"layer", conv.C / conv.groups * conv.R * conv.R, M, 1, conv, 0, 0};
}

// Where the values leave nothing to expectation the two agree, pass by pass.
TEST_F(CodedLengths, AreTheExpectedOnesWhereAllOrNoValuesAreZero) {
  for (const bool zero : {false, true}) {
    const Schedule expected = schedule(linear(50, 30, zero ? 1 : 0), 6, {30, 4, 1, 5, 7, 3, 2});
    const std::vector<uint16_t> inputs(6 * 50, zero ? 0 : 7), outputs(6 * 30, zero ? 0 : 9);
    const Schedule real = coded(expected, inputs, outputs);
    ASSERT_EQ(pass_count(real), pass_count(expected));
    PassCursor a(real), b(expected);
    for (; !a.done(); a.next(), b.next()) EXPECT_EQ(work_key(a.pass()), work_key(b.pass())) << a.index();
  }
}

// One pass of everything: one stream of all values.
TEST_F(CodedLengths, OfALinearLayersTileAreOneStream) {
  const auto inputs = random_values(4 * 12, 6), outputs = random_values(4 * 8, 5);
  const Schedule one = coded(schedule(linear(12, 8, 0), 4, {8, 4, 1, 8, 12, 1, 1}), inputs, outputs);
  EXPECT_EQ(pass_count(one), 1);
  EXPECT_EQ(loads(one), run_length_bits(inputs));
  EXPECT_EQ(stores(one), run_length_bits(outputs));
}

// Tiles of tokens and inputs: rows and columns of the matrix.
TEST_F(CodedLengths, OfTilesAreThoseOfTheirPart) {
  const auto inputs = random_values(4 * 12, 6), outputs = random_values(4 * 8, 5);
  const Schedule tiled = coded(schedule(linear(12, 8, 0), 4, {8, 2, 1, 8, 3, 2, 1}), inputs, outputs);
  int64_t load_bits = 0, store_bits = 0;
  for (size_t token = 0; token < 4; token += 2) {
    for (size_t k = 0; k < 12; k += 6) {
      std::vector<uint16_t> part;
      for (size_t t = token; t < token + 2; ++t)
        for (size_t i = k; i < k + 6; ++i) part.push_back(inputs[t * 12 + i]);
      load_bits += run_length_bits(part);
    }
    store_bits += run_length_bits({outputs.begin() + static_cast<int64_t>(token) * 8,
                                   outputs.begin() + static_cast<int64_t>(token + 2) * 8});
  }
  EXPECT_EQ(loads(tiled), load_bits);
  EXPECT_EQ(stores(tiled), store_bits);
}

// A strip of all rows takes every channel's image once, without its border; two groups, two images.
TEST_F(CodedLengths, OfAConvolutionAreAStreamAChannel) {
  const Convolution conv{4, 9, 3, 1, 1, 2};
  const auto inputs = random_values(2 * 4 * 81, 6), outputs = random_values(2 * 6 * 81, 5);
  const Schedule whole = coded(schedule(convolution(conv, 6), 2, {3, 2, 9, 3, 2, 1, 1}), inputs, outputs);
  const auto planes = [](const std::vector<uint16_t>& maps) {
    int64_t bits = 0;
    for (auto plane = maps.begin(); plane != maps.end(); plane += 81)
      bits += std::min<int64_t>(81 * 16, run_length_bits({plane, plane + 81}));
    return bits;
  };
  EXPECT_EQ(loads(whole), planes(inputs));
  EXPECT_EQ(stores(whole), planes(outputs));
}

// Strips of two output rows at a stride of 2 read the five lines that their filters touch.
TEST_F(CodedLengths, OfStripsTakeTheirLines) {
  const Convolution conv{1, 9, 3, 2, 0, 1};
  const auto inputs = random_values(81, 6), outputs = random_values(2 * 16, 5);
  const Schedule strips = coded(schedule(convolution(conv, 2), 1, {2, 1, 2, 2, 1, 1, 1}), inputs, outputs);
  EXPECT_EQ(loads(strips), run_length_bits({inputs.begin(), inputs.begin() + 45}) +
                               run_length_bits({inputs.begin() + 36, inputs.begin() + 81}));
  int64_t bits = 0;
  for (auto rows = outputs.begin(); rows != outputs.end(); rows += 8)
    bits += std::min<int64_t>(8 * 16, run_length_bits({rows, rows + 8}));
  EXPECT_EQ(stores(strips), bits);
}

}  // namespace
}  // namespace eyeshift
