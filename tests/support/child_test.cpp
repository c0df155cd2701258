#include "tests/support/child.h"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include "base/errors.h"

namespace eyeshift::testing {
namespace {

TEST(InChild, AFailureOfTheChildIsOneHere) {
  EXPECT_NONFATAL_FAILURE(in_child([] { EXPECT_EQ(1, 2) << "told to the parent"; }), "told to the parent");
  EXPECT_NONFATAL_FAILURE(in_child([] { ASSERT_TRUE(false) << "fatal in the child"; }), "fatal in the child");
}

TEST(InChild, WhatTheChildChangesIsItsOwn) {
  int changed = 0;
  in_child([&] {
    changed = 1;
    EXPECT_EQ(changed, 1);
  });
  EXPECT_EQ(changed, 0);
}

TEST(InChild, AnExceptionOfTheChildIsThrownHere) {
  EXPECT_THROW(in_child([] { throw InternalError("lost"); }), InternalError);
}

}  // namespace
}  // namespace eyeshift::testing
