#include "base/child_processes.h"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/errors.h"

namespace eyeshift {
namespace {

enum class Outcome : char { result = 'r', input_error = 'i', internal_error = 'e' };

void write_all(int file, const std::string& bytes) {
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = write(file, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) _exit(1);  // the parent is gone
    done += static_cast<size_t>(n);
  }
}

[[noreturn]] void be_child(int file, size_t index, const std::function<std::string(size_t)>& work) {
  std::string message;
  try {
    message = work(index);
    message.insert(message.begin(), static_cast<char>(Outcome::result));
  } catch (const InputError& error) {
    message = static_cast<char>(Outcome::input_error) + std::string(error.what());
  } catch (const std::exception& error) {
    message = static_cast<char>(Outcome::internal_error) + std::string(error.what());
  }
  write_all(file, message);
  _exit(0);
}

struct Child {
  size_t index = 0;
  pid_t pid = -1;
  int file = -1;
  std::string bytes;
};

class Children {
 public:
  ~Children() {
    for (const Child& child : running_) {
      kill(child.pid, SIGKILL);
      close(child.file);
      waitpid(child.pid, nullptr, 0);
    }
  }

  size_t size() const { return running_.size(); }

  void start(size_t index, const std::function<std::string(size_t)>& work) {
    int ends[2];
    if (pipe(ends) != 0) throw InternalError(std::string("cannot make a pipe: ") + std::strerror(errno));
    const pid_t parent = getpid();
    const pid_t pid = fork();
    if (pid < 0) throw InternalError(std::string("cannot start a child process: ") + std::strerror(errno));
    if (pid == 0) {
      // Whoever kills the parent means the work too. The parent may be gone before the kernel knows that.
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (getppid() != parent) _exit(1);
      close(ends[0]);
      be_child(ends[1], index, work);
    }
    close(ends[1]);
    running_.push_back({index, pid, ends[0], {}});
  }

  // Waits until a child has ended and returns it.
  Child wait() {
    for (;;) {
      std::vector<pollfd> files;
      for (const Child& child : running_) files.push_back({child.file, POLLIN, 0});
      if (poll(files.data(), files.size(), -1) < 0 && errno != EINTR)
        throw InternalError(std::string("cannot wait for child processes: ") + std::strerror(errno));
      for (size_t i = 0; i < files.size(); ++i)
        if (files[i].revents != 0 && !read_some(running_[i])) return end(i);
    }
  }

 private:
  static bool read_some(Child& child) {
    char buffer[65536];
    const ssize_t n = read(child.file, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) return true;
    if (n <= 0) return false;
    child.bytes.append(buffer, static_cast<size_t>(n));
    return true;
  }

  Child end(size_t i) {
    Child child = std::move(running_[i]);
    running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
    close(child.file);
    int status = 0;
    waitpid(child.pid, &status, 0);
    if (WIFSIGNALED(status))
      throw InternalError("simulation " + std::to_string(child.index) + " was ended by signal " +
                          std::to_string(WTERMSIG(status)));
    if (child.bytes.empty())
      throw InternalError("simulation " + std::to_string(child.index) + " ended without a result");
    return child;
  }

  std::vector<Child> running_;
};

}  // namespace

void run_in_children(size_t count, int parallel, const std::function<std::string(size_t)>& work,
                     const std::function<void(size_t, const std::string&)>& take) {
  Children children;
  size_t started = 0;
  while (started < count || children.size() > 0) {
    while (started < count && children.size() < static_cast<size_t>(std::max(parallel, 1)))
      children.start(started++, work);
    const Child child = children.wait();
    const std::string text = child.bytes.substr(1);
    switch (static_cast<Outcome>(child.bytes.front())) {
      case Outcome::result:
        take(child.index, text);
        break;
      case Outcome::input_error:
        throw InputError(text);
      case Outcome::internal_error:
        throw InternalError(text);
    }
  }
}

}  // namespace eyeshift
