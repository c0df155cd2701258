#include "base/child_processes.h"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <new>
#include <stdexcept>

#include "base/errors.h"

namespace eyeshift {
namespace {

enum class Outcome : char {
  result = 'r',
  input_error = 'i',
  internal_error = 'e',
  out_of_memory = 'm',
  failure = 'f'
};

[[noreturn]] void throw_out_of_memory(const std::string& name) {
  throw std::runtime_error(name + ": out of memory; fewer --jobs need less at once");
}

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
  const auto fail = [&](Outcome outcome, const std::exception& error) {
    message = static_cast<char>(outcome) + std::string(error.what());
  };
  try {
    message = work(index);
    message.insert(message.begin(), static_cast<char>(Outcome::result));
  } catch (const InputError& error) {
    fail(Outcome::input_error, error);
  } catch (const InternalError& error) {
    fail(Outcome::internal_error, error);
  } catch (const std::bad_alloc& error) {
    fail(Outcome::out_of_memory, error);
  } catch (const std::exception& error) {
    fail(Outcome::failure, error);
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
  explicit Children(const std::function<std::string(size_t)>& name) : name_(name) {}
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
    // Linux kills a process where memory runs out.
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) throw_out_of_memory(name_(child.index));
    if (WIFSIGNALED(status))
      throw InternalError(name_(child.index) + " was ended by signal " + std::to_string(WTERMSIG(status)));
    if (child.bytes.empty()) throw InternalError(name_(child.index) + " ended without a result");
    return child;
  }

  const std::function<std::string(size_t)>& name_;
  std::vector<Child> running_;
};

}  // namespace

void run_in_children(size_t count, int parallel, const std::function<std::string(size_t)>& name,
                     const std::function<std::string(size_t)>& work,
                     const std::function<void(size_t, const std::string&)>& take) {
  Children children(name);
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
        throw InternalError(name(child.index) + ": " + text);
      case Outcome::out_of_memory:
        throw_out_of_memory(name(child.index));
      case Outcome::failure:
        throw std::runtime_error(name(child.index) + ": " + text);
    }
  }
}

}  // namespace eyeshift
