#include <gmock/gmock.h>

#include <algorithm>

#include "base/files/sha256.h"
#include "base/instruction_set.h"
#include "tests/support/run_eyeshift.h"
#include "tests/support/test_files.h"

namespace eyeshift {
namespace {

// The sha256 of a trace's tensors, when opt-tiny is quantized to 3 bits and calibrated on the first 5000
// characters of its calibration text. The header is left out: it names the calibration file.
std::string digest_of_tensors(const std::string& scheme, const std::string& jobs) {
  const TestFolder folder;
  const std::string text = content_of(project_file("traces/text/calibration.txt")).substr(0, 5000);
  const std::string trace = folder / "t.safetensors";
  const Outcome outcome = run_eyeshift(
      {"quantize", "--checkpoint", project_file("traces/checkpoints/opt-tiny"), "--scheme", scheme, "--bits",
       "3", "--calibration", folder.write("calibration.txt", text), "--jobs", jobs, "--output", trace});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  Sha256 sha256;
  const std::string tensors = testing::safetensors_parts(content_of(trace)).second;
  sha256.add(tensors.data(), tensors.size());
  return sha256.hex();
}

struct Digest {
  const char* scheme;
  const char* sha256;
};

// A change of arithmetic changes them on purpose: then kArithmetic in traces/run/quantize_job.cpp is to be
// raised, so that no quantization begun before is continued.
const Digest kDigests[] = {
    {"rtn-oc", "37845d1ac6c41b251f6cc9135b95122c1b6091db24cc90b210c817718999b01a"},
    {"gptq", "cad2e010613dee608e358f05d63e9acdacd6fc1786f093ca44cc286962b2f324"},
    {"awq", "b16d5f44f3ac735db01aab4b7721a1418203397cbe73dd0360233ccbe03002ca"},
    {"bcq", "de350fc46ef36a441c431f45f98cb20b1875f2c921e0b7e4199b9630a0bb8707"},
    {"shiftaddllm-block", "242d6661c52b155e9d07fdf82dea3dbcb04155fa171e207bd9512b3df8a7c3d3"},
    {"quip", "8f3ec1da380037453866d18207d1bdab52602cdc8092a00b3fda75c186fce4b6"}};

class SameBytes : public ::testing::TestWithParam<Digest> {};

TEST_P(SameBytes, OfTracesOnEveryProcessor) {
  if (kSanitized) GTEST_SKIP() << "the release build compares the bytes";
  if (instruction_set() != "x86-64-v3") GTEST_SKIP() << "built for: " << instruction_set();
  EXPECT_EQ(digest_of_tensors(GetParam().scheme, "2"), GetParam().sha256);
}

INSTANTIATE_TEST_SUITE_P(Schemes, SameBytes, ::testing::ValuesIn(kDigests), [](const auto& test) {
  std::string name = test.param.scheme;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(SameBytesOfTraces, WithAnyNumberOfJobs) {
  if (kSanitized) GTEST_SKIP() << "the release build compares the bytes";
  EXPECT_EQ(digest_of_tensors("gptq", "1"), digest_of_tensors("gptq", "3"));
}

}  // namespace
}  // namespace eyeshift
