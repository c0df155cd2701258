#pragma once

#include <cstdint>
#include <vector>

namespace eyeshift {

// One number a pass, in schedule order, run-length coded.
class PassMeter {
 public:
  struct Run {
    int64_t value = 0;
    int64_t passes = 0;
  };

  void add(int64_t amount) { current_ += amount; }

  // Ends the current pass.
  void next_pass() {
    if (runs_.empty() || runs_.back().value != current_) runs_.push_back({current_, 0});
    ++runs_.back().passes;
    current_ = 0;
  }

  const std::vector<Run>& runs() const { return runs_; }

 private:
  int64_t current_ = 0;
  std::vector<Run> runs_;
};

}  // namespace eyeshift
