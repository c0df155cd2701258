#include "base/files/output_file.h"

#include <gmock/gmock.h>

#include "base/errors.h"
#include "tests/support/run_eyeshift.h"

namespace eyeshift {
namespace {

using testing::HasSubstr;

std::string refusal(const std::vector<std::string>& outputs, const std::vector<InputPath>& inputs = {}) {
  try {
    std::vector<OutputPath> named;
    for (const std::string& output : outputs) named.push_back({output, "--output"});
    check_outputs(named, inputs, true);
  } catch (const InputError& error) {
    return error.what();
  }
  return "none";
}

TEST(CheckOutputs, LeavesNothingBehindAndKeepsWhatIsThere) {
  const TestFolder folder;
  folder.write("old", "content");
  EXPECT_EQ(refusal({folder / "old", folder / "new", "", "/dev/null", "/dev/null"}), "none");
  EXPECT_EQ(folder.names(), std::vector<std::string>{"old"});
  EXPECT_EQ(content_of(folder / "old"), "content");
}

TEST(CheckOutputs, RefusesWhatCannotBeWritten) {
  const TestFolder folder;
  EXPECT_THAT(refusal({folder / "missing/file"}), HasSubstr("cannot write"));
  EXPECT_THAT(refusal({folder / "."}), HasSubstr("cannot write"));
  EXPECT_EQ(folder.names(), std::vector<std::string>{});
}

TEST(CheckOutputs, RefusesToReplaceAFileUnlessToldSo) {
  const TestFolder folder;
  const std::string old = folder.write("old", "content");
  std::filesystem::create_symlink("old", folder / "link");
  std::filesystem::create_symlink("nothing", folder / "dangling");
  const auto refusal_of = [](const std::string& path, bool may_replace) {
    return input_error_of([&] { check_outputs({{path, "--report"}}, {}, may_replace); });
  };
  EXPECT_EQ(refusal_of(old, false),
            "--report '" + old + "' exists already: give another name, or --force to replace it");
  EXPECT_THAT(refusal_of(folder / "link", false), HasSubstr("exists already"));
  EXPECT_EQ(refusal_of(folder / "new", false), "");
  EXPECT_EQ(refusal_of(folder / "dangling", false), "");
  EXPECT_EQ(refusal_of("/dev/null", false), "");
  EXPECT_EQ(refusal_of(old, true), "");
}

TEST(CheckOutputs, RefusesTwoOutputsInOneFile) {
  const TestFolder folder;
  std::filesystem::create_symlink("a", folder / "link");
  for (const bool exists : {false, true}) {
    if (exists) folder.write("a", "content");
    EXPECT_THAT(refusal({folder / "a", folder / "a"}), HasSubstr("same file")) << exists;
    EXPECT_THAT(refusal({folder / "a",
                         folder / "../" +
                             std::filesystem::path(folder / ".").parent_path().filename().string() + "/a"}),
                HasSubstr("same file"))
        << exists;
    EXPECT_THAT(refusal({folder / "./a", folder / "a"}), HasSubstr("same file")) << exists;
    EXPECT_THAT(refusal({folder / "a", folder / "link"}), HasSubstr("same file")) << exists;
    EXPECT_EQ(refusal({folder / "link", folder / "b"}), "none") << exists;
  }
}

TEST(CheckOutputs, RefusesAnOutputThatIsAnInput) {
  const TestFolder folder;
  const std::vector<InputPath> inputs = {{folder.write("in", "content"), "--trace"}};
  std::filesystem::create_symlink("in", folder / "soft");
  std::filesystem::create_hard_link(folder / "in", folder / "hard");
  for (const char* name : {"in", "./in", "soft", "hard"})
    EXPECT_THAT(refusal({folder / "out", folder / name}, inputs),
                testing::AllOf(HasSubstr("overwrite"), HasSubstr("--trace")))
        << name;
  EXPECT_EQ(refusal({folder / "out"}, inputs), "none");
  EXPECT_EQ(content_of(folder / "in"), "content");
}

// A command whose output is named in `arguments`: refused, and every file as it was.
void expect_kept(const TestFolder& folder, const std::vector<std::string>& arguments) {
  std::vector<std::string> before, after;
  const std::vector<std::string> names = folder.names();
  for (const std::string& name : names) before.push_back(content_of(folder / name));
  const Outcome outcome = run_eyeshift(arguments);
  EXPECT_EQ(outcome.status, 2) << testing::PrintToString(arguments) << outcome.err;
  EXPECT_THAT(outcome.err, testing::AnyOf(HasSubstr("same file"), HasSubstr("would overwrite")));
  EXPECT_EQ(folder.names(), names);
  for (const std::string& name : names) after.push_back(content_of(folder / name));
  EXPECT_TRUE(before == after) << testing::PrintToString(arguments);
}

TEST(CommandsOutputs, NeverReplaceEachOtherOrAnInput) {
  const TestFolder folder;
  for (const char* name : {"config.json", "model.safetensors"})
    folder.write(name, content_of(project_file(std::string("traces/checkpoints/opt-tiny/") + name)));
  const std::string checkpoint = folder / ".", same = folder / "same";
  const std::string text = folder.write("t.txt", content_of(project_file("traces/text/evaluation.txt")));
  const std::string machine =
      folder.write("a.yaml", content_of(project_file("configs/accelerators/eyeriss-168.yaml")));
  const std::string network =
      folder.write("n.yaml", content_of(project_file("configs/networks/opt-tiny.yaml")));
  const std::string base = folder.write("base.yaml", "name: base\nextends: horowitz-cacti-45nm\n");
  const std::string table = folder.write("t.yaml", "name: t\nextends: base\n");
  const std::string trace = folder / "g.st";
  const std::string brief = folder.write("brief.txt", "A few words to calibrate on.\n");
  ASSERT_EQ(run_eyeshift({"quantize", "--checkpoint", checkpoint, "--scheme", "rtn-oc", "--bits", "3",
                          "--calibration", brief, "--output", trace})
                .status,
            0);

  const std::vector<std::string> quantize = {"quantize", "--checkpoint", checkpoint, "--scheme",
                                             "rtn-oc",   "--bits",       "3",        "--calibration",
                                             text,       "--output"};
  const std::vector<std::string> functional = {"simulate", "--accelerator", machine,    "--trace",
                                               trace,      "--functional",  "--outputs"};
  const std::vector<std::string> shapes = {"simulate", "--accelerator", machine,   "--network", network,
                                           "--scheme", "fp16",          "--table", table,       "--output"};
  const std::vector<std::string> perplexity = {"perplexity", "--checkpoint", checkpoint, "--text",
                                               text,         "--trace",      trace};
  const auto with = [](std::vector<std::string> arguments, const std::vector<std::string>& more) {
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  };
  expect_kept(folder, with(quantize, {same, "--report", same}));
  expect_kept(folder, with(quantize, {folder / "model.safetensors"}));
  expect_kept(folder, with(quantize, {folder / "config.json"}));
  expect_kept(folder, with(quantize, {folder / "q.st", "--report", text}));
  expect_kept(folder, with(functional, {same, "--output", same}));
  expect_kept(folder, with(functional, {trace}));
  expect_kept(folder, with(functional, {folder / "y.st", "--output", trace}));
  for (const std::string& input : {machine, network, table, base}) expect_kept(folder, with(shapes, {input}));
  expect_kept(folder, with(shapes, {same, "--output", folder / "./same"}));
  expect_kept(folder, with(perplexity, {"--logits", same, "--output", same}));
  for (const std::string& input : {text, trace, folder / "model.safetensors"})
    expect_kept(folder, with(perplexity, {"--logits", input}));
  expect_kept(folder, {"compare", "--accelerator", machine, "--checkpoint", checkpoint, "--schemes",
                       "fp16@mac-fp16", "--bits", "3", "--text", text, "--output", text});
  expect_kept(folder, {"tables", "show", table, "--output", table});
}

TEST(CommandsOutputs, NeverReplaceTheReportThatIsPriced) {
  const TestFolder folder;
  const std::string report = folder / "r.json";
  ASSERT_EQ(run_eyeshift({"simulate", "--accelerator", "eyeriss-168", "--network", "opt-tiny", "--scheme",
                          "fp16", "--output", report})
                .status,
            0);
  expect_kept(folder, {"price", "--result", report, "--table", "horowitz-cacti-45nm", "--output", report});
}

}  // namespace
}  // namespace eyeshift
