#include <gmock/gmock.h>

#include <algorithm>
#include <cstring>
#include <functional>

#include "tests/support/run_eyeshift.h"

namespace eyeshift {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using Json = nlohmann::json;

// One clear message and exit status 2, and the folder is as it was.
void expect_refused(const TestFolder& folder, const std::vector<std::string>& arguments,
                    const std::string& message) {
  const std::vector<std::string> before = folder.names();
  const Outcome outcome = run_eyeshift(arguments);
  EXPECT_EQ(outcome.status, 2) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.err, StartsWith("eyeshift " + arguments.front() + ": error: "));
  EXPECT_THAT(outcome.err, HasSubstr(message));
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(folder.names(), before);
}

// A checkpoint folder whose safetensors file went through `damage`.
class DamagedCheckpoint : public testing::Test {
 protected:
  void damage(const std::function<std::string(std::string)>& change) {
    folder_.write("config.json", content_of(project_file("traces/checkpoints/opt-tiny/config.json")));
    folder_.write("model.safetensors",
                  change(content_of(project_file("traces/checkpoints/opt-tiny/model.safetensors"))));
  }

  void expect_refused_everywhere(const std::string& message) {
    const std::string checkpoint = folder_ / ".", text = project_file("traces/text/evaluation.txt");
    expect_refused(folder_,
                   {"perplexity", "--checkpoint", checkpoint, "--text", text, "--output", folder_ / "p.json",
                    "--logits", folder_ / "logits.npy"},
                   message);
    expect_refused(folder_,
                   {"quantize", "--checkpoint", checkpoint, "--scheme", "rtn-oc", "--bits", "3", "--output",
                    folder_ / "t.safetensors", "--report", folder_ / "r.json"},
                   message);
    expect_refused(folder_,
                   {"compare", "--accelerator", "eyeriss-168", "--checkpoint", checkpoint, "--schemes",
                    "fp16@mac-fp16", "--bits", "3", "--output", folder_ / "c.json"},
                   message);
  }

  TestFolder folder_;
};

uint64_t header_size(const std::string& file) {
  uint64_t size;
  std::memcpy(&size, file.data(), sizeof size);
  return size;
}

// The file with its header changed; the data stay.
std::string with_header(const std::string& file, const std::function<void(Json&)>& change) {
  Json header = Json::parse(file.substr(8, header_size(file)));
  change(header);
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const uint64_t size = text.size();
  return std::string(reinterpret_cast<const char*>(&size), sizeof size) + text +
         file.substr(8 + header_size(file));
}

constexpr char kTensor[] = "model.decoder.layers.0.fc1.weight";

TEST_F(DamagedCheckpoint, Truncated) {
  damage([](std::string file) { return file.substr(0, file.size() - 1000); });
  expect_refused_everywhere("model.safetensors");
}

TEST_F(DamagedCheckpoint, OversizedHeader) {
  damage([](std::string file) {
    const uint64_t size = uint64_t{1} << 60;
    std::memcpy(file.data(), &size, sizeof size);
    return file;
  });
  expect_refused_everywhere("header");
}

TEST_F(DamagedCheckpoint, Overlapping) {
  damage([](const std::string& file) {
    return with_header(file, [](Json& header) {
      for (Json& offset : header.at(kTensor).at("data_offsets")) offset = offset.get<int64_t>() - 2;
    });
  });
  expect_refused_everywhere("overlap");
}

TEST_F(DamagedCheckpoint, NotANumber) {
  damage([](std::string file) {
    const Json header = Json::parse(file.substr(8, header_size(file)));
    const auto offset = header.at(kTensor).at("data_offsets").at(0).get<uint64_t>();
    const uint16_t nan = 0x7e00;
    std::memcpy(file.data() + 8 + header_size(file) + offset, &nan, sizeof nan);
    return file;
  });
  expect_refused_everywhere(kTensor);
}

TEST_F(DamagedCheckpoint, MissingTensor) {
  damage([](const std::string& file) {
    return with_header(file, [](Json& header) {
      header["something.else"] = header.at(kTensor);
      header.erase(kTensor);
    });
  });
  expect_refused_everywhere(kTensor);
}

// The accelerator's file with one line replaced.
std::string accelerator_with(const std::string& line, const std::string& replacement) {
  std::string text = content_of(project_file("configs/accelerators/eyeriss-168.yaml"));
  const size_t at = text.find(line);
  EXPECT_NE(at, std::string::npos) << line;
  return text.replace(at, line.size(), replacement);
}

class DamagedAccelerator : public testing::Test {
 protected:
  void expect_refused_with(const std::string& yaml, const std::string& message,
                           const std::string& scheme = "fp16") {
    const std::string path = folder_.write("a.yaml", yaml);
    expect_refused(folder_,
                   {"simulate", "--accelerator", path, "--network", "opt-tiny", "--scheme", scheme,
                    "--output", folder_ / "r.json", "--output", folder_ / "r.csv"},
                   message);
  }

