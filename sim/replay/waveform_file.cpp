#include "sim/replay/waveform_file.h"

#include <stdlib.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>

#include "base/errors.h"
#include "base/files/atomic_file.h"

namespace eyeshift {
namespace {

namespace fs = std::filesystem;

constexpr char kPhases[] =
    "pe_ROW_COLUMN (row 0 is the bottom): phase 0 waits for weights, 1 waits for inputs, "
    "2 is in a step, 3 passes partial sums up its chain";

std::string block(const char* keyword, const std::string& content) {
  return std::string("$") + keyword + "\n     " + content + "\n$end\n";
}

}  // namespace

WaveformTimescale::WaveformTimescale(const TimeBase& base) {
  constexpr int64_t kUnitsATick = 100;
  for (const char* finer : {"1 ms", "1 us", "1 ns", "1 ps", "1 fs"}) {
    if (per_second / kUnitsATick >= base.ticks_Hz) return;
    per_second *= 1000;
    name = finer;
  }
}

int64_t WaveformTimescale::time_of(int64_t tick, const TimeBase& base) const {
  const int64_t seconds = tick / base.ticks_Hz, rest = tick % base.ticks_Hz;
  const long double units_a_tick =
      static_cast<long double>(per_second) / static_cast<long double>(base.ticks_Hz);
  return seconds * per_second + std::llround(static_cast<long double>(rest) * units_a_tick);
}

WaveformFile::WaveformFile() {
  std::error_code error;
  std::string name = (fs::temp_directory_path(error) / "eyeshift-waveform-XXXXXX").string();
  if (error || mkdtemp(name.data()) == nullptr)
    throw InputError("cannot make a temporary folder for the waveform: " +
                     (error ? error.message() : std::strerror(errno)) + ": set TMPDIR to a writable folder");
  folder_ = name;
}

WaveformFile::~WaveformFile() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void WaveformFile::write(const std::string& path, const TimeBase& base, const std::string& comment,
                         int64_t end_tick) const {
  std::ifstream raw(stem() + ".vcd");
  if (!raw) throw InternalError("SystemC wrote no waveform");
  const WaveformTimescale timescale(base);
  AtomicFile file{fs::path(path)};
  file.write(block("comment", comment) + block("comment", kPhases));
  std::string out, line;
  int64_t time = 0, written_time = -1;
  bool skips = false;
  const auto write_time = [&] {
    if (time > written_time) out += "#" + std::to_string(time) + '\n';
    written_time = std::max(written_time, time);
  };
  while (std::getline(raw, line)) {
    if (line == "$date" || line == "$timescale") skips = true;
    if (line == "$timescale") out += block("timescale", timescale.name);
    if (line.size() > 1 && line.front() == '#') {
      time = timescale.time_of(std::stoll(line.substr(1)), base);
    } else if (!skips) {
      // SystemC dumps the initial values ahead of all times, and ends with the time at which it was stopped.
      if (time > 0 && !line.empty()) write_time();
      out += line + '\n';
    }
    if (line == "$end") skips = false;
    if (out.size() > (1 << 16)) {
      file.write(out);
      out.clear();
    }
  }
  if (raw.bad()) throw InternalError("cannot read the waveform that SystemC wrote");
  time = timescale.time_of(end_tick, base);
  write_time();
  file.write(out);
  file.commit();
}

}  // namespace eyeshift
