#include <gmock/gmock.h>

#include "tests/support/run_eyeshift.h"

namespace eyeshift {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

TEST(CommandLine, WithoutArgumentsHelpsAndFails) {
  const Outcome outcome = run_eyeshift({});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("usage: eyeshift COMMAND"));
  EXPECT_THAT(outcome.out, IsEmpty());
}

TEST(CommandLine, HelpNamesEveryCommand) {
  const Outcome outcome = run_eyeshift({"--help"});
  EXPECT_EQ(outcome.status, 0);
  for (const char* command : {"quantize", "perplexity", "simulate", "compare", "price", "tables"})
    EXPECT_THAT(outcome.out, HasSubstr(std::string("\n  ") + command + " "));
  EXPECT_THAT(outcome.err, IsEmpty());
}

TEST(CommandLine, EveryCommandExplainsItself) {
  for (const std::string command : {"quantize", "perplexity", "simulate", "compare", "price", "tables"}) {
    const Outcome outcome = run_eyeshift({command, "--help"});
    EXPECT_EQ(outcome.status, 0) << command;
    EXPECT_THAT(outcome.out, HasSubstr("usage: eyeshift " + command)) << command;
    EXPECT_THAT(outcome.out, HasSubstr("--format")) << command;
    EXPECT_THAT(outcome.out, HasSubstr("example:\n  eyeshift " + command)) << command;
  }
}

TEST(CommandLine, HelpListsWhatIsRegistered) {
  const std::string quantize = run_eyeshift({"quantize", "--help"}).out;
  for (const char* scheme : {"fp16", "int8", "rtn-oc", "gptq", "bcq", "shiftaddllm-block"})
    EXPECT_THAT(quantize, HasSubstr(std::string("\n  ") + scheme + " "));
  const std::string simulate = run_eyeshift({"simulate", "--help"}).out;
  for (const char* unit : {"mac-fp16", "mac-int8", "dequant-mac", "shift-add", "lut"})
    EXPECT_THAT(simulate, HasSubstr(std::string("\n  ") + unit + " "));
}

