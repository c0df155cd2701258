#include "base/processor.h"

#include <gmock/gmock.h>

#include <string>

namespace eyeshift {
namespace {

using testing::StartsWith;

std::string message_of(bool first, bool second, size_t size) {
  const ProcessorFeature features[] = {{"AVX2", first}, {"FMA", second}};
  std::string message(size + 1, '#');
  const size_t length = processor_message(features, 2, message.data(), size);
  EXPECT_EQ(message.back(), '#') << "written behind the end";
  EXPECT_TRUE(length == 0 || message[length] == '\0');
  message.resize(length);
  return message;
}

TEST(Processor, WhatIsLackingIsNamed) {
  EXPECT_EQ(message_of(true, true, 512), "");
  EXPECT_THAT(message_of(true, false, 512), StartsWith("eyeshift: failed: this processor lacks FMA: "));
  EXPECT_THAT(message_of(false, false, 512),
              StartsWith("eyeshift: failed: this processor lacks AVX2, FMA: "));
  EXPECT_EQ(message_of(false, false, 512).back(), '\n');
}

TEST(Processor, AMessageEndsWhereItsSpaceDoes) {
  EXPECT_EQ(message_of(false, true, 19), "eyeshift: failed: ");
}

}  // namespace
}  // namespace eyeshift
