#include "sim/replay/look.h"

#include <optional>

#include "base/files/atomic_file.h"
#include "models/machine/machine.h"
#include "sim/replay/timeline_json.h"
#include "sim/replay/waveform_file.h"

namespace eyeshift {

LayerResult run_and_look(const AcceleratorConfig& accelerator, const Schedule& schedule, bool fast_forward,
                         const Look& look, std::string& notes) {
  const std::string title = "layer " + schedule.shape.name + " on " + accelerator.name;
  Observation observation;
  std::optional<Timeline> timeline;
  if (!look.timeline.empty()) observation.timeline = &timeline.emplace(kMostTimelineIntervals);
  std::optional<WaveformFile> file;
  WaveformTask waveform;
  if (!look.waveform.empty()) {
    waveform.stem = file.emplace().stem();
    waveform.pes = look.pes;
    waveform.cycles = look.waveform_cycles;
    observation.waveform = &waveform;
  }
  const LayerResult result = run_machine(accelerator, schedule, nullptr, fast_forward, observation);

  if (file) {
    std::string comment = title;
    if (waveform.cut) {
      const std::string shown = "the first " + std::to_string(waveform.cycles) + " of " +
                                std::to_string(result.cycles) + " core cycles";
      comment += "; " + shown;
      notes += "waveform '" + look.waveform + "' shows " + shown + ": --waveform-cycles asks for more\n";
    }
    const TimeBase base = time_base(accelerator);
    file->write(look.waveform, base, comment,
                waveform.cut ? waveform.cycles * base.core_ticks : result.ticks);
  }
  if (timeline) {
    write_file_atomically(look.timeline, timeline_json(*timeline, result, accelerator, title));
    if (timeline->merged_ticks() > 0)
      notes += "timeline '" + look.timeline + "' shows what is less than " +
               std::to_string(timeline->merged_ticks() / time_base(accelerator).core_ticks + 1) +
               " core cycles apart as one; 'busy_cycles' of an event says how many of its cycles were busy\n";
  }
  return result;
}

}  // namespace eyeshift