TEST(CommandLine, TellsItsVersion) {
  const Outcome outcome = run_eyeshift({"--version"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.out, "eyeshift " EYESHIFT_VERSION "\n");
}

TEST(CommandLine, NamesTheNearestCommand) {
  const Outcome outcome = run_eyeshift({"simulte"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("unknown command 'simulte'; did you mean 'simulate'?"));
}

TEST(CommandLine, NamesTheNearestOption) {
  const Outcome outcome = run_eyeshift({"simulate", "--acelerator", "eyeriss-168"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, StartsWith("eyeshift simulate: error: "));
  EXPECT_THAT(outcome.err, HasSubstr("unknown option '--acelerator'; did you mean '--accelerator'?"));
}

TEST(CommandLine, AbbreviatesNoOption) {
  const Outcome outcome = run_eyeshift({"tables", "list", "--form", "json"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("'--form'"));
}

TEST(CommandLine, RefusesAnOptionGivenTwice) {
  const Outcome outcome = run_eyeshift({"tables", "list", "--format", "json", "--format", "csv"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("format"));
}

TEST(CommandLine, ReportsAFullDisk) {
  const Outcome outcome = run_eyeshift({"tables", "list", "--output", "/dev/full"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("/dev/full"));
}

// One of an option's bad values and what the message must hold.
struct BadOption {
  std::vector<std::string> arguments;
  std::string message;
};

class BadOptions : public testing::TestWithParam<BadOption> {};

TEST_P(BadOptions, AreRefusedByName) {
  const Outcome outcome = run_eyeshift(GetParam().arguments);
  EXPECT_EQ(outcome.status, 2) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.err, StartsWith("eyeshift " + GetParam().arguments.front() + ": error: "));
  EXPECT_THAT(outcome.err, HasSubstr(GetParam().message));
  EXPECT_THAT(outcome.out, IsEmpty());
}

std::vector<std::string> simulate_with(std::vector<std::string> more) {
  std::vector<std::string> arguments = {"simulate", "--accelerator", "eyeriss-168", "--network", "opt-tiny"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

std::vector<std::string> compare_with(std::vector<std::string> more) {
  std::vector<std::string> arguments = {"compare", "--accelerator", "eyeriss-168", "--network", "opt-tiny"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

INSTANTIATE_TEST_SUITE_P(
    CommandLine, BadOptions,
    testing::Values(
        BadOption{simulate_with({}), "--scheme is missing"},
        BadOption{simulate_with({"--scheme", "gptq"}), "--bits is missing"},
        BadOption{simulate_with({"--scheme", "gptq", "--bits", "three"}),
                  "--bits 'three': expected a whole number"},
        BadOption{simulate_with({"--scheme", "gptq", "--bits", "3x"}), "--bits '3x'"},
        BadOption{simulate_with({"--scheme", "gptq", "--bits", "0"}), "--bits '0'"},
        BadOption{simulate_with({"--scheme", "fp16", "--bits", "3"}), "has 16 bits a weight"},
        BadOption{simulate_with({"--scheme", "gtpq", "--bits", "3"}), "unknown scheme 'gtpq'"},
        BadOption{simulate_with({"--scheme", "fp16", "--tokens", "0"}), "--tokens '0'"},
        BadOption{simulate_with({"--scheme", "fp16", "--tokens", "99999999999999999999"}), "--tokens"},
        BadOption{simulate_with({"--scheme", "fp16", "--unit", "abacus"}), "unknown unit 'abacus'"},
        BadOption{simulate_with({"--scheme", "fp16", "--dataflow", "flood"}), "unknown dataflow 'flood'"},
        BadOption{simulate_with({"--scheme", "fp16", "--table", "free-lunch"}), "free-lunch"},
        BadOption{simulate_with({"--scheme", "fp16", "--format", "xml"}),
                  "--format 'xml': expected one of table"},
        BadOption{simulate_with({"--scheme", "fp16", "--jobs", "-1"}), "--jobs"},
        BadOption{simulate_with({"--scheme", "fp16", "--trace", "F"}), "exclude each other"},
        BadOption{simulate_with({"--scheme", "fp16", "--functional"}), "give --trace"},
        BadOption{simulate_with({"--scheme", "fp16", "--outputs", "y"}), "only with --functional"},
        BadOption{{"simulate", "--accelerator", "eyeriss-168"}, "give --trace, or --network"},
        BadOption{{"simulate", "--accelerator", "eyeriss-999", "--network", "opt-tiny", "--scheme", "fp16"},
                  "eyeriss-999"},
        BadOption{simulate_with({"--scheme", "fp16", "--mapping", "/nowhere/m.yaml"}), "/nowhere/m.yaml"},
        BadOption{compare_with({"--schemes", "gptq", "--bits", "3"}), "expected SCHEME@UNIT"},
        BadOption{compare_with({"--schemes", "gptq@dequant-mac,", "--bits", "3"}),
                  "an entry between commas is empty"},
        BadOption{compare_with({"--schemes", "gptq@dequant-mac,gptq@dequant-mac", "--bits", "3"}),
                  "given twice"},
        BadOption{compare_with({"--schemes", "gptq@dequant-mac", "--bits", "3", "--tokens", "1,1"}),
                  "given twice"},
        BadOption{compare_with({"--schemes", "gptq@dequant-mac", "--bits", "3", "--text", "t.txt"}),
                  "only with --checkpoint"},
        BadOption{{"quantize", "--scheme", "gptq"}, "give --checkpoint"},
        BadOption{{"quantize", "--weights", "W.npy", "--activations", "X.npy", "--scheme", "rtn-oc", "--bits",
                   "3", "--act-order", "--output", "F"},
                  "--act-order has no meaning for scheme 'rtn-oc'"},
        BadOption{{"quantize", "--weights", "W.npy", "--activations", "X.npy", "--scheme", "gptq", "--bits",
                   "3", "--pot-terms", "2", "--output", "F"},
                  "--pot-terms has no meaning for scheme 'gptq'"},
        BadOption{{"quantize", "--weights", "W.npy", "--activations", "X.npy", "--scheme", "gptq", "--bits",
                   "3", "--act-order", "--no-act-order", "--output", "F"},
                  "exclude each other"},
        BadOption{{"quantize", "--weights", "W.npy", "--activations", "X.npy", "--scheme", "gptq", "--bits",
                   "3", "--calibration", "T", "--output", "F"},
                  "only with --checkpoint"},
        BadOption{{"price", "--result", "/nowhere/r.json", "--table", "horowitz-cacti-45nm"},
                  "/nowhere/r.json"},
        BadOption{{"price", "--result", "/nowhere/r.json"}, "--table is missing"},
        BadOption{{"price", "--result", "/", "--table", "horowitz-cacti-45nm"}, "it is a folder"},
        BadOption{compare_with({"--schemes", "fp16@mac-fp16,gptq@dequant-mac"}), "--bits is missing"},
        BadOption{{"tables"}, "list, show NAME, compare or units"},
        BadOption{{"tables", "drop"}, "expected one of list"}, BadOption{{"tables", "show"}, "which table"},
        BadOption{{"tables", "list", "all"}, "takes no name"},
        BadOption{{"tables", "show", "a", "b"}, "too many"}));

}  // namespace
}  // namespace eyeshift
