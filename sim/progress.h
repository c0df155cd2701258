#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>

namespace eyeshift {

// A bar with rate and time left on standard error, drawn only where that is a terminal. advance() may be
// called from any thread; the destructor wipes the line.
class Progress {
 public:
  // title: what is being done; total: number of steps; noun: what a step is, e.g. "layers".
  Progress(std::string title, size_t total, std::string noun);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void advance(size_t steps = 1);
  // The line that is drawn after `seconds` of work with `done` steps behind; without the terminal's control
  // codes.
  std::string line(size_t done, double seconds) const;

 private:
  void draw();

  const std::string title_;
  const size_t total_;
  const std::string noun_;
  const bool visible_;
  const std::chrono::steady_clock::time_point start_;
  std::mutex mutex_;
  size_t done_ = 0;
};

}  // namespace eyeshift
