#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <systemc>
#include <vector>

#include "models/machine/wires/observer.h"
#include "models/machine/wires/tick_scheduler.h"

namespace eyeshift {

// A trace file of SystemC, and a bit a port that is set while something moves through it. Time in the file
// counts ticks as if each were a unit of SystemC's resolution. Lives while the machine does.
class Waveform : public sc_core::sc_module, public Observer {
 public:
  // Writes stem + ".vcd" over so many core cycles from the run's start, then pauses the simulation.
  Waveform(sc_core::sc_module_name name, TickScheduler& scheduler, const std::string& stem, int64_t cycles);
  ~Waveform() override;

  // For modules to name what they want traced, before the simulation starts.
  sc_core::sc_trace_file* file() { return file_; }
  void moved(Port port, int64_t tick, int64_t ticks) override;

  bool over() const { return over_; }  // the cycles are over
  bool is_open() const { return file_ != nullptr; }
  void close();

 private:
  void fall();
  void end();

  sc_core::sc_trace_file* file_;
  std::array<bool, kPorts> moving_{};
  std::array<int64_t, kPorts> until_{};
  sc_core::sc_event falls_[2];  // by domain
  sc_core::sc_event end_;
  bool over_ = false;
};

}  // namespace eyeshift
