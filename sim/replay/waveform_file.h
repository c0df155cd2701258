#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "models/types/accelerator.h"

namespace eyeshift {

// A waveform as SystemC writes it, in a folder of its own that goes with this object, on its way to the file
// that was asked for: there times are those of the clocks and not ticks, and equal runs give equal files.
class WaveformFile {
 public:
  WaveformFile();
  ~WaveformFile();
  WaveformFile(const WaveformFile&) = delete;
  WaveformFile& operator=(const WaveformFile&) = delete;

  std::string stem() const { return (folder_ / "waveform").string(); }  // SystemC adds ".vcd"

  // Writes the whole file or none, up to `end_tick`, with `comment` in its header. Throws InputError where it
  // cannot be written.
  void write(const std::string& path, const TimeBase& base, const std::string& comment,
             int64_t end_tick) const;

 private:
  std::filesystem::path folder_;
};

// The unit of a waveform's times: a second over `per_second`, at most a hundredth of a tick or else 1 fs.
struct WaveformTimescale {
  int64_t per_second = 1;
  const char* name = "1 s";

  explicit WaveformTimescale(const TimeBase& base);
  // A tick's time, rounded to the nearest unit.
  int64_t time_of(int64_t tick, const TimeBase& base) const;
};

}  // namespace eyeshift
