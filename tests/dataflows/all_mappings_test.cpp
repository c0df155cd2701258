#include <gtest/gtest.h>

#include <set>
#include <tuple>

#include "base/errors.h"
#include "base/integers.h"
#include "configs/loaders/accelerator_reader.h"
#include "dataflows/dataflow.h"
#include "models/pe/listed_units.h"

namespace eyeshift {
namespace {

constexpr int64_t kInputs = 11, kOutputs = 13, kTokens = 5;

// How a mapping cuts the layer: sets of a chain, tiles of inputs, parts of the outputs, tiles of them, tiles
// of tokens, columns of tokens.
auto cut(const Mapping& m) {
  const int64_t r = std::min(m.r, divide_up(kInputs, m.q)), parts = divide_up(kOutputs, m.p);
  return std::make_tuple(r, divide_up(kInputs, m.q * r), parts, divide_up(parts, m.t),
                         divide_up(kTokens, m.n), m.e);
}

class AllMappings : public ::testing::TestWithParam<const char*> {};

// Against every mapping there is: none is missed but for one that cuts the layer alike.
TEST_P(AllMappings, CutTheLayerInEveryValidWayOnce) {
  AcceleratorConfig accelerator = specialised(load_accelerator("eyeriss-168", listed_units()), "mac-fp16");
  accelerator.array.rows = 3;
  accelerator.array.cols = 2;
  accelerator.spad_words.filter = 40;
  const Dataflow& dataflow = Registry<Dataflow>::instance().find(GetParam(), "dataflow");
  const LayerShape shape{"layer", kInputs, kOutputs, 1, {}, 0, 0};
  std::set<decltype(cut(Mapping{}))> found;
  int64_t count = 0;
  dataflow.for_all_mappings(
      shape, {}, kTokens, accelerator, "mac-fp16", [&](const MappingEstimate& estimate) {
        EXPECT_NO_THROW(dataflow.check(shape, {}, kTokens, accelerator, "mac-fp16", estimate.mapping));
        found.insert(cut(estimate.mapping));
        ++count;
      });
  EXPECT_EQ(static_cast<size_t>(count), found.size());

  std::set<decltype(cut(Mapping{}))> valid;
  const auto try_all_sizes = [&](int64_t e, int64_t n, int64_t r, int64_t q) {
    for (int64_t p = 1; p <= kOutputs; ++p)
      for (int64_t t = 1; t <= 6; ++t) try {
          const Mapping mapping{p * t, n, e, p, q, r, t};
          dataflow.check(shape, {}, kTokens, accelerator, "mac-fp16", mapping);
          valid.insert(cut(mapping));
        } catch (const InputError&) {
        }
  };
  for (int64_t n = 1; n <= kTokens; ++n)
    for (int64_t r = 1; r <= 3; ++r)
      for (int64_t q = 1; q <= kInputs; ++q) try_all_sizes(1, n, r, q);
  EXPECT_GT(valid.size(), 50u);
  for (const auto& one : valid)
    EXPECT_EQ(found.count(one), 1u) << "sets " << std::get<0>(one) << ", tiles of inputs " << std::get<1>(one)
                                    << ", parts of the outputs " << std::get<2>(one) << ", tiles of outputs "
                                    << std::get<3>(one) << ", of tokens " << std::get<4>(one);
}

INSTANTIATE_TEST_SUITE_P(Dataflows, AllMappings, ::testing::Values("row-stationary", "weight-stationary"));

}  // namespace
}  // namespace eyeshift
