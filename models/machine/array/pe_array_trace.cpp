#include "models/machine/array/pe_array.h"

// What a waveform shows of the array.

namespace eyeshift {

template <bool Functional>
void PeArray<Functional>::trace(sc_core::sc_trace_file* file) const {
  sc_core::sc_trace(file, computing_, "array.pes_in_steps", 16);
  sc_core::sc_trace(file, sending_pass_, "array.sending_pass");
}

template <bool Functional>
void PeArray<Functional>::trace_pe(sc_core::sc_trace_file* file, size_t pe,
                                   const std::string& pe_name) const {
  static_assert(sizeof(Phase) == sizeof(unsigned char));
  sc_core::sc_trace(file, reinterpret_cast<const unsigned char&>(phase_[pe]), pe_name + ".phase", 2);
  sc_core::sc_trace(file, pass_[pe], pe_name + ".pass");
  sc_core::sc_trace(file, token_[pe], pe_name + ".token");
  sc_core::sc_trace(file, step_ends_[pe], pe_name + ".step_ends_at_cycle");
  sc_core::sc_trace(file, filter_bits_[pe], pe_name + ".filter_spad_bits");
  sc_core::sc_trace(file, inputs_held_[pe], pe_name + ".inputs_held");
  sc_core::sc_trace(file, chained_[pe], pe_name + ".psums_chained");
  sc_core::sc_trace(file, link_level_[pe], pe_name + ".psums_waiting_below");
}

template void PeArray<false>::trace(sc_core::sc_trace_file*) const;
template void PeArray<true>::trace(sc_core::sc_trace_file*) const;
template void PeArray<false>::trace_pe(sc_core::sc_trace_file*, size_t, const std::string&) const;
template void PeArray<true>::trace_pe(sc_core::sc_trace_file*, size_t, const std::string&) const;

}  // namespace eyeshift
