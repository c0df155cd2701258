#include "tests/support/run_eyeshift.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace eyeshift {

Outcome run_program(const std::string& program, const std::vector<std::string>& arguments) {
  const TestFolder streams;
  const std::string out = streams / "out", err = streams / "err";
  std::string path = program;
  std::vector<char*> argv = {path.data()};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);

  const pid_t child = fork();
  if (child == 0) {
    dup2(open(out.c_str(), O_WRONLY | O_CREAT, 0600), STDOUT_FILENO);
    dup2(open(err.c_str(), O_WRONLY | O_CREAT, 0600), STDERR_FILENO);
    execv(path.c_str(), argv.data());
    _exit(127);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, content_of(out), content_of(err)};
}

Outcome run_eyeshift(const std::vector<std::string>& arguments) { return run_program(program(), arguments); }

}  // namespace eyeshift
