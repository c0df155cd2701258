#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include "tests/support/run_eyeshift.h"

// eyeshift quantize, killed and begun again.

namespace eyeshift {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ResumeCommand : public ::testing::Test {
 protected:
  ResumeCommand() {
    folder_.write("calibration.txt", content_of(project_file("traces/text/calibration.txt")).substr(0, 3000));
  }

  std::vector<std::string> quantize(const std::string& output, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"quantize",
                                          "--checkpoint",
                                          project_file("traces/checkpoints/opt-tiny"),
                                          "--calibration",
                                          folder_ / "calibration.txt",
                                          "--scheme",
                                          "rtn-oc",
                                          "--bits",
                                          "3",
                                          "--output",
                                          folder_ / output};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  // Starts the program, which may write files of so many bytes.
  pid_t start(const std::vector<std::string>& arguments, rlim_t file_bytes = RLIM_INFINITY) {
    std::string path = program();
    std::vector<char*> argv = {path.data()};
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
      const rlimit limit{file_bytes, file_bytes};
      ::setrlimit(RLIMIT_FSIZE, &limit);
      ::dup2(::open("/dev/null", O_WRONLY), STDOUT_FILENO);
      ::execv(argv.front(), argv.data());
      ::_exit(127);
    }
    return child;
  }

  // Starts the program and kills it as soon as a file is there. Whether it was still running.
  bool kill_at(const std::vector<std::string>& arguments, const std::string& file) {
    const pid_t child = start(arguments);
    int status = 0;
    while (!std::filesystem::exists(file)) {
      if (::waitpid(child, &status, WNOHANG) == child) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ::kill(child, SIGKILL);
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return WIFSIGNALED(status);
  }

  TestFolder folder_;
};

TEST_F(ResumeCommand, GoesOnAfterAKillToTheSameBytes) {
  ASSERT_EQ(run_eyeshift(quantize("whole", {"--jobs", "1"})).status, 0);
  const bool was_killed = kill_at(quantize("trace"), folder_ / "trace.partial/stage-00002.json");
  const Outcome outcome = run_eyeshift(quantize("trace"));
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const std::string told = " of 37 layers are finished, by an earlier run, in '";
  EXPECT_TRUE(!was_killed || outcome.err.find(told) != std::string::npos) << outcome.err;
  EXPECT_TRUE(content_of(folder_ / "trace") == content_of(folder_ / "whole"));
  EXPECT_THAT(folder_.names(), ElementsAre("calibration.txt", "trace", "whole"));
}

TEST_F(ResumeCommand, RefusesWhatAnotherRunLeft) {
  constexpr rlim_t kLessThanAStage = 1 << 15;  // the signal comes when the first one is written
  int status = 0;
  const pid_t child = start(quantize("trace"), kLessThanAStage);
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ);
  const Outcome refused = run_eyeshift(quantize("trace", {"--symmetric"}));
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("trace.partial"), HasSubstr("'symmetric' is false there and true"),
                                 HasSubstr("give --restart")));
  EXPECT_EQ(content_of(folder_ / "trace"), "");
  const Outcome restarted = run_eyeshift(quantize("trace", {"--symmetric", "--restart"}));
  EXPECT_EQ(restarted.status, 0) << restarted.err;
  EXPECT_EQ(restarted.err, "");
  EXPECT_THAT(folder_.names(), ElementsAre("calibration.txt", "trace"));
}

TEST_F(ResumeCommand, BadInputLeavesNothing) {
  const Outcome outcome = run_eyeshift(quantize("trace", {"--group-size", "7"}));
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("--group-size is 7"));
  EXPECT_THAT(folder_.names(), ElementsAre("calibration.txt"));
  const Outcome matrix = run_eyeshift({"quantize", "--weights", "W.npy", "--activations", "X.npy", "--scheme",
                                       "rtn-oc", "--bits", "3", "--output", folder_ / "trace", "--restart"});
  EXPECT_EQ(matrix.status, 2);
  EXPECT_THAT(matrix.err, HasSubstr("--restart"));
}

}  // namespace
}  // namespace eyeshift
