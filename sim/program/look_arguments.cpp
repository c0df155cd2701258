#include "sim/program/look_arguments.h"

#include <algorithm>
#include <charconv>

#include "base/errors.h"

namespace eyeshift {
namespace {

namespace po = boost::program_options;

constexpr int64_t kMostWaveformCycles = 10000000;
constexpr size_t kMostPes = 64;

// "row,column" within the array.
PePlace pe_from(const std::string& text, const AcceleratorConfig& accelerator) {
  const auto& array = accelerator.array;
  PePlace pe;
  const char* const end = text.data() + text.size();
  const auto row = std::from_chars(text.data(), end, pe.row);
  const bool comma = row.ec == std::errc() && row.ptr != end && *row.ptr == ',';
  const auto col = comma ? std::from_chars(row.ptr + 1, end, pe.col) : row;
  if (!comma || col.ec != std::errc() || col.ptr != end)
    throw InputError("--trace-pes: '" + text + "' is no PE: expected row,column;row,column such as 0,0;3,5");
  if (pe.row < 0 || pe.row >= array.rows || pe.col < 0 || pe.col >= array.cols)
    throw InputError("--trace-pes: PE " + text + " lies outside the array of '" + accelerator.name +
                     "': rows are 0 (the bottom) to " + std::to_string(array.rows - 1) + ", columns 0 to " +
                     std::to_string(array.cols - 1));
  return pe;
}

std::vector<PePlace> pes_from(const std::string& text, const AcceleratorConfig& accelerator) {
  std::vector<PePlace> pes;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(';', begin), text.size());
    const PePlace pe = pe_from(text.substr(begin, end - begin), accelerator);
    if (std::find(pes.begin(), pes.end(), pe) == pes.end()) pes.push_back(pe);
    begin = end + 1;
  }
  if (pes.size() > kMostPes)
    throw InputError("--trace-pes: " + std::to_string(pes.size()) + " PEs are more than the " +
                     std::to_string(kMostPes) + " that a waveform takes");
  return pes;
}

}  // namespace

void add_look_options(po::options_description& options) {
  options.add(option_list({
      {"layer", value("NAME"),
       "the layer that --waveform and --timeline look at; all layers are still simulated, see --only; "
       "default: the only one"},
      {"waveform", value("F.vcd"),
       "trace ports and PEs of the layer's run, for a waveform viewer; times are those of the clocks"},
      {"trace-pes", value("R,C;R,C"),
       "PEs in the waveform, row,column from the array's bottom left; default: the first and the last "
       "that the layer uses"},
      {"waveform-cycles", value("N"), "core cycles in the waveform, from the layer's start; default: 100000"},
      {"timeline", value("F.json"),
       "when DRAM link, networks and array were busy, and every pass, as trace events for Perfetto"},
      {"utilisation", flag(), "report for how many cycles each PE was busy, for plots/utilisation.py"},
  }));
}

void check_look(const Arguments& arguments) {
  needs(arguments, "trace-pes", "waveform");
  needs(arguments, "waveform-cycles", "waveform");
  const bool looks = has(arguments, "waveform") || has(arguments, "timeline");
  if (has(arguments, "layer") && !looks)
    throw InputError("--layer says which layer to look at: give --waveform or --timeline too");
  if (looks && is_set(arguments, "functional"))
    throw InputError(
        "--waveform and --timeline look at a timing run, whose cycles are the same: leave out "
        "--functional");
}

void read_look(const Arguments& arguments, SimulateTask& task) {
  Look& look = task.options.look;
  task.options.utilisation = is_set(arguments, "utilisation");
  task.options.look_layer = text_or(arguments, "layer", "");
  look.timeline = text_or(arguments, "timeline", "");
  look.waveform = text_or(arguments, "waveform", "");
  look.waveform_cycles =
      whole_number(arguments, "waveform-cycles", 1, kMostWaveformCycles, look.waveform_cycles);
  if (has(arguments, "trace-pes")) look.pes = pes_from(text(arguments, "trace-pes"), task.accelerator);
}

}  // namespace eyeshift
