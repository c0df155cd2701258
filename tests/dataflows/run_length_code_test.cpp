#include "dataflows/run_length_code.h"

#include <gmock/gmock.h>

#include <random>

namespace eyeshift {
namespace {

constexpr int64_t kWord = 64;  // three pairs

std::vector<uint16_t> zeros(size_t count) { return std::vector<uint16_t>(count, 0); }

std::vector<uint16_t> zeros_then(size_t count, uint16_t value) {
  std::vector<uint16_t> values = zeros(count);
  values.push_back(value);
  return values;
}

// As independent as possible: a stream is read from the front, a pair takes its run and the value behind it.
int64_t pairs_of(const std::vector<uint16_t>& values) {
  int64_t pairs = 0;
  for (size_t at = 0; at < values.size(); ++pairs) {
    size_t run = 0;
    while (run < 31 && at + run < values.size() && values[at + run] == 0) ++run;
    at += run + 1;
  }
  return pairs;
}

TEST(RunLengthCode, TheExampleOfThePaper) {
  // JSSC 2017, fig. 9: runs 2, 4 and 5 before the levels 12, 53 and 22 make one word; a fourth pair another.
  std::vector<uint16_t> values = {0, 0, 12, 0, 0, 0, 0, 53, 0, 0, 0, 0, 0, 22};
  EXPECT_EQ(run_length_bits(values), kWord);
  values.push_back(9);
  EXPECT_EQ(run_length_bits(values), 2 * kWord);
}

TEST(RunLengthCode, AnEmptyStreamTakesNothing) {
  EXPECT_EQ(run_length_bits(zeros(0)), 0);
  EXPECT_EQ(run_length_bits(0, 0.5), 0);
}

TEST(RunLengthCode, WithoutZerosEveryValueIsAPair) {
  for (const size_t count : {1, 2, 3, 4, 6, 7})
    EXPECT_EQ(run_length_bits(std::vector<uint16_t>(count, 7)), (static_cast<int64_t>(count) + 2) / 3 * kWord)
        << count;
}

TEST(RunLengthCode, ARunHoldsUpTo31Zeros) {
  // A word holds two more pairs, so that a pair more shows.
  const auto with_two_pairs = [](std::vector<uint16_t> values) {
    values.insert(values.begin(), {1, 2});
    return run_length_bits(values);
  };
  EXPECT_EQ(with_two_pairs(zeros_then(31, 5)), kWord);
  EXPECT_EQ(with_two_pairs(zeros_then(32, 5)), 2 * kWord);  // the 32nd zero is the first pair's value
  EXPECT_EQ(with_two_pairs(zeros_then(63, 5)), 2 * kWord);
}

TEST(RunLengthCode, TrailingZerosTakeAPairOfTheirOwn) {
  EXPECT_EQ(run_length_bits(zeros(1)), kWord);
  EXPECT_EQ(run_length_bits(zeros(3 * 32)), kWord);
  EXPECT_EQ(run_length_bits(zeros(3 * 32 + 1)), 2 * kWord);
  EXPECT_EQ(run_length_bits({1, 2, 3, 0}), 2 * kWord);
}

TEST(RunLengthCode, OfRandomStreamsIsWhatReadingThemGives) {
  std::mt19937 random(1);
  for (int trial = 0; trial < 300; ++trial) {
    std::vector<uint16_t> values(random() % 400);
    const unsigned zeros_of_64 = random() % 65;
    for (uint16_t& value : values)
      value = random() % 64 < zeros_of_64 ? uint16_t{0} : static_cast<uint16_t>(1 + random() % 65535);
    EXPECT_EQ(run_length_bits(values), (pairs_of(values) + 2) / 3 * kWord) << "trial " << trial;
  }
}

TEST(RunLengthCode, TheExpectationIsWithinAPercentOfALongStream) {
  std::mt19937 random(2);
  for (const double zero_fraction : {0.0, 0.1, 0.387, 0.725, 0.793, 0.9, 0.97, 0.995, 1.0}) {
    std::vector<uint16_t> values(1'000'000);
    std::bernoulli_distribution zero(zero_fraction);
    for (uint16_t& value : values) value = zero(random) ? uint16_t{0} : uint16_t{1};
    const auto measured = static_cast<double>(run_length_bits(values));
    const auto expected =
        static_cast<double>(run_length_bits(static_cast<int64_t>(values.size()), zero_fraction));
    EXPECT_NEAR(expected, measured, 0.01 * measured) << zero_fraction;
  }
}

TEST(RunLengthCode, TheExpectationIsExactWhereNothingIsLeftToChance) {
  for (const int64_t values : {1, 2, 31, 96, 97, 1000}) {
    EXPECT_EQ(run_length_bits(values, 0), (values + 2) / 3 * kWord) << values;
    EXPECT_LE(run_length_bits(values, 0.3), run_length_bits(values, 0)) << values;
  }
  EXPECT_EQ(run_length_bits(3 * 32 * 100, 1), 100 * kWord);
  EXPECT_EQ(run_length_bits(1, 1), kWord);
}

}  // namespace
}  // namespace eyeshift
