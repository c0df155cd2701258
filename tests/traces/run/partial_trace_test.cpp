#include "traces/run/partial_trace.h"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "tests/traces/decoders/tiny_opt.h"
#include "traces/decoders/family.h"
#include "traces/format/trace_file.h"
#include "traces/run/quantize_network.h"

// Runs that are interrupted and go on from what is on disk.

namespace eyeshift {
namespace {

using ::testing::AllOf;
using testing::error_of;
using ::testing::HasSubstr;
using testing::random_tokens;
using testing::read_bytes;
using testing::TemporaryFolder;
using testing::TinyOpt;

struct Interrupted {};

class Resume : public ::testing::Test {
 protected:
  Resume() {
    TinyOpt().write(checkpoint_.path());
    job_.scheme = "gptq";
    job_.calibration = random_tokens(32 * 6, 5);
    job_.calibration_source = "random";
  }

  std::shared_ptr<PartialTrace> partial(bool restart = false) {
    return std::make_shared<PartialTrace>(
        output_, identity(job_, "tiny", "checksum"), restart,
        [this](const std::string& message) { warnings_.push_back(message); });
  }

  // Runs to the end, or until `steps` are done: then throws Interrupted.
  Trace run(int threads, size_t steps = SIZE_MAX) {
    kept_ = 0;
    const auto store = partial();
    const auto network = load_network(checkpoint_.path());
    Trace trace = quantize_network(
        *network, job_, store,
        [&](const QuantizeStep& step) {
          kept_ += step.is_kept ? 1 : 0;
          if (step.index + 1 == steps) throw Interrupted();
        },
        threads);
    store->finish(trace);
    return trace;
  }

  std::string whole() {
    const auto network = load_network(checkpoint_.path());
    write_trace(folder_ / "whole", quantize_network(*network, job_.scheme, job_.options, job_.calibration,
                                                    job_.calibration_source));
    return read_bytes(folder_ / "whole");
  }

