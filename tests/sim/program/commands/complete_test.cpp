#include <gmock/gmock.h>

#include <sstream>

#include "tests/support/run_eyeshift.h"

namespace eyeshift {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;

std::vector<std::string> completions(const std::string& line) {
  const Outcome outcome = run_eyeshift({"complete", "--line=" + line});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  std::vector<std::string> words;
  std::istringstream lines(outcome.out);
  for (std::string word; std::getline(lines, word);) words.push_back(word);
  return words;
}

TEST(CompleteCommand, Subcommands) {
  EXPECT_THAT(completions("eyeshift qu"), ElementsAre("quantize"));
  EXPECT_THAT(completions("eyeshift help si"), ElementsAre("simulate"));
  EXPECT_THAT(completions("eyeshift --v"), ElementsAre("--version"));
  EXPECT_THAT(completions("eyeshift nothing "), ElementsAre());
}

TEST(CompleteCommand, OptionsOfTheSubcommand) {
  EXPECT_THAT(completions("eyeshift quantize --gro"), ElementsAre("--group-size"));
  EXPECT_THAT(completions("eyeshift tables list --he"), ElementsAre("--help"));
  EXPECT_THAT(completions("eyeshift price "), Contains("--result"));
  EXPECT_THAT(completions("eyeshift price "), Not(Contains("--group-size")));
}

TEST(CompleteCommand, NamesThatAnOptionTakes) {
  EXPECT_THAT(completions("eyeshift simulate --accelerator eyeriss-1"), ElementsAre("eyeriss-168"));
  EXPECT_THAT(completions("eyeshift simulate --network=alex"), ElementsAre("--network=alexnet"));
  EXPECT_THAT(completions("eyeshift perplexity --checkpoint opt"), ElementsAre("opt-tiny"));
  EXPECT_THAT(completions("eyeshift perplexity --text "), ElementsAre("calibration", "evaluation"));
  EXPECT_THAT(completions("eyeshift perplexity --arithmetic mac-f"), ElementsAre("mac-fp16"));
  EXPECT_THAT(completions("eyeshift compare --format "), ElementsAre("table", "json", "csv"));
  EXPECT_THAT(completions("eyeshift compare --dataflow we"), ElementsAre("weight-stationary"));
  // The estimator has schemes of its own.
  EXPECT_THAT(completions("eyeshift estimate --scheme "), Not(Contains("rtn-oc")));
}

TEST(CompleteCommand, SidesPartAfterPart) {
  EXPECT_THAT(completions("eyeshift compare --schemes gptq-"), ElementsAre("gptq-adadim@"));
  EXPECT_THAT(completions("eyeshift compare --schemes fp16@mac-fp16,gptq@deq"),
              ElementsAre("fp16@mac-fp16,gptq@dequant-mac"));
  EXPECT_THAT(completions("eyeshift compare --schemes fp16@mac-fp16/out"),
              ElementsAre("fp16@mac-fp16/output-stationary"));
}

TEST(CompleteCommand, WordsWithoutAnOption) {
  EXPECT_THAT(completions("eyeshift tables "), ElementsAre("list", "show", "compare", "units"));
  EXPECT_THAT(completions("eyeshift tables show gat"), ElementsAre("gates-45nm"));
  EXPECT_THAT(completions("eyeshift tables --format csv show gat"), ElementsAre("gates-45nm"));
  EXPECT_THAT(completions("eyeshift reproduce hor"), ElementsAre("horowitz"));
}

TEST(CompleteCommand, FilesAreLeftToTheShell) {
  EXPECT_THAT(completions("eyeshift quantize --output "), ElementsAre());
  EXPECT_THAT(completions("eyeshift simulate --accelerator ./"), ElementsAre());
}

}  // namespace
}  // namespace eyeshift
