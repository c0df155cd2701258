#include "sim/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

namespace eyeshift {
namespace {

constexpr size_t kBarWidth = 30;

std::string duration(double seconds) {
  const auto whole = static_cast<long long>(std::ceil(seconds));
  char text[48];
  if (whole >= 3600)
    std::snprintf(text, sizeof text, "%lld h %02lld min", whole / 3600, whole / 60 % 60);
  else if (whole >= 60)
    std::snprintf(text, sizeof text, "%lld min %02lld s", whole / 60, whole % 60);
  else
    std::snprintf(text, sizeof text, "%lld s", whole);
  return text;
}

}  // namespace

Progress::Progress(std::string title, size_t total, std::string noun)
    : title_(std::move(title)),
      total_(total),
      noun_(std::move(noun)),
      visible_(isatty(STDERR_FILENO) == 1),
      start_(std::chrono::steady_clock::now()) {
  draw();
}

Progress::~Progress() {
  if (visible_) std::fputs("\r\033[K", stderr);
}

void Progress::advance(size_t steps) {
  const std::lock_guard<std::mutex> lock(mutex_);
  done_ = std::min(total_, done_ + steps);
  draw();
}

std::string Progress::line(size_t done, double seconds) const {
  const double share = total_ == 0 ? 1.0 : static_cast<double>(done) / static_cast<double>(total_);
  const auto filled = static_cast<size_t>(share * kBarWidth);
  std::string text = title_ + " [" + std::string(filled, '#') + std::string(kBarWidth - filled, '.') + "] " +
                     std::to_string(done) + "/" + std::to_string(total_) + " " + noun_;
  if (done == 0 || seconds <= 0) return text;
  const double rate = static_cast<double>(done) / seconds;
  char speed[32];
  std::snprintf(speed, sizeof speed, ", %.3g/s", rate);
  return text + speed + ", " + duration(static_cast<double>(total_ - done) / rate) + " left";
}

void Progress::draw() {
  if (!visible_) return;
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
  std::fprintf(stderr, "\r%s\033[K", line(done_, elapsed.count()).c_str());
  std::fflush(stderr);
}

}  // namespace eyeshift