  TemporaryFolder checkpoint_, folder_;
  const std::filesystem::path output_ = folder_ / "trace";
  const std::filesystem::path parts_ = folder_ / "trace.partial";
  QuantizeJob job_;
  std::vector<std::string> warnings_;
  size_t kept_ = 0;  // steps of the last run that an earlier one had done
};

TEST_F(Resume, EndsInTheBytesOfAnUninterruptedRun) {
  for (const char* scheme : {"gptq", "adadim", "awq", "int8"}) {
    job_.scheme = scheme;
    job_.options.bits = job_.scheme == "int8" ? 8 : 3;
    const std::string expected = whole();
    for (const int threads : {1, 2}) {
      for (const size_t steps : {1, 4, 13}) {
        EXPECT_THROW(run(threads, steps), Interrupted);
        EXPECT_FALSE(std::filesystem::exists(output_));
        run(threads);
        EXPECT_EQ(kept_, steps == 1 ? 3 : steps) << "queries, keys and values are done together";
        EXPECT_TRUE(read_bytes(output_) == expected) << scheme << ", " << steps << " steps";
        EXPECT_FALSE(std::filesystem::exists(parts_));
        std::filesystem::remove(output_);
      }
    }
  }
}

TEST_F(Resume, KeepsSensitivitiesToo) {
  job_.scheme = "shiftaddllm-mixed";
  job_.options.average_bits = 2.5;
  const std::string expected = whole();
  // 12 layers are measured, then 13 quantized.
  for (const size_t steps : {4, 9, 14, 20}) {
    EXPECT_THROW(run(2, steps), Interrupted);
    EXPECT_THROW(run(1, steps + 4), Interrupted);
    EXPECT_GE(kept_, steps);
    run(2);
    EXPECT_GE(kept_, steps + 4);
    EXPECT_TRUE(read_bytes(output_) == expected) << steps;
  }
}

TEST_F(Resume, SurvivesAKill) {
  const std::string expected = whole();
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto store = partial();
    const auto network = load_network(checkpoint_.path());
    quantize_network(
        *network, job_, store,
        [](const QuantizeStep& step) {
          if (step.index == 7) ::raise(SIGKILL);
        },
        1);
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  EXPECT_FALSE(std::filesystem::exists(output_));
  testing::write_bytes(parts_ / "stage-00004.safetensors.tmp-1-0", "half of a file");
  run(2);
  EXPECT_EQ(kept_, 9u);
  EXPECT_TRUE(read_bytes(output_) == expected);
  EXPECT_EQ(folder_.files(), 2u) << "the trace and the one to compare with";
}

TEST_F(Resume, KeepsTheTimesThatLayersTook) {
  std::vector<double> times;
  EXPECT_THROW(run(1, 6), Interrupted);
  {
    const auto store = partial();
    for (size_t stage = 0; stage < 4; ++stage)
      for (const Layer& layer : store->descriptions(stage)) times.push_back(layer.time_s);
  }
  ASSERT_EQ(times.size(), 6u);
  const Trace trace = run(1);
  for (size_t i = 0; i < times.size(); ++i) {
    EXPECT_GT(times[i], 0);
    EXPECT_EQ(trace.layers[i].time_s, times[i]);
  }
}

TEST_F(Resume, RefusesWhatAnotherRunHasFinished) {
  EXPECT_THROW(run(1, 4), Interrupted);
  job_.options.bits = 4;
  EXPECT_THAT(error_of([&] { partial(); }),
              AllOf(HasSubstr("trace.partial"), HasSubstr("'bits' is 3 there and 4 here"),
                    HasSubstr("--restart"), HasSubstr("another output")));
  job_.options.bits = 3;
  job_.calibration[9] ^= 1;
  EXPECT_THAT(error_of([&] { partial(); }), HasSubstr("'calibration's tokens' is"));
  job_.calibration[9] ^= 1;
  EXPECT_EQ(partial()->layers(), 4u);
  job_.options.threads = 5;
  EXPECT_EQ(partial()->layers(), 4u) << "threads change nothing";
  job_.options.bits = 4;
  EXPECT_EQ(partial(true)->layers(), 0u);
  EXPECT_EQ(partial()->layers(), 0u);
}

TEST_F(Resume, KeepsNothingOfAnUnknownJob) {
  EXPECT_THROW(run(1, 4), Interrupted);
  std::filesystem::remove(parts_ / "job.json");  // as a run may leave it that is killed while it cleans up
  job_.options.bits = 4;
  EXPECT_EQ(partial()->layers(), 0u);
  run(1);
  EXPECT_EQ(kept_, 0u);
  EXPECT_TRUE(read_bytes(output_) == whole());
}

TEST_F(Resume, TakesNamesThatAreNotUtf8) {
  job_.calibration_source = "caf\xe9.txt";
  EXPECT_THROW(run(1, 4), Interrupted);
  run(1);
  EXPECT_EQ(kept_, 4u);
}

TEST_F(Resume, QuantizesAgainWhatIsDamaged) {
  const std::string expected = whole();
  const auto damage = [](const std::filesystem::path& path, size_t from_end) {
    std::string bytes = read_bytes(path);
    bytes[bytes.size() - from_end] ^= 4;
    testing::write_bytes(path, bytes);
  };
  EXPECT_THROW(run(1, 9), Interrupted);
  damage(parts_ / "stage-00001.safetensors", 3);
  damage(parts_ / "stage-00003.json", 9);
  std::filesystem::remove(parts_ / "stage-00004.safetensors");
  run(2);
  ASSERT_EQ(warnings_.size(), 3u);
  for (const std::string& warning : warnings_) EXPECT_THAT(warning, HasSubstr("is damaged: its layers are"));
  EXPECT_EQ(kept_, 4u) << "the first stage and the third";
  EXPECT_TRUE(read_bytes(output_) == expected);

  EXPECT_THROW(run(1, 9), Interrupted);
  damage(parts_ / "job.json", 20);
  EXPECT_THAT(error_of([&] { partial(); }), HasSubstr("finished, damaged: begin"));
}

TEST_F(Resume, OneRunAtATimeUsesTheFolder) {
  {
    const auto first = partial();
    EXPECT_THAT(error_of([&] { partial(); }), HasSubstr("is in use by another run"));
    EXPECT_THAT(error_of([&] { partial(true); }), HasSubstr("is in use by another run"));
  }
  testing::write_bytes(parts_ / "mine.txt", "mine");
  EXPECT_THAT(error_of([&] { partial(true); }), HasSubstr("holds files that no run of this program makes"));
  std::filesystem::remove_all(parts_);
  testing::write_bytes(parts_, "mine");
  EXPECT_THAT(error_of([&] { partial(); }), HasSubstr("cannot make the folder"));
}

TEST_F(Resume, AFullDiskIsAFailedRunThatCanGoOn) {
  const auto store = partial();
  std::filesystem::create_directory(parts_ / "stage-00002.safetensors");
  testing::write_bytes(parts_ / "stage-00002.safetensors" / "mine.txt", "mine");
  const auto network = load_network(checkpoint_.path());
  try {
    quantize_network(*network, job_, store);
    FAIL() << "a stage cannot be written";
  } catch (const InputError& error) {
    FAIL() << error.what();
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("stage-00002"), HasSubstr("the same command goes on")));
  }
  EXPECT_EQ(store->layers(), 4u);
}

}  // namespace
}  // namespace eyeshift
