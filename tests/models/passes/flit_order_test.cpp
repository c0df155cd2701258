#include "models/passes/flit_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace eyeshift {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

FilterDelivery delivery(int row, int32_t bits, Content content) {
  FilterDelivery made;
  made.row_first = made.row_last = static_cast<int16_t>(row);
  made.bits = bits;
  made.content = content;
  return made;
}

struct Flit {
  size_t delivery;
  int32_t offset, bits;
  bool operator==(const Flit& other) const {
    return delivery == other.delivery && offset == other.offset && bits == other.bits;
  }
};

std::vector<Flit> flits(std::vector<FilterDelivery> deliveries, int32_t width) {
  std::vector<Flit> out;
  for (FlitOrder order(std::move(deliveries), width); !order.done(); order.next())
    out.push_back({order.at(), order.offset(), order.bits()});
  return out;
}

TEST(FlitOrder, WeightsAFlitForEachInTurn) {
  EXPECT_THAT(flits({delivery(0, 40, Content::weights), delivery(1, 40, Content::weights)}, 16),
              ElementsAre(Flit{0, 0, 16}, Flit{1, 0, 16}, Flit{0, 16, 16}, Flit{1, 16, 16}, Flit{0, 32, 8},
                          Flit{1, 32, 8}));
}

TEST(FlitOrder, WhoHasAllIsPassedOver) {
  EXPECT_THAT(flits({delivery(0, 16, Content::weights), delivery(1, 48, Content::weights),
                     delivery(2, 20, Content::weights)},
                    16),
              ElementsAre(Flit{0, 0, 16}, Flit{1, 0, 16}, Flit{2, 0, 16}, Flit{1, 16, 16}, Flit{2, 16, 4},
                          Flit{1, 32, 16}));
}

TEST(FlitOrder, WhatFollowsComesOneAfterTheOther) {
  EXPECT_THAT(flits({delivery(0, 8, Content::weights), delivery(0, 40, Content::row_scales),
                     delivery(0, 16, Content::zeros)},
                    32),
              ElementsAre(Flit{0, 0, 8}, Flit{1, 0, 32}, Flit{1, 32, 8}, Flit{2, 0, 16}));
}

TEST(FlitOrder, NothingToDeliver) {
  EXPECT_THAT(flits({}, 16), IsEmpty());
  EXPECT_TRUE(FlitOrder().done());
}

}  // namespace
}  // namespace eyeshift
