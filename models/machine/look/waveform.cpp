#include "models/machine/look/waveform.h"

namespace eyeshift {
namespace {

sc_core::sc_time ticks_as_time(int64_t ticks) {
  return sc_core::sc_time::from_value(static_cast<uint64_t>(ticks));
}

}  // namespace

Waveform::Waveform(sc_core::sc_module_name name, TickScheduler& scheduler, const std::string& stem,
                   int64_t cycles)
    : sc_module(name), file_(sc_core::sc_create_vcd_trace_file(stem.c_str())) {
  // Standard output is the report's.
  sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
  for (size_t port = 0; port < kPorts; ++port)
    sc_core::sc_trace(file_, moving_[port], std::string("moves.") + kPortNames[port]);
  SC_HAS_PROCESS(Waveform);
  SC_METHOD(fall);
  sensitive << falls_[0] << falls_[1];
  dont_initialize();
  SC_METHOD(end);
  sensitive << end_;
  dont_initialize();
  end_.notify(ticks_as_time(cycles * scheduler.ticks(Domain::core)));
}

Waveform::~Waveform() { close(); }

void Waveform::close() {
  if (file_ != nullptr) sc_core::sc_close_vcd_trace_file(file_);
  file_ = nullptr;
}

void Waveform::moved(Port port, int64_t tick, int64_t ticks) {
  moving_[static_cast<size_t>(port)] = true;
  until_[static_cast<size_t>(port)] = tick + ticks;
  if (is_open()) falls_[static_cast<size_t>(domain_of(port))].notify(ticks_as_time(ticks));
}

// Unless something moves again in the cycle that begins: whichever of the two comes first in it, the bit is
// right at its end.
void Waveform::fall() {
  const auto now = static_cast<int64_t>(sc_core::sc_time_stamp().value());
  for (size_t port = 0; port < kPorts; ++port) moving_[port] = moving_[port] && until_[port] > now;
}

void Waveform::end() {
  over_ = true;
  sc_core::sc_pause();
}

}  // namespace eyeshift
