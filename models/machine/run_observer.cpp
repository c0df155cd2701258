#include "models/machine/run_observer.h"

namespace eyeshift {
namespace {

std::string to_text(const PePlace& pe) { return std::to_string(pe.row) + "," + std::to_string(pe.col); }

}  // namespace

RunObserver::RunObserver(Machine<false>& machine, const Observation& observation)
    : machine_(machine), observation_(observation) {
  if (observation_.waveform != nullptr) start_waveform();
  if (observation_.timeline != nullptr || observation_.waveform != nullptr) machine_.scheduler.observe(this);
}

void RunObserver::start_waveform() {
  WaveformTask& task = *observation_.waveform;
  const int rows = machine_.plan.schedule.rows, cols = machine_.plan.schedule.cols;
  const ArrayPlacement placement(machine_.plan, rows, cols);
  const PePlace first = placement.place(0, 0), last = placement.place(rows - 1, cols - 1);
  if (task.pes.empty()) {
    task.pes = {first};
    if (!(last == first)) task.pes.push_back(last);
  }
  for (const PePlace& pe : task.pes)
    if (placement.pe_at(pe) < 0)
      throw InputError("PE " + to_text(pe) + " takes no part in layer '" + machine_.plan.schedule.shape.name +
                       "': its " + std::to_string(cols) + " chains of " + std::to_string(rows) +
                       " PEs lie between PE " + to_text(first) + " and PE " + to_text(last) +
                       " (row,column; row 0 is the bottom)");
  waveform_.emplace("waveform", machine_.scheduler, task.stem, task.cycles);
  machine_.trace(waveform_->file(), task.pes);
}

void RunObserver::moved(Port port, int64_t tick, int64_t ticks) {
  if (observation_.timeline != nullptr) observation_.timeline->moved(port, tick, ticks);
  if (waveform_) waveform_->moved(port, tick, ticks);
}

bool RunObserver::looks_on() {
  if (waveform_ && waveform_->is_open() && waveform_->over()) {
    waveform_->close();
    observation_.waveform->cut = !machine_.array.done() || !machine_.glb.done() ||
                                 machine_.dram.written_beats() != machine_.glb.written_beats();
    if (observation_.timeline == nullptr) machine_.scheduler.observe(nullptr);
  }
  return observation_.timeline != nullptr || (waveform_ && waveform_->is_open());
}

}  // namespace eyeshift
