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
  // Of steps that take unequal time: work is that of all, in a unit of its own. Such runs may be long: where
  // standard error is no terminal, the line is written once a minute.
  Progress(std::string title, size_t total, std::string noun, double work);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void advance(size_t steps = 1);
  // One step of so much work. note: what to say of it. is_past: an earlier run did it, so that it says
  // nothing of the time that the others take.
  void advance_by(double work, const std::string& note, bool is_past = false);
  // The line that is drawn after `seconds` of work with `done` steps behind; without the terminal's control
  // codes.
  std::string line(size_t done, double seconds) const;
  // The same of the steps that are behind.
  std::string line(double seconds) const;

 private:
  void draw();

  const std::string title_;
  const size_t total_;
  const std::string noun_;
  const bool is_even_;  // a unit of work a step
  const double total_work_;
  const bool visible_;
  const std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point written_;
  std::mutex mutex_;
  size_t done_ = 0;
  double work_ = 0, past_work_ = 0;
  std::string note_;
};

}  // namespace eyeshift
