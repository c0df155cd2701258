#include "base/child_processes.h"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/errors.h"

namespace eyeshift {
namespace {

std::string name_of(size_t i) { return "work " + std::to_string(i); }

TEST(ChildProcesses, HandBackEveryResult) {
  std::vector<std::string> results(5);
  run_in_children(
      5, 2, name_of, [](size_t i) { return std::string(100000 * i, static_cast<char>('a' + i)); },
      [&](size_t i, const std::string& bytes) { results[i] = bytes; });
  for (size_t i = 0; i < 5; ++i)
    EXPECT_EQ(results[i], std::string(100000 * i, static_cast<char>('a' + i))) << i;
}

TEST(ChildProcesses, ThrowWhatAChildThrows) {
  const auto run = [](const std::function<std::string(size_t)>& work) {
    run_in_children(3, 2, name_of, work, [](size_t, const std::string&) {});
  };
  EXPECT_THROW(run([](size_t) -> std::string { throw InputError("bad"); }), InputError);
  EXPECT_THROW(run([](size_t) -> std::string { throw InternalError("odd"); }), InternalError);
  EXPECT_THROW(run([](size_t) -> std::string { throw std::runtime_error("full"); }), std::runtime_error);
  EXPECT_THROW(run([](size_t) -> std::string {
                 raise(SIGTERM);
                 return "";
               }),
               InternalError);
}

std::string failure_of(const std::function<std::string(size_t)>& work) {
  try {
    run_in_children(1, 1, name_of, work, [](size_t, const std::string&) {});
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

// A child that needs more than there is has an exception, or the system kills it.
TEST(ChildProcesses, SayThatMemoryRanOut) {
  const std::string expected = "work 0: out of memory; fewer --jobs need less at once";
  EXPECT_EQ(failure_of([](size_t) -> std::string { throw std::bad_alloc(); }), expected);
  EXPECT_EQ(failure_of([](size_t) -> std::string {
              raise(SIGKILL);
              return "";
            }),
            expected);
  EXPECT_EQ(failure_of([](size_t) -> std::string { throw std::runtime_error("disk full"); }),
            "work 0: disk full");
}

// The read end sees the end of the pipe as soon as nobody holds the write end any more.
TEST(ChildProcesses, DieWithTheirParent) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t parent = fork();
  if (parent == 0) {
    close(ends[0]);
    const auto work = [&](size_t) {
      if (write(ends[1], "x", 1) != 1) _exit(1);
      for (;;) pause();
      return std::string();
    };
    run_in_children(2, 2, name_of, work, [](size_t, const std::string&) {});
    _exit(0);
  }
  close(ends[1]);
  char bytes[2];
  for (int i = 0; i < 2; ++i) ASSERT_EQ(read(ends[0], bytes + i, 1), 1);  // both children work
  kill(parent, SIGKILL);
  waitpid(parent, nullptr, 0);
  alarm(20);  // ends the test, instead of waiting forever, where a child lives on
  EXPECT_EQ(read(ends[0], bytes, 1), 0);
  alarm(0);
  close(ends[0]);
}

}  // namespace
}  // namespace eyeshift
