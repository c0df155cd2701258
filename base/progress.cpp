#include "base/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

namespace eyeshift {
namespace {

using Clock = std::chrono::steady_clock;

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

struct Done {
  size_t steps = 0, total = 0;
  double work = 0, past_work = 0, total_work = 0;
  bool is_even = true;
  std::string note;
};

std::string line_of(const std::string& title, const std::string& noun, const Done& done, double seconds) {
  const double share = done.total_work > 0 ? done.work / done.total_work : 1.0;
  const auto filled = std::min(kBarWidth, static_cast<size_t>(share * kBarWidth));
  std::string text = title + " [" + std::string(filled, '#') + std::string(kBarWidth - filled, '.') + "] " +
                     std::to_string(done.steps) + "/" + std::to_string(done.total) + " " + noun;
  const double worked = done.work - done.past_work;
  if (worked > 0 && seconds > 0) {
    const double rate = worked / seconds;
    char speed[32];
    std::snprintf(speed, sizeof speed, ", %.3g/s", rate);
    if (done.is_even) text += speed;
    text += ", " + duration((done.total_work - done.work) / rate) + " left";
  }
  return done.note.empty() ? text : text + "; " + done.note;
}

}  // namespace

Progress::Progress(std::string title, size_t total, std::string noun)
    : title_(std::move(title)),
      total_(total),
      noun_(std::move(noun)),
      is_even_(true),
      total_work_(static_cast<double>(total)),
      visible_(isatty(STDERR_FILENO) == 1),
      start_(Clock::now()),
      written_(start_) {
  draw();
}

Progress::Progress(std::string title, size_t total, std::string noun, double work)
    : title_(std::move(title)),
      total_(total),
      noun_(std::move(noun)),
      is_even_(false),
      total_work_(work),
      visible_(isatty(STDERR_FILENO) == 1),
      start_(Clock::now()),
      written_(start_) {
  draw();
}

Progress::~Progress() {
  if (visible_) std::fputs("\r\033[K", stderr);
}

void Progress::advance(size_t steps) {
  const std::lock_guard<std::mutex> lock(mutex_);
  done_ = std::min(total_, done_ + steps);
  work_ = static_cast<double>(done_);
  draw();
}

void Progress::advance_by(double work, const std::string& note, bool is_past) {
  const std::lock_guard<std::mutex> lock(mutex_);
  done_ = std::min(total_, done_ + 1);
  work_ = std::min(total_work_, work_ + work);
  if (is_past) past_work_ += work;
  note_ = note;
  draw();
}

std::string Progress::line(size_t done, double seconds) const {
  return line_of(title_, noun_, {done, total_, static_cast<double>(done), 0, total_work_, true, ""}, seconds);
}

std::string Progress::line(double seconds) const {
  return line_of(title_, noun_, {done_, total_, work_, past_work_, total_work_, is_even_, note_}, seconds);
}

void Progress::draw() {
  constexpr std::chrono::minutes kEvery{1};
  const auto now = Clock::now();
  const std::chrono::duration<double> elapsed = now - start_;
  if (visible_) {
    std::fprintf(stderr, "\r%s\033[K", line(elapsed.count()).c_str());
  } else {
    if (is_even_ || now - written_ < kEvery) return;
    written_ = now;
    std::fprintf(stderr, "%s\n", line(elapsed.count()).c_str());
  }
  std::fflush(stderr);
}

}  // namespace eyeshift