  TestFolder folder_;
};

TEST_F(DamagedAccelerator, UnknownKey) {
  expect_refused_with(accelerator_with("  rows: 12", "  rowz: 12\n  rows: 12"), "rowz");
}

TEST_F(DamagedAccelerator, NegativeSize) {
  expect_refused_with(accelerator_with("  rows: 12", "  rows: -12"), "-12");
}

TEST_F(DamagedAccelerator, TextForANumber) {
  expect_refused_with(accelerator_with("  rows: 12", "  rows: twelve"), "twelve");
}

TEST_F(DamagedAccelerator, MissingKey) { expect_refused_with(accelerator_with("  rows: 12", "  "), "rows"); }

TEST_F(DamagedAccelerator, ScratchpadTooSmallForAnyMapping) {
  // A partial sum in single precision takes two words.
  expect_refused_with(accelerator_with("psum: 48 ", "psum: 1 "), "psum");
}

TEST(BadInput, SchemeOnAUnitThatCannotRunIt) {
  const TestFolder folder;
  expect_refused(folder,
                 {"compare", "--accelerator", "eyeriss-168", "--network", "opt-tiny", "--schemes",
                  "gptq@shift-add", "--bits", "3", "--output", folder / "c.json"},
                 "scheme 'gptq' does not run on unit 'shift-add'");
  expect_refused(folder,
                 {"simulate", "--accelerator", "eyeriss-168", "--network", "opt-tiny", "--scheme", "bcq",
                  "--bits", "3", "--unit", "shift-add", "--output", folder / "s.json"},
                 "runs on no unit");
}

TEST(BadInput, AUnitThatRunsNoLayerIsRefused) {
  const Outcome outcome = run_eyeshift({"simulate", "--accelerator", "eyeriss-168", "--network", "opt-tiny",
                                        "--scheme", "fp16", "--unit", "lut"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err,
              HasSubstr("unit 'lut' runs no layer of network 'opt-tiny': lut runs binary weights only"));
}

TEST(BadInput, ANameIsHintedAt) {
  const Outcome outcome =
      run_eyeshift({"simulate", "--accelerator", "eyeriss-168", "--network", "opt-tiny", "--scheme", "fp15"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("did you mean 'fp16'?"));
}

TEST(BadInput, UnwritableOutputsAreFoundBeforeTheWork) {
  const TestFolder folder;
  const std::string nowhere = folder / "missing/out";
  const std::string text = project_file("traces/text/evaluation.txt"),
                    tiny = project_file("traces/checkpoints/opt-tiny");
  expect_refused(folder, {"perplexity", "--checkpoint", tiny, "--text", text, "--output", nowhere}, nowhere);
  expect_refused(folder, {"perplexity", "--checkpoint", tiny, "--text", text, "--logits", nowhere}, nowhere);
  expect_refused(folder,
                 {"quantize", "--checkpoint", tiny, "--scheme", "gptq", "--bits", "3", "--output", nowhere},
                 nowhere);
  expect_refused(folder,
                 {"quantize", "--checkpoint", tiny, "--scheme", "gptq", "--bits", "3", "--output",
                  folder / "f", "--report", nowhere},
                 nowhere);
  expect_refused(folder,
                 {"simulate", "--accelerator", "eyeriss-168", "--network", "opt-tiny", "--scheme", "fp16",
                  "--output", folder / "first.json", "--output", nowhere},
                 nowhere);
  expect_refused(folder,
                 {"compare", "--accelerator", "eyeriss-168", "--checkpoint", tiny, "--schemes",
                  "fp16@mac-fp16", "--bits", "3", "--output", nowhere},
                 nowhere);
  expect_refused(folder, {"tables", "list", "--output", nowhere}, nowhere);
  expect_refused(folder, {"tables", "list", "--output", folder / "."}, "cannot write");
}

TEST(BadInput, OutputsOfOneNameAreRefused) {
  const TestFolder folder;
  expect_refused(folder,
                 {"quantize", "--checkpoint", project_file("traces/checkpoints/opt-tiny"), "--scheme",
                  "rtn-oc", "--bits", "3", "--output", folder / "same", "--report", folder / "./same"},
                 "same file");
}

TEST(BadInput, ReportsThatAreNone) {
  const TestFolder folder;
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"not json", "not valid JSON"},
      {"[]", "must be an object"},
      {"{}", "no report"},
      {"{\"schemes\": 3}", "schemes"},
      {"{\"schemes\": []}", "empty"},
      {"{\"network\": 7}", "network"},
      {"{\"bits\": 3, \"bits\": 4}", "'bits' occurs twice"}};
  for (const auto& [content, message] : cases)
    expect_refused(folder,
                   {"price", "--result", folder.write("r.json", content), "--table", "horowitz-cacti-45nm",
                    "--output", folder / "out.json"},
                   message);
}

}  // namespace
}  // namespace eyeshift
